import { given } from "../../given";
import type { Cluster } from "../cluster/cluster";
import { type Readable, readReadable } from "../cluster/leaderless";
import { SYS_TENANT_ID } from "../cluster/server";
import { digits, pathIn, selectFrom, selectTogether, VIEW_COLUMNS, type ViewQuery } from "../cluster/views";
import type { Row } from "../connection/driver";
import type { ReadOptions } from "../connection/reader";

/** A row of the backup job views. Ids are BIGINT columns and stay text. */
export interface JobRow {
  tenantId: string;
  /** Counts within its tenant: only together with the tenant id it names one job. Fact: job-ids */
  jobId: string;
  backupSetId: string;
  /** `1` when the sys tenant started it, as part of a cluster backup. */
  initiatorTenantId: string;
  /** The cluster backup's own job, for a job that belongs to one. Fact: cluster-backup-rows */
  initiatorJobId: string;
  /** The tenants a cluster backup is for; for a tenant's job its own. */
  executorTenantIds: readonly string[];
  type: JobType;
  /** INIT, DOING, CANCELING, and at the end COMPLETED, FAILED or CANCELED. Fact: job-words */
  status: string;
  /** 0, or a negative OceanBase code; -4072 for a cancelled job. Fact: cancelled-result */
  result: number;
  /** Explains a failure; of a cancelled job empty, or "Operation canceled" in old versions. Fact: cancelled-comment */
  comment: string;
  /** Where the backup goes, without what stands behind a `?`. */
  path: string;
  /** Times as the server prints them. */
  startedAt: string;
  endedAt: string | undefined;
}

/** A full backup, or one of what has changed since another; a word of the server's that is not known is neither. */
export type JobType = "full" | "incremental" | "unknown";

/** The server's words are FULL and INC; the documentation's column tables say D and I. Fact: backup-type */
const TYPES: Readonly<Record<string, JobType>> = {
  FULL: "full",
  D: "full",
  INC: "incremental",
  I: "incremental",
};

/** Names one job on a cluster. */
export function jobKey(job: Pick<JobRow, "tenantId" | "jobId">): string {
  return `${job.tenantId}/${job.jobId}`;
}

/** Whether the job works on, unaware of any cancel. Fact: job-words */
export function isRunning(job: Pick<JobRow, "status">): boolean {
  return job.status === "INIT" || job.status === "DOING";
}

/** Whether the job is the sys tenant's own job of a cluster backup, parent of the tenants' jobs. Fact: cluster-backup-rows */
export function isClusterJob(job: Pick<JobRow, "tenantId">): boolean {
  return job.tenantId === SYS_TENANT_ID;
}

/**
 * The live jobs of these tenants, and the cluster backups' own jobs; other jobs that the login can see may be among them.
 * A tenant that cannot answer is said to be one.
 *
 * @param tenantIds undefined: of all tenants
 */
export async function readLiveJobs(
  cluster: Cluster,
  tenantIds: readonly string[] | undefined,
): Promise<Readable<JobRow>> {
  const wanted = tenantIds && [SYS_TENANT_ID, ...tenantIds];
  return await readReadable(cluster, wanted, async (some, ids, notRepeated) => {
    const query = { columns: VIEW_COLUMNS.OB_BACKUP_JOBS };
    const sql =
      ids === undefined
        ? selectFrom(some, "OB_BACKUP_JOBS", query)
        : selectTogether(some, "OB_BACKUP_JOBS", { ...query, tenantIds: ids });
    return await some.read(sql, "reading the running backup jobs", {
      parse: jobRows,
      ...given({ notRepeated }),
    });
  });
}

/** The ended ones among these jobs. A job is over when it is here and no longer among the live ones. Fact: job-moves */
export async function readEndedJobs(
  cluster: Cluster,
  jobs: readonly Pick<JobRow, "tenantId" | "jobId">[],
): Promise<readonly JobRow[]> {
  if (jobs.length === 0) return [];
  const of = jobs.map(({ tenantId, jobId }) => ({ tenantId, id: jobId }));
  const query = { rows: { column: "JOB_ID", of } } as const;
  return await readEnded(cluster, "reading the ended backup jobs", query);
}

/** The ended jobs in these tenants that these cluster backups (their jobs in sys) have started. */
export async function readEndedParts(
  cluster: Cluster,
  clusterJobIds: readonly string[],
  tenantIds: readonly string[],
): Promise<readonly JobRow[]> {
  const ids = clusterJobIds.map(digits).join(", ");
  const where = [`INITIATOR_TENANT_ID = ${SYS_TENANT_ID}`, `INITIATOR_JOB_ID IN (${ids})`];
  return await readEnded(cluster, "reading the ended parts of a cluster backup", { tenantIds, where });
}

/** Rows of the history. */
export async function readEnded(
  cluster: Cluster,
  doing: string,
  query: Omit<ViewQuery, "columns">,
  options: Pick<ReadOptions<unknown>, "notRepeated"> = {},
): Promise<readonly JobRow[]> {
  const columns = VIEW_COLUMNS.OB_BACKUP_JOB_HISTORY;
  const sql = selectFrom(cluster, "OB_BACKUP_JOB_HISTORY", { columns, ...query });
  return await cluster.read(sql, doing, { parse: jobRows, ...options });
}

function jobRows(rows: readonly Row[]): readonly JobRow[] {
  return rows.map((row) => ({
    tenantId: row.TENANT_ID ?? "",
    jobId: row.JOB_ID ?? "",
    backupSetId: row.BACKUP_SET_ID ?? "",
    initiatorTenantId: row.INITIATOR_TENANT_ID ?? "",
    initiatorJobId: row.INITIATOR_JOB_ID ?? "",
    executorTenantIds: (row.EXECUTOR_TENANT_ID ?? "").split(",").map((id) => id.trim()),
    type: TYPES[row.BACKUP_TYPE ?? ""] ?? "unknown",
    status: row.STATUS ?? "",
    result: Number(row.RESULT ?? 0),
    comment: row.COMMENT ?? "",
    path: pathIn(row.PATH),
    startedAt: row.START_TIMESTAMP ?? "",
    // Of a row that is still live it is '' in 4.0 and NULL later. Fact: live-row-end
    endedAt: row.END_TIMESTAMP || undefined,
  }));
}
