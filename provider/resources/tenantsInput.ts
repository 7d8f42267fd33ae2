import { tenantNameProblem } from "../oceanbase/statements";
import { type ConnectionInputs, SYS_TENANT } from "./connection";
import { shown } from "./inputChecks";
import { hasUnknown, type InputProblem } from "./inputTable";

/** The tenants of an action or a query, and who logs in for it. */
export interface TenantsInputs {
  tenants?: readonly string[] | "all";
  connection: ConnectionInputs;
}

/** What is wrong with the tenants that are asked for; it depends on who logs in. Fact: clause-in-sys-only */
export function tenantsProblems({ tenants, connection }: TenantsInputs): InputProblem[] {
  const loginTenant = knownLoginTenant(connection);
  if (loginTenant === undefined) return namesProblems(tenants);
  if (loginTenant !== SYS_TENANT) {
    if (tenants === undefined || hasUnknown(tenants)) return [];
    const reason = `only the sys tenant can name tenants; a login to ${loginTenant} cancels its own backups, so leave tenants out or log in to sys`;
    return [{ path: "tenants", reason }];
  }
  if (tenants === undefined) {
    const reason = 'a login to the sys tenant has to name tenants, or to say "all" for every user tenant';
    return [{ path: "tenants", reason }];
  }
  return namesProblems(tenants);
}

/** The tenant that logs in; undefined while it is not known. One that is blank or no text is the connection's problem. */
export function knownLoginTenant(connection: Partial<ConnectionInputs>): string | undefined {
  const tenant: unknown = typeof connection === "object" ? connection.tenant : undefined;
  return typeof tenant === "string" && tenant.trim() !== "" && !hasUnknown(tenant) ? tenant : undefined;
}

/** What is wrong with the name of one tenant. */
export function tenantProblem(name: unknown): string | undefined {
  const problem = typeof name === "string" ? tenantNameProblem(name) : "is not text";
  return problem === undefined ? undefined : `${shown(name)} ${problem}`;
}

/** Tenants are a set: their order, and a name given twice, make no difference. */
export function sameTenants(one: TenantsInputs["tenants"], other: TenantsInputs["tenants"]): boolean {
  const asSet = (tenants: TenantsInputs["tenants"]) =>
    JSON.stringify(Array.isArray(tenants) ? [...new Set(tenants)].sort() : tenants);
  return asSet(one) === asSet(other);
}

function namesProblems(tenants: unknown): InputProblem[] {
  if (tenants === undefined || tenants === "all") return [];
  if (!Array.isArray(tenants)) {
    if (hasUnknown(tenants)) return [];
    return [{ path: "tenants", reason: 'must be a list of tenant names, or "all"' }];
  }
  if (tenants.length === 0) {
    return [{ path: "tenants", reason: 'is empty: name tenants, or say "all" for every user tenant' }];
  }
  return tenants.flatMap((name: unknown, i) => {
    const reason = hasUnknown(name) ? undefined : tenantProblem(name);
    return reason === undefined ? [] : [{ path: `tenants[${i}]`, reason }];
  });
}
