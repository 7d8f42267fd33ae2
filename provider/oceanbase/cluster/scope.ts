import { OceanBaseError } from "../errors";
import type { JobRow } from "../jobs/backupJobs";
import type { CancelScope } from "../statements";
import { isInSys, type Server, type Tenant, userTenantsByName } from "./server";

/** The tenants of one action, as the server knows them at this moment. */
export interface Scope {
  /** What the statement names. Empty when every named tenant is gone: then there is nothing to send. */
  statement: CancelScope;
  /** The tenants whose jobs are meant to stop. */
  tenants: readonly Tenant[];
  /** Those the server will pass over because they are not NORMAL. */
  skipped: readonly Tenant[];
  /** Named tenants that do not exist any more; only when that is allowed. */
  gone: readonly string[];
}

/**
 * Whether a job is one of those a scope is about. A named tenant does not wait for the cluster backup's own job: other
 * tenants' backups go on in it.
 */
export function isInScope(scope: Scope, job: Pick<JobRow, "tenantId">): boolean {
  // A tenant that was created since the look is hit, too, when all are meant.
  if (scope.statement === "all") return !isAmong(scope.skipped, job.tenantId);
  return isAmong(scope.tenants, job.tenantId);
}

/** Asked for every job at every look of every wait: a plain loop makes no garbage. */
function isAmong(tenants: readonly Tenant[], id: string): boolean {
  for (const tenant of tenants) if (tenant.id === id) return true;
  return false;
}

/**
 * Checks what was asked for against what is there, before anything is sent. Names are compared byte for byte, as
 * on the server.
 *
 * @param at who talks to whom, to begin a message with
 * @param asked named tenants or `all` (from sys), `own` from a user tenant
 * @param loginTenant the tenant the login was meant for
 * @param allowGone whether a named tenant that does not exist counts as stopped (at teardown) or is an error; a name
 *   that differs from an existing one only in case is an error in any case
 */
export function resolveScope(
  at: string,
  server: Pick<Server, "tenant" | "tenants">,
  asked: CancelScope,
  loginTenant: string,
  allowGone: boolean,
): Scope {
  const refused = (message: string) => new OceanBaseError("refused", `${at}: ${message}`);
  const inSys = isInSys(server);
  if (server.tenant.name !== loginTenant) {
    throw refused(
      `the login was for tenant ${loginTenant}, but the server put it into ${server.tenant.name}`,
    );
  }
  if (inSys === (asked === "own")) {
    // Without a clause the statement means every tenant in sys and one tenant elsewhere; never mix them up.
    throw refused(
      inSys
        ? "a login to the sys tenant has to name tenants or to ask for all of them"
        : "only the sys tenant can name tenants; a user tenant cancels its own backups",
    );
  }
  if (asked === "own") return scopeOf("own", [server.tenant], []);
  const byName = userTenantsByName(server.tenants);
  if (asked === "all") return scopeOf("all", [...byName.values()], []);

  const names = [...new Set(asked)];
  const found = names.flatMap((name) => byName.get(name) ?? []);
  const gone = names.filter((name) => !byName.has(name));
  const known = [...byName.keys()];
  const isSlip = (name: string) => known.some((candidate) => candidate.toLowerCase() === name.toLowerCase());
  const wrong = allowGone ? gone.filter(isSlip) : gone;
  if (wrong.length > 0) throw refused(unknownTenants(wrong, known));
  return scopeOf(
    found.map((tenant) => tenant.name),
    found,
    gone,
  );
}

/** Refuses named tenants that are locked: the server then takes the statement for none of them. */
export function checkNotLocked(at: string, { statement, tenants, skipped }: Scope): void {
  if (!Array.isArray(statement)) return;
  const locked = [...tenants, ...skipped].filter((tenant) => tenant.locked).map((tenant) => tenant.name);
  if (locked.length === 0) return;
  throw new OceanBaseError(
    "refused",
    `${at}: tenant ${locked.join(", ")} is locked, and the server takes the statement for no tenant when one of them is; unlock it or leave it out`,
  );
}

function scopeOf(statement: CancelScope, tenants: readonly Tenant[], gone: readonly string[]): Scope {
  const isNormal = (tenant: Tenant) => tenant.status === "NORMAL";
  return {
    statement,
    tenants: tenants.filter(isNormal),
    skipped: tenants.filter((tenant) => !isNormal(tenant)),
    gone,
  };
}

function unknownTenants(names: readonly string[], known: readonly string[]): string {
  const each = names.map((name) => {
    const near = nearestNames(name, known);
    return `${name} does not exist${near.length > 0 ? ` (did you mean ${near.join(" or ")}?)` : ""}`;
  });
  return `tenant ${each.join(", ")}; names are case-sensitive`;
}

/** Up to three known names that a person may have meant: the same in another case, or a few letters away. */
export function nearestNames(name: string, known: readonly string[]): string[] {
  const lower = name.toLowerCase();
  const limit = name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
  return known
    .map((candidate) => ({ candidate, distance: editDistance(lower, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** How many letters have to be added, dropped or changed to get from one text to the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const change = (previous[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      current[j] = Math.min(change, (previous[j] as number) + 1, (current[j - 1] as number) + 1);
    }
    previous = current;
  }
  return previous[to.length] as number;
}
