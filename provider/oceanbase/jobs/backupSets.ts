import type { Cluster } from "../cluster/cluster";
import { type Tenant, tenantLabel } from "../cluster/server";
import { pathIn, selectFrom, type ViewQuery } from "../cluster/views";
import type { Row } from "../connection/driver";
import type { Meaning } from "../connection/errorCodes";
import { withMeaning } from "../connection/failures";
import { OceanBaseError } from "../errors";
import type { BackupJob } from "./jobRecord";

/** What a backup that did not come to its end has left at its destination. */
export interface Leftover {
  /** Id of the tenant, as text: it is a BIGINT on the server. */
  tenantId: string;
  /** Name of the tenant. */
  tenant: string;
  /** Id of the incomplete backup set. */
  backupSetId: string;
  /** Where it lies, without what stands behind a `?`: access keys may. */
  path: string;
  /** Bytes that had been written, as OceanBase tells. */
  bytes: number;
  /** OceanBase's word for its files: `INCOMPLETE`, or `DELETING` while a cleanup removes them. */
  fileStatus: string;
  /** Whether the tenant has an automatic cleanup policy, which removes the set. */
  hasCleanupPolicy: boolean;
}

/** Files in these states are a backup, or are gone. */
const NOTHING_LEFT = "FILE_STATUS NOT IN ('AVAILABLE', 'DELETED')";

/**
 * The incomplete backup sets of jobs that did not complete.
 *
 * @param coveredTenantIds ids of the tenants that have a cleanup policy
 */
export async function readLeftovers(
  cluster: Cluster,
  jobs: readonly BackupJob[],
  coveredTenantIds: ReadonlySet<string>,
): Promise<readonly Leftover[]> {
  // The own job of a cluster backup writes no set, and one that was stopped at once has made none.
  const sets = jobs
    .filter((job) => job.status !== "COMPLETED" && Number(job.backupSetId) > 0)
    .map(({ tenantId, backupSetId }) => ({ tenantId, id: backupSetId }));
  if (sets.length === 0) return [];
  const rows = await readSetFiles(cluster, "reading what the backups have left behind", {
    columns: ["BACKUP_SET_ID", "FILE_STATUS", "OUTPUT_BYTES", "PATH"],
    rows: { column: "BACKUP_SET_ID", of: sets },
    where: [NOTHING_LEFT],
  });
  return rows.map((row) => {
    const tenantId = row.TENANT_ID ?? "";
    return {
      tenantId,
      tenant: tenantLabel(cluster, tenantId),
      backupSetId: row.BACKUP_SET_ID ?? "",
      path: pathIn(row.PATH),
      bytes: Number(row.OUTPUT_BYTES ?? 0),
      fileStatus: row.FILE_STATUS ?? "",
      hasCleanupPolicy: coveredTenantIds.has(tenantId),
    };
  });
}

/** `mysql_tenant set 3 (INCOMPLETE)`. */
export function leftoverText({ tenant, backupSetId, fileStatus }: Leftover): string {
  return `${tenant} set ${backupSetId} (${fileStatus})`;
}

/** The tenants among these that could not be restored from a backup: none of their full backups is complete and there. */
export async function tenantsWithoutFullBackup(
  cluster: Cluster,
  tenants: readonly Tenant[],
): Promise<readonly Tenant[]> {
  const rows = await readSetFiles(cluster, "looking for complete backups", {
    distinct: true,
    columns: [],
    where: ["STATUS = 'SUCCESS'", "FILE_STATUS = 'AVAILABLE'", "BACKUP_TYPE <> 'I'"],
  });
  const restorable = new Set(rows.map((row) => row.TENANT_ID));
  return tenants.filter((tenant) => !restorable.has(tenant.id));
}

/** A server that has no such view, or not these columns, is refused with its version. */
async function readSetFiles(cluster: Cluster, doing: string, query: ViewQuery): Promise<Row[]> {
  try {
    return await cluster.read(selectFrom(cluster, "OB_BACKUP_SET_FILES", query), doing);
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    const lacking: Meaning = {
      kind: "unsupported",
      means: `found OceanBase ${cluster.server.version}, which does not show its backup sets in this form`,
      advice: "OceanBase 4.0 or later with the view OB_BACKUP_SET_FILES is needed",
    };
    throw withMeaning(error, { 904: lacking, 942: lacking, 1054: lacking, 1146: lacking });
  }
}
