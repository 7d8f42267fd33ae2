import { OceanBaseError } from "./errors";
import { type Server, SYS_TENANT_ID, schemaOf, type Tenant } from "./identity";
import type { Session } from "./session";

/**
 * The tenants among these that have no automatic cleanup of expired backups. OceanBase recommends one before a
 * backup is cancelled: what a cancel leaves behind is incomplete data that nothing else removes.
 *
 * Undefined when the server does not let this login see the policies; that is no reason to fail.
 */
export async function tenantsWithoutCleanupPolicy(
  session: Session,
  server: Server,
  tenants: readonly Tenant[],
  untilMs: number,
): Promise<Tenant[] | undefined> {
  const inSys = server.tenant.id === SYS_TENANT_ID;
  const view = `${schemaOf(server.tenant)}.${inSys ? "CDB" : "DBA"}_OB_BACKUP_DELETE_POLICY`;
  try {
    const sql = `SELECT ${inSys ? "TENANT_ID, " : ""}POLICY_NAME FROM ${view}`;
    const rows = await session.read(sql, "reading the cleanup policies", untilMs);
    const covered = new Set(rows.map((row) => row.TENANT_ID ?? server.tenant.id));
    return tenants.filter((tenant) => !covered.has(tenant.id));
  } catch (error) {
    if (error instanceof OceanBaseError && (error.kind === "refused" || error.kind === "server"))
      return undefined;
    throw error;
  }
}
