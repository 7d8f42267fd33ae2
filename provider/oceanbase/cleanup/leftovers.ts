import type { Cluster } from "../cluster/cluster";
import { tenantLabel } from "../cluster/server";
import { pathIn } from "../cluster/views";
import type { Row } from "../connection/driver";
import { readSetFiles } from "../jobs/backupSets";
import type { BackupJob } from "../jobs/jobRecord";
import { destinationIn } from "./destinations";
import { type CleanupConditions, type Removal, readCleanupConditions, removalOf } from "./removal";

/** What a backup that did not come to its end has left at its destination. */
export interface Leftover extends Removal {
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
}

/** Files in these states are a backup, or are gone. Fact: removed-set */
const NOTHING_LEFT = "FILE_STATUS NOT IN ('AVAILABLE', 'DELETED')";

/** The incomplete backup sets of jobs that did not complete, and what becomes of them. Fact: leftovers-words */
export async function readLeftovers(
  cluster: Cluster,
  jobs: readonly BackupJob[],
): Promise<readonly Leftover[]> {
  // The own job of a cluster backup writes no set, and one that was stopped at once has made none.
  // Facts: cluster-backup-rows, early-cancel
  const sets = jobs
    .filter((job) => job.status !== "COMPLETED" && Number(job.backupSetId) > 0)
    .map(({ tenantId, backupSetId }) => ({ tenantId, id: backupSetId }));
  if (sets.length === 0) return [];
  const rows = await readSetFiles(cluster, "reading what the backups have left behind", {
    columns: ["BACKUP_SET_ID", "FILE_STATUS", "OUTPUT_BYTES", "END_TIMESTAMP", "PATH"],
    rows: { column: "BACKUP_SET_ID", of: sets },
    where: [NOTHING_LEFT],
  });
  const tenantIds = [...new Set(rows.map((row) => row.TENANT_ID ?? ""))];
  const conditions = rows.length === 0 ? undefined : await readCleanupConditions(cluster, tenantIds);
  return rows.map((row) => leftoverIn(row, cluster, conditions));
}

function leftoverIn(
  row: Row,
  cluster: Cluster,
  conditions: ReadonlyMap<string, CleanupConditions> | undefined,
): Leftover {
  const tenantId = row.TENANT_ID ?? "";
  const path = row.PATH ?? "";
  const fileStatus = row.FILE_STATUS ?? "";
  const ofTenant = conditions?.get(tenantId);
  const set = { endedAt: row.END_TIMESTAMP ?? "", place: destinationIn(path) };
  // A set that is DELETING stays so, whether or not a cleanup is at work on it. Fact: leftovers-deleting
  const isOpen = ofTenant === undefined || fileStatus === "DELETING";
  return {
    tenantId,
    tenant: tenantLabel(cluster, tenantId),
    backupSetId: row.BACKUP_SET_ID ?? "",
    path: pathIn(path),
    bytes: Number(row.OUTPUT_BYTES ?? 0),
    fileStatus,
    ...(isOpen ? {} : removalOf(set, ofTenant, cluster.server)),
  };
}

/** `mysql_tenant set 3 (INCOMPLETE, removed after 2026-12-02 10:00:00)`. */
export function leftoverText({
  tenant,
  backupSetId,
  fileStatus,
  removedAfter,
  staysBecause,
}: Leftover): string {
  const removal = removedAfter === undefined ? staysBecause : `removed after ${removedAfter}`;
  return `${tenant} set ${backupSetId} (${removal === undefined ? fileStatus : `${fileStatus}, ${removal}`})`;
}
