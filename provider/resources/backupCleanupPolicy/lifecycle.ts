import { readCleanupPolicy, type ShownPolicy } from "../../oceanbase/cleanup/cleanupPolicies";
import {
  dropCleanupPolicy,
  ensureCleanupPolicy,
  type PolicyPlace,
  type PolicyReport,
} from "../../oceanbase/cleanup/cleanupPolicyChange";
import { isSameWindow } from "../../oceanbase/cleanup/recoveryWindow";
import { belongsToCluster, checkIsCluster, type Server, type Tenant } from "../../oceanbase/cluster/server";
import type { Session } from "../../oceanbase/connection/session";
import { OceanBaseError } from "../../oceanbase/errors";
import {
  atDeletion,
  identifyForSession,
  mustNotBePreview,
  serverRecord,
  withinLookTime,
  withSession,
} from "../cluster";
import { hasSameAddress } from "../connection";
import { type CheckResult, type Context, PartialFailure } from "../context";
import { readExisting } from "./existing";
import {
  type BackupCleanupPolicyInputs,
  checkBackupCleanupPolicy,
  hasChanged,
  isSamePolicy,
  policyOf,
  replacingInputs,
  targetTenant,
} from "./inputs";
import {
  type BackupCleanupPolicyOutputs,
  type BackupCleanupPolicyState,
  settledOutputsOf,
  stateOf,
  withOutputsOf,
} from "./outputs";
import { findTarget, policyPlace } from "./target";

/** Error number for the name of a tenant that does not exist. */
const TENANT_NOT_FOUND = 5160;

/** What to do when a record's address has passed on to another cluster. */
const WHEN_ANOTHER = "correct connection, or remove the resource from the state if its cluster is gone";

/** The lifecycle of a BackupCleanupPolicy, however Pulumi calls it. Its id is the name of the tenant. */
export const backupCleanupPolicy = { check, diff, create, read, update, delete: remove };

/** One attempt to give a tenant its policy. */
interface Attempt {
  id: string;
  inputs: BackupCleanupPolicyInputs;
  context: Context;
  place: PolicyPlace;
}

function check(inputs: BackupCleanupPolicyInputs): CheckResult<BackupCleanupPolicyInputs> {
  return checkBackupCleanupPolicy(inputs);
}

/** Another tenant is another resource; everything else is an update, and most updates send nothing. */
function diff(
  state: BackupCleanupPolicyState,
  inputs: BackupCleanupPolicyInputs,
): { changes: boolean; replaces?: string[] } {
  const replaces = replacingInputs(state, inputs);
  if (replaces.length > 0) return { changes: true, replaces };
  return { changes: state.unfinished !== undefined || hasChanged(state, inputs) };
}

async function create(
  inputs: BackupCleanupPolicyInputs,
  context: Context,
): Promise<{ id: string; state: BackupCleanupPolicyState }> {
  mustNotBePreview(context);
  const id = targetTenant(inputs);
  const state = await withSession(inputs, context, async (session) => {
    const server = await identifyForSession(session, context);
    return await make({ id, inputs, context, place: policyPlace(session, server, inputs, context) });
  });
  return { id, state };
}

/** Ensures the policy where there is no record of one. */
async function make(attempt: Attempt, warnings: readonly string[] = []): Promise<BackupCleanupPolicyState> {
  const { id, inputs, place } = attempt;
  const mayReplace = () => inputs.overwrite ?? false;
  const report = await ensureCleanupPolicy(place, { wanted: policyOf(inputs), mayReplace });
  const { interrupted } = report;
  // The policy that was there is there again: there is nothing to keep a record of.
  if (interrupted !== undefined && report.certain && report.policy !== undefined) throw interrupted;
  const adopted = interrupted === undefined && report.statement === undefined;
  const asksForMore = inputs.redundancy !== undefined || inputs.backupCopies !== undefined;
  const unseen = `tenant ${id} had a cleanup policy with this recovery window already; its redundancy and number of copies, which OceanBase does not show, are taken to be as asked for`;
  return finish(attempt, report, {
    adopted,
    warnings: adopted && asksForMore ? [...warnings, unseen] : warnings,
    whenUnfinished: report.hasDropped ? "change" : "create",
  });
}

/**
 * Decides what a change asks for: another policy, the rest of an unfinished attempt, the policy on another cluster, or
 * nothing but the new inputs in the state.
 */
async function update(
  id: string,
  state: BackupCleanupPolicyState,
  inputs: BackupCleanupPolicyInputs,
  context: Context,
): Promise<BackupCleanupPolicyState> {
  mustNotBePreview(context);
  const isDue = state.unfinished !== undefined || !isSamePolicy(state, inputs);
  if (!isDue && hasSameAddress(state, inputs)) return withOutputsOf(state, inputs);
  return await withSession(inputs, context, async (session) => {
    const server = await identifyForSession(session, context);
    const isCluster = belongsToCluster(server, state.server);
    const isTenant = isCluster && findTarget(server, inputs)?.id === state.tenantId;
    if (isTenant && !isDue) return { ...withOutputsOf(state, inputs), server: serverRecord(server) };
    const attempt = { id, inputs, context, place: policyPlace(session, server, inputs, context) };
    if (isTenant) return await change(attempt, state);
    // A tenant that was made anew under the same name has no policy of ours.
    return await make(attempt, isCluster ? [] : [leftBehind(id, state)]);
  });
}

/** Changes the policy of the record, or takes an unfinished attempt up. */
async function change(attempt: Attempt, state: BackupCleanupPolicyState): Promise<BackupCleanupPolicyState> {
  const { inputs, place } = attempt;
  const record = policyOf(state);
  const mayReplace = (shown: ShownPolicy) => inputs.overwrite === true || isOfRecord(shown, state);
  const report = await ensureCleanupPolicy(place, { wanted: policyOf(inputs), mayReplace, record });
  const { interrupted, policy, certain } = report;
  const isAsRecorded = certain && policy !== undefined && isSamePolicy(policy, record);
  if (interrupted !== undefined && isAsRecorded) throw interrupted;
  return finish(attempt, report, {
    adopted: state.adopted && report.statement === undefined,
    ...(state.statement === undefined ? {} : { statement: state.statement }),
    warnings: [],
    whenUnfinished: report.hasDropped ? "change" : (state.unfinished ?? "change"),
  });
}

/** Turns a report into state; an attempt that was interrupted is saved as far as it came. */
function finish(
  { id, inputs, context, place: { server, tenant } }: Attempt,
  { policy, certain, interrupted, statement: sent }: PolicyReport,
  rest: Pick<BackupCleanupPolicyOutputs, "adopted" | "statement" | "warnings"> & {
    whenUnfinished: "create" | "change";
  },
): BackupCleanupPolicyState {
  const statement = sent ?? rest.statement;
  const isUnfinished = interrupted !== undefined && !(certain && policy !== undefined);
  const state = stateOf(inputs, policy, tenant.name, {
    adopted: rest.adopted,
    ...(statement === undefined ? {} : { statement }),
    tenantId: tenant.id,
    server: serverRecord(server),
    warnings: rest.warnings,
    ...(isUnfinished ? { unfinished: rest.whenUnfinished } : {}),
  });
  for (const warning of state.warnings) context.warn(warning);
  if (interrupted !== undefined) {
    throw new PartialFailure(id, state, `${interrupted.message}; the next pulumi up goes on from here`);
  }
  context.held?.add(keyOf(server, tenant));
  return state;
}

/**
 * Brings the record up to date: the window as it is now, so that `up` repairs what somebody else has changed. A policy
 * that is gone, with its tenant or without, is undefined. A cluster that cannot be asked does not fail a refresh; the
 * record stays as it is.
 *
 * Without a record, that is for a policy that the program only reads, whatever is wrong is thrown.
 */
async function read(
  id: string,
  state: BackupCleanupPolicyState,
  context: Context,
): Promise<BackupCleanupPolicyState | undefined> {
  if (state.server === undefined) return await readExisting(id, state, context);
  try {
    return await withSession(state, context, async (session) => {
      const server = await identifyForSession(session, context);
      checkIsCluster(session.address, server, state.server, WHEN_ANOTHER);
      const tenant = findTarget(server, state);
      if (tenant === undefined || tenant.id !== state.tenantId) return undefined;
      const shown = await readCleanupPolicy(session, server, tenant, withinLookTime(context));
      if (shown === undefined || !isOfRecord(shown, state)) return undefined;
      const { recoveryWindow: _, ...hidden } = policyOf(state);
      const outputs = { ...settledOutputsOf(state), server: serverRecord(server) };
      return stateOf(state, { ...hidden, ...shown }, tenant.name, outputs);
    });
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    context.warn(`the record was kept as it is: ${error.message}`);
    return state;
  }
}

/** Drops the policy on the cluster of record. One that is gone, with its tenant or without, counts as dropped. */
async function remove(state: BackupCleanupPolicyState, context: Context): Promise<void> {
  mustNotBePreview(context);
  await atDeletion(state, context, async (session) => {
    try {
      await drop(session, state, context);
    } catch (error) {
      const isGoneByNow = error instanceof OceanBaseError && error.errno === TENANT_NOT_FOUND;
      if (!isGoneByNow) throw error;
    }
  });
}

async function drop(session: Session, state: BackupCleanupPolicyState, context: Context): Promise<void> {
  const server = await identifyForSession(session, context);
  checkIsCluster(session.address, server, state.server, WHEN_ANOTHER);
  const tenant = findTarget(server, state);
  // A tenant that is being dropped takes its policy along.
  if (tenant === undefined || tenant.id !== state.tenantId || tenant.status === "DROPPING") return;
  if (context.held?.has(keyOf(server, tenant))) {
    const why = "another resource of this stack has taken it over";
    context.warn(`the cleanup policy of tenant ${tenant.name} was left as it is: ${why}`);
    return;
  }
  await dropCleanupPolicy(policyPlace(session, server, state, context), (shown) => isOfRecord(shown, state));
}

/** Whether a policy is the resource's own. While nobody knows whether it was ever added, a different one is not. */
function isOfRecord(shown: ShownPolicy, state: BackupCleanupPolicyState): boolean {
  return state.unfinished !== "create" || isSameWindow(shown.recoveryWindow, state.recoveryWindow);
}

function leftBehind(tenant: string, { server }: BackupCleanupPolicyState): string {
  const cluster = `cluster ${server.cluster || "(unnamed)"} (id ${server.clusterId || "unknown"})`;
  return `the connection leads to another cluster now; ${cluster} keeps its cleanup policy for tenant ${tenant}`;
}

/** Names one tenant's policy among those of all clusters. */
function keyOf({ cluster, clusterId }: Server, tenant: Tenant): string {
  return JSON.stringify(["cleanup policy", cluster, clusterId, tenant.id]);
}
