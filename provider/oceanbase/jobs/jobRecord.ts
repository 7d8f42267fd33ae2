import { given } from "../../given";
import type { Cluster } from "../cluster/cluster";
import { type Identified, SYS_TENANT_ID, tenantLabel } from "../cluster/server";
import { zoned } from "../cluster/viewTimes";
import { type JobRow, type JobType, jobKey, readEndedJobs, readLiveJobs } from "./backupJobs";

/** How one backup job ended, or how it was last seen. */
export interface BackupJob {
  /** Id of the tenant, as text: it is a BIGINT on the server. */
  tenantId: string;
  /** Name of the tenant; `sys` for the own job of a cluster backup. */
  tenant: string;
  /** Id of the job. It counts within its tenant. */
  jobId: string;
  /** Id of the backup set the job was writing; `0` for the own job of a cluster backup. */
  backupSetId: string;
  /** A full or an incremental backup; `unknown` when the server's word for it is not known. */
  type: JobType;
  /** Whether the sys tenant started it, as part of a cluster backup, or the tenant itself. */
  initiator: "sys" | "tenant";
  /**
   * OceanBase's own word. Final when the stop was waited for: `CANCELED`, `COMPLETED` (it was done first) or
   * `FAILED`; otherwise as last seen, for example `CANCELING`.
   */
  status: string;
  /**
   * OceanBase's result code: 0 for success, -4072 for a cancelled job.
   *
   * @asType integer
   */
  result: number;
  /** OceanBase's comment; it explains a failure. */
  comment: string;
  /** Where the backup was written to. */
  path: string;
  /**
   * When it started: ISO 8601 with the server's offset from UTC, in its own time zone; without an offset where it is not
   * known what zone the server's views print (Oracle mode from 4.4 on).
   */
  startedAt: string;
  /** When it ended, in the same form; absent until it stands in the job history. */
  endedAt?: string;
}

/** The record of a job. Only a row of the history has an end: a live one may still change. */
export function toBackupJob(
  row: JobRow,
  cluster: Pick<Identified, "server">,
  seenIn: "live view" | "history",
): BackupJob {
  const { tenantId, jobId, backupSetId, type, status, result, comment, path, startedAt } = row;
  return given({
    tenantId,
    tenant: tenantLabel(cluster, tenantId),
    jobId,
    backupSetId,
    type,
    initiator: row.initiatorTenantId === SYS_TENANT_ID ? ("sys" as const) : ("tenant" as const),
    status,
    result,
    comment,
    path,
    startedAt: zoned(startedAt, cluster.server),
    endedAt: seenIn === "history" ? zoned(row.endedAt ?? "", cluster.server) : undefined,
  });
}

/** `tenant job 3 CANCELING`. */
export function jobText(job: Pick<BackupJob, "tenant" | "jobId" | "status">): string {
  return `${job.tenant} job ${job.jobId} ${job.status}`;
}

/** Whether a recorded job is over. */
export function hasEnded(job: Pick<BackupJob, "endedAt">): boolean {
  return job.endedAt !== undefined;
}

/** The jobs of a record as they are now; one that is in neither view, or cannot be read, stays as it was recorded. */
export async function readRecordedJobs(
  cluster: Cluster,
  jobs: readonly BackupJob[],
): Promise<readonly BackupJob[]> {
  const open = jobs.filter((job) => !hasEnded(job));
  const tenantIds = [...new Set(open.map(({ tenantId }) => tenantId))];
  const { rows: live, unreadable } = await readLiveJobs(cluster, tenantIds);
  const readable = open.filter(({ tenantId }) => !unreadable.has(tenantId));
  const ended = await readEndedJobs(cluster, readable);
  const now = new Map([
    ...ended.map((row) => [jobKey(row), toBackupJob(row, cluster, "history")] as const),
    // Last, because a row that is still live may change: a cluster backup's own job is in both views for an instant.
    // Fact: job-moves
    ...live.map((row) => [jobKey(row), toBackupJob(row, cluster, "live view")] as const),
  ]);
  return jobs.map((job) => (hasEnded(job) ? job : (now.get(jobKey(job)) ?? job)));
}
