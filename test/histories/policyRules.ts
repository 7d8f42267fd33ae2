import { isSameWindow } from "../../provider/oceanbase/cleanup/recoveryWindow.ts";
import type { Program, Saved } from "../tools/support/pulumiEngine.ts";
import { namesIn } from "./ledger.ts";
import type { Observed } from "./observed.ts";
import { must } from "./violation.ts";
import type { World } from "./world.ts";

/*
 * What must never happen to cleanup policies.
 */

/** Checks the statements of one operation on a policy. */
export function checkPolicyStatements({ action, kind, loggedPolicyChanges }: Observed): void {
  if (kind !== "BackupCleanupPolicy" || (action !== "read" && action !== "preview")) return;
  must(loggedPolicyChanges.length === 0, "a statement in what sends nothing", () => [
    action,
    loggedPolicyChanges,
  ]);
}

/** Checks those of a whole command: whose policies they were for, and what was dropped for whom. */
export function checkPolicyCommand(
  world: World,
  program: Program,
  observed: readonly Observed[],
  dropped: readonly string[],
): void {
  const operations = observed.filter(({ kind }) => kind === "BackupCleanupPolicy");
  const nameNow = (id: unknown) => world.sandbox.cluster.tenants.byId(Number(id))?.name;
  // A tenant that was renamed is the same one.
  const own = new Set(operations.flatMap(({ inputs }) => [inputs.tenant, nameNow(inputs.tenantId)]));
  for (const { loggedPolicyChanges } of operations) {
    for (const sql of loggedPolicyChanges) {
      const names = namesIn(sql) ?? [];
      must(
        names.every((name) => own.has(name)),
        "a statement names a tenant that was not asked for",
        () => sql,
      );
    }
  }
  const declared = new Set(
    Object.values(program).flatMap(({ kind, inputs }) =>
      kind === "BackupCleanupPolicy" ? [inputs.tenant] : [],
    ),
  );
  for (const { action, failure, inputs, name } of operations) {
    if (action !== "delete" || failure !== undefined || !declared.has(inputs.tenant)) continue;
    const isReplaced = program[name] !== undefined;
    const isDropped = dropped.some((sql) => namesIn(sql)?.includes(inputs.tenant));
    const isChanged = operations.some(
      (one) => one.action !== "delete" && one.inputs.tenant === inputs.tenant,
    );
    must(isReplaced || !isDropped || isChanged, "a second resource's policy is dropped", () => [
      name,
      dropped,
    ]);
  }
}

/** Another hand has touched a policy until a command sets it. A deletion that has failed, or what was killed, is one too. */
export function noteTouches(world: World, operation: Observed): void {
  const { action, failure, isKilled, inputs, before, after, loggedPolicyChanges } = operation;
  const recorded = Number(after?.state.tenantId ?? before?.state.tenantId);
  const named = world.sandbox.cluster.tenants.byName(inputs.tenant)?.id;
  const ids = [recorded, named].filter((id) => id !== undefined && !Number.isNaN(id)) as number[];
  if (isKilled || (action === "delete" && failure !== undefined)) {
    for (const id of ids) world.touchedPolicies.add(id);
    return;
  }
  const hasSet = action === "create" || (action === "update" && loggedPolicyChanges.length > 0);
  if (failure !== undefined || !hasSet) return;
  for (const id of ids) if (!world.touchedNow.has(id)) world.touchedPolicies.delete(id);
}

/** What the state says of a tenant's policy is there, unless another hand has touched it. */
export function checkPolicyIsThere(world: World, { kind, state }: Saved, all: readonly Saved[]): void {
  if (kind !== "BackupCleanupPolicy" || state.unfinished !== undefined) return;
  const id = Number(state.tenantId);
  // Of a tenant that was renamed a program can have two, by its two names.
  if (all.filter((other) => other.state.tenantId === state.tenantId).length > 1) return;
  if (world.touchedPolicies.has(id) || world.sandbox.cluster.tenants.byId(id) === undefined) return;
  const windows = policyWindows(world, id);
  const isThere = windows.some((window) => isSameWindow(window, state.recoveryWindow));
  must(isThere, "a policy is gone that the state says is there", () => [state.summary, windows]);
}

/** The windows of a tenant's policies, as the server has them. */
export function policyWindows({ sandbox }: World, tenantId: number): readonly string[] {
  const rows = sandbox.rows(
    `SELECT recovery_window FROM oceanbase.__all_backup_delete_policy WHERE tenant_id = ${tenantId}`,
  );
  return rows.map((row) => String(row.recovery_window));
}
