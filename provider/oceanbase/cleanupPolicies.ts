import { OceanBaseError } from "./errors";
import { isInSys, type Server, schemaOf, type Tenant } from "./identity";
import type { Session } from "./session";

/** Longest time that is spent on it. */
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
  const view = `${schemaOf(server.tenant)}.${inSys ? "CDB" : "DBA"}_OB_BACKUP_DELETE_POLICY`;
  try {
    const sql = `SELECT ${inSys ? "TENANT_ID, " : ""}POLICY_NAME FROM ${view}`;
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
