import { didYouMean, firstOf } from "../../text";
import { OceanBaseError } from "../errors";
import type { TenantSelection } from "../statements";
import { type Identified, isInSys, type Server, type Tenant, userTenantsByName } from "./server";
import { passesOverRecycleBin } from "./versions";

/** The tenants of one action, as the server knows them at this moment. */
export interface Scope {
  /** What a statement names. Empty when every named tenant is missing: then there is nothing to send. */
  selection: TenantSelection;
  /** The tenants whose jobs are to stop. */
  tenants: readonly Tenant[];
  /** Those the server passes over, see {@link passedOverText}. */
  skipped: readonly Tenant[];
  /** Named tenants that do not exist; empty unless that is allowed. */
  missing: readonly string[];
}

/** Which tenants are asked for. */
export interface ScopeRequest {
  selection: TenantSelection;
  /** The tenant the login is for, whose backups the statement means; the server's own word has to agree. Fact: login-tenant */
  loginTenant: string;
  /**
   * Whether a named tenant that does not exist counts as stopped, as at a teardown; otherwise it is an error. A name that
   * differs from an existing one only in case is an error in any case.
   */
  ignoreMissing: boolean;
}

/** Whether a job belongs to a scope. A named tenant does not wait for the cluster backup's own job: it goes on for others. */
export function isInScope({ selection, tenants, skipped }: Scope, job: { tenantId: string }): boolean {
  // A tenant that was created since the look is hit too when all are meant.
  return selection === "all" ? !isAmong(skipped, job.tenantId) : isAmong(tenants, job.tenantId);
}

/** Ids of the tenants whose rows a read for this scope asks for; undefined: of all tenants. */
export function tenantIdsOf({ selection, tenants }: Scope): readonly string[] | undefined {
  return selection === "all" ? undefined : tenants.map(({ id }) => id);
}

/** Runs for every job at every look of every wait: a plain loop makes no garbage. */
function isAmong(tenants: readonly Tenant[], id: string): boolean {
  for (const tenant of tenants) if (tenant.id === id) return true;
  return false;
}

/**
 * Checks what was asked for against what is there, before anything is sent. Names are compared byte for byte, as on the
 * server. Fact: name-exact
 */
export function resolveScope(
  cluster: Identified,
  { selection, loginTenant, ignoreMissing }: ScopeRequest,
): Scope {
  const { address, server } = cluster;
  const refused = (message: string) => new OceanBaseError("refused", `${address}: ${message}`);
  const inSys = isInSys(cluster);
  if (server.tenant.name !== loginTenant) {
    throw refused(
      `the login was for tenant ${loginTenant}, but the server put it into ${server.tenant.name}`,
    );
  }
  // Without a clause the statement means every tenant in sys and one tenant elsewhere. Facts: no-clause, clause-in-sys-only
  if (inSys && selection === "own") {
    throw refused("a login to the sys tenant has to name tenants or to ask for all of them");
  }
  if (!inSys && selection !== "own") {
    throw refused("only the sys tenant can name tenants; a user tenant cancels its own backups");
  }
  const scopeOf = (of: TenantSelection, tenants: readonly Tenant[], missing: readonly string[] = []) => ({
    selection: of,
    tenants: tenants.filter((tenant) => passedOverText(tenant, server) === undefined),
    skipped: tenants.filter((tenant) => passedOverText(tenant, server) !== undefined),
    missing,
  });
  if (selection === "own") return scopeOf("own", [server.tenant]);
  const byName = userTenantsByName(server.tenants);
  if (selection === "all") return scopeOf("all", [...byName.values()]);

  const names = [...new Set(selection)];
  const found = names.flatMap((name) => byName.get(name) ?? []);
  const missing = names.filter((name) => !byName.has(name));
  const known = [...byName.keys()];
  const isInAnotherCase = (name: string) =>
    known.some((candidate) => candidate.toLowerCase() === name.toLowerCase());
  const wrong = ignoreMissing ? missing.filter(isInAnotherCase) : missing;
  if (wrong.length > 0) {
    const isCase = wrong.some(isInAnotherCase);
    throw refused(
      `${unknownTenants(wrong, known)}; ${isCase ? "names are case-sensitive" : namesThere(known)}`,
    );
  }
  return scopeOf(
    found.map((tenant) => tenant.name),
    found,
    missing,
  );
}

/** Refuses named tenants that are locked: the server then takes the statement for none of them. Fact: locked-refuses-all */
export function checkNotLocked({ address }: Identified, { selection, tenants, skipped }: Scope): void {
  if (!Array.isArray(selection)) return;
  const locked = [...tenants, ...skipped].filter((tenant) => tenant.locked).map((tenant) => tenant.name);
  if (locked.length === 0) return;
  throw new OceanBaseError(
    "refused",
    `${address}: tenant ${firstOf(locked)} is locked; the server takes the statement for no tenant when one of them is; unlock it or leave it out`,
  );
}

/** Why backup statements pass a tenant over, such as `DROPPING`; undefined when they do not. Facts: passed-over, recycle-bin */
export function passedOverText(
  { status, inRecycleBin }: Tenant,
  server: Pick<Server, "version">,
): string | undefined {
  if (status !== "NORMAL") return status;
  return inRecycleBin && passesOverRecycleBin(server) ? "in the recycle bin" : undefined;
}

function namesThere(known: readonly string[]): string {
  return known.length === 0 ? "there is no user tenant" : `the user tenants are ${firstOf(known)}`;
}

function unknownTenants(names: readonly string[], known: readonly string[]): string {
  const each = names.map((name) => {
    const hint =
      name === "all" ? 'for every user tenant write tenants: "all", not a list' : didYouMean(name, known);
    return `${name} does not exist${hint === undefined ? "" : ` (${hint})`}`;
  });
  return `tenant ${firstOf(each)}`;
}
