import { isInSys, type Server, type Tenant, tenantNameOf } from "../cluster/server";
import type { Row, Session } from "../connection/session";
import { type Meaning, OceanBaseError, withMeaning } from "../errors";
import { backupView, digits } from "./backupJobs";
import type { BackupJob } from "./jobRecord";

/** What a backup that did not come to its end has left at its destination. */
export interface Leftover {
  /** Id of the tenant, as text: it is a BIGINT on the server. */
  tenantId: string;
  /** Name of the tenant. */
  tenant: string;
  /** Id of the incomplete backup set. */
  backupSetId: string;
  /** Where it lies, without anything behind a `?`: access keys may stand there. */
  path: string;
  /** Bytes that had been written, as OceanBase tells. */
  bytes: number;
  /** OceanBase's word for its files: `INCOMPLETE`, or `DELETING` while a cleanup removes them. */
  fileStatus: string;
  /** Whether an automatic cleanup policy covers the tenant, so that the set is removed without anybody's doing. */
  hasCleanupPolicy: boolean;
}

/** Files in these states are a backup, or are gone. */
const NOTHING_LEFT = ["AVAILABLE", "DELETED"];

/**
 * The incomplete backup sets of jobs that did not complete.
 *
 * @param coveredTenantIds ids of the tenants that have a cleanup policy
 */
export async function readLeftovers(
  session: Session,
  server: Server,
  jobs: readonly BackupJob[],
  coveredTenantIds: ReadonlySet<string>,
  untilMs: number,
): Promise<Leftover[]> {
  // The own job of a cluster backup writes no set, and one that was stopped at once has made none.
  const sets = jobs.filter((job) => job.status !== "COMPLETED" && Number(job.backupSetId) > 0);
  if (sets.length === 0) return [];
  const where = isInSys(server)
    ? `(TENANT_ID, BACKUP_SET_ID) IN (${sets.map((job) => `(${digits(job.tenantId)}, ${digits(job.backupSetId)})`).join(", ")})`
    : `BACKUP_SET_ID IN (${sets.map((job) => digits(job.backupSetId)).join(", ")})`;
  const gone = NOTHING_LEFT.map((status) => `'${status}'`).join(", ");
  const sql = `SELECT ${isInSys(server) ? "TENANT_ID, " : ""}BACKUP_SET_ID, FILE_STATUS, OUTPUT_BYTES, PATH FROM ${backupView(server, "OB_BACKUP_SET_FILES")} WHERE ${where} AND FILE_STATUS NOT IN (${gone})`;
  const rows = await readSetFiles(session, server, sql, "reading what the backups have left behind", untilMs);
  return rows.map((row) => toLeftover(row, server, coveredTenantIds));
}

/** `mysql_tenant set 3 (INCOMPLETE)`. */
export function leftoverText({ tenant, backupSetId, fileStatus }: Leftover): string {
  return `${tenant} set ${backupSetId} (${fileStatus})`;
}

/** The tenants among these that could not be restored from a backup: none of their full backups is complete and there. */
export async function tenantsWithoutFullBackup(
  session: Session,
  server: Server,
  tenants: readonly Tenant[],
  untilMs: number,
): Promise<Tenant[]> {
  const inSys = isInSys(server);
  const sql = `SELECT DISTINCT ${inSys ? "TENANT_ID" : `${digits(server.tenant.id)} AS TENANT_ID`} FROM ${backupView(server, "OB_BACKUP_SET_FILES")} WHERE STATUS = 'SUCCESS' AND FILE_STATUS = 'AVAILABLE' AND BACKUP_TYPE <> 'I'`;
  const rows = await readSetFiles(session, server, sql, "looking for complete backups", untilMs);
  const restorable = new Set(rows.map((row) => row.TENANT_ID));
  return tenants.filter((tenant) => !restorable.has(tenant.id));
}

/** A server that has no such view, or not these columns, is refused with its version. */
async function readSetFiles(
  session: Session,
  server: Server,
  sql: string,
  doing: string,
  untilMs: number,
): Promise<Row[]> {
  try {
    return await session.read(sql, doing, untilMs);
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    const lacking: Meaning = {
      kind: "unsupported",
      means: `found OceanBase ${server.version}, which does not show its backup sets in this form`,
      advice: "OceanBase 4.0 or later with the view OB_BACKUP_SET_FILES is needed",
    };
    throw withMeaning(error, { 904: lacking, 942: lacking, 1054: lacking, 1146: lacking });
  }
}

function toLeftover(row: Row, server: Server, covered: ReadonlySet<string>): Leftover {
  const tenantId = row.TENANT_ID ?? server.tenant.id;
  return {
    tenantId,
    tenant: tenantNameOf(server, tenantId),
    backupSetId: row.BACKUP_SET_ID ?? "",
    path: (row.PATH ?? "").replace(/\?.*$/s, ""),
    bytes: Number(row.OUTPUT_BYTES ?? 0),
    fileStatus: row.FILE_STATUS ?? "",
    hasCleanupPolicy: covered.has(tenantId),
  };
}
