import { isInSys, type Server, schemaOf, type Tenant } from "../cluster/server";
import type { Session } from "../connection/session";
import { OceanBaseError } from "../errors";
import { POLICY_NAME } from "../statements";
import { asPolicyError } from "./cleanupPolicyErrors";

/** Longest time that is spent on finding out who has none. */
const PATIENCE_MS = 5_000;

/**
 * The tenants among these that have no automatic cleanup of expired backups. OceanBase recommends one before a
 * backup is cancelled: what a cancel leaves behind is incomplete data that nothing else removes.
 *
 * Undefined when it cannot be found out quickly; a warning that is missing is no reason to fail.
 */
export async function tenantsWithoutCleanupPolicy(
  session: Session,
  server: Server,
  tenants: readonly Tenant[],
  untilMs: number,
): Promise<Tenant[] | undefined> {
  const inSys = isInSys(server);
  try {
    const sql = `SELECT ${inSys ? "TENANT_ID, " : ""}POLICY_NAME FROM ${policyView(server)}`;
    const rows = await session.read(
      sql,
      "reading the cleanup policies",
      Math.min(untilMs, Date.now() + PATIENCE_MS),
    );
    const covered = new Set(rows.map((row) => row.TENANT_ID ?? server.tenant.id));
    return tenants.filter((tenant) => !covered.has(tenant.id));
  } catch (error) {
    if (!(error instanceof OceanBaseError) || error.kind === "aborted") throw error;
    return undefined;
  }
}

/** A cleanup policy as the server shows it. Of all that it was made with the views have only the window. */
export interface ShownPolicy {
  /** As it was written when the policy was made; absent for a policy without one. */
  recoveryWindow?: string;
}

/**
 * The cleanup policy of one tenant as it is now; undefined when it has none. Fails when the server has no such view.
 *
 * @param tenant from sys any user tenant, else the tenant of the login
 */
export async function readCleanupPolicy(
  session: Session,
  server: Server,
  tenant: Tenant,
  untilMs: number,
): Promise<ShownPolicy | undefined> {
  const ofTenant = isInSys(server) ? ` WHERE TENANT_ID = ${BigInt(tenant.id)}` : "";
  const sql = `SELECT POLICY_NAME, RECOVERY_WINDOW FROM ${policyView(server)}${ofTenant}`;
  try {
    const rows = await session.read(sql, `reading the cleanup policy of tenant ${tenant.name}`, untilMs);
    const row = rows.find(({ POLICY_NAME: name }) => name === POLICY_NAME);
    if (row === undefined) return undefined;
    // Without a window it is empty, which an Oracle-mode tenant shows as NULL.
    return row.RECOVERY_WINDOW ? { recoveryWindow: row.RECOVERY_WINDOW } : {};
  } catch (error) {
    throw asPolicyError(error, server);
  }
}

function policyView(server: Server): string {
  return `${schemaOf(server.tenant)}.${isInSys(server) ? "CDB" : "DBA"}_OB_BACKUP_DELETE_POLICY`;
}
