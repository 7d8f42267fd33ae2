import { type Server, SYS_TENANT_ID } from "../cluster/server";
import type { Session } from "../connection/session";
import { type JobRow, jobKey, readEndedJobs, readLiveJobs } from "./backupJobs";

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
  /** A full or an incremental backup. */
  type: "full" | "incremental";
  /** Whether the sys tenant started it, as part of a cluster backup, or the tenant itself. */
  initiator: "sys" | "tenant";
  /**
   * OceanBase's own word. Final when the stop was waited for: `CANCELED`, `COMPLETED` (it was done first) or
   * `FAILED`; otherwise as last seen, for example `CANCELING`.
   */
  status: string;
  /** OceanBase's result code: 0 for success, -4072 for a cancelled job. */
  result: number;
  /** OceanBase's comment; it explains a failure. */
  comment: string;
  /** Where the backup was written to. */
  path: string;
  /** When it started, as the server prints times (its own time zone). */
  startedAt: string;
  /** When it ended, as the server prints times; absent until it stands in the job history. */
  endedAt?: string;
}

/** The report's view of a job. Only a row of the history has an end: a live one may still change. */
export function toBackupJob(job: JobRow, seenIn: "live view" | "history"): BackupJob {
  return {
    tenantId: job.tenantId,
    tenant: job.tenant,
    jobId: job.jobId,
    backupSetId: job.backupSetId,
    type: job.type,
    initiator: job.initiatorTenantId === SYS_TENANT_ID ? "sys" : "tenant",
    status: job.status,
    result: job.result,
    comment: job.comment,
    path: job.path,
    startedAt: job.startedAt,
    ...(seenIn === "history" ? { endedAt: job.endedAt ?? "" } : {}),
  };
}

/** `tenant job 3 CANCELING`. */
export function jobText(job: Pick<BackupJob, "tenant" | "jobId" | "status">): string {
  return `${job.tenant} job ${job.jobId} ${job.status}`;
}

/** Whether a recorded job is over. */
export function hasEnded(job: Pick<BackupJob, "endedAt">): boolean {
  return job.endedAt !== undefined;
}

/** The jobs of a record as they are now; one that is in neither view stays as it was recorded. */
export async function readRecordedJobs(
  session: Session,
  server: Server,
  jobs: readonly BackupJob[],
  untilMs: number,
): Promise<BackupJob[]> {
  const open = jobs.filter((job) => !hasEnded(job));
  const live = await readLiveJobs(session, server, untilMs);
  const ended = await readEndedJobs(session, server, open, untilMs);
  const now = new Map([
    ...ended.map((job) => [jobKey(job), toBackupJob(job, "history")] as const),
    // Last, because a row that is still live may change: a cluster backup's own job is in both views for an instant.
    ...live.map((job) => [jobKey(job), toBackupJob(job, "live view")] as const),
  ]);
  return jobs.map((job) => (hasEnded(job) ? job : (now.get(jobKey(job)) ?? job)));
}
