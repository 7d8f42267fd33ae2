import { isInScope, resolveScope } from "../cluster/scope";
import type { Server } from "../cluster/server";
import { readServerTime } from "../cluster/serverTime";
import type { Session } from "../connection/session";
import type { CancelScope } from "../statements";
import { isRunning, readLiveJobs } from "./backupJobs";
import { type JobFilter, selectTenants } from "./jobFilter";
import { type BackupJob, toBackupJob } from "./jobRecord";

/** Which jobs are asked for. */
export interface RunningJobsRequest {
  asked: CancelScope;
  /** The tenant the login is meant for. */
  loginTenant: string;
  filter?: JobFilter;
}

/**
 * The jobs that a cancel would hit at this moment. Jobs that are being cancelled already are not among them, and a
 * tenant that is gone has none.
 */
export async function findRunningJobs(
  session: Session,
  server: Server,
  { asked, loginTenant, filter }: RunningJobsRequest,
  untilMs: number,
): Promise<BackupJob[]> {
  const scope = resolveScope(session.address, server, asked, loginTenant, true);
  const live = await readLiveJobs(session, server, untilMs);
  const running = live.filter((job) => isInScope(scope, job) && isRunning(job));
  if (running.length === 0) return [];
  const toRecord = (jobs: typeof running) => jobs.map((job) => toBackupJob(job, "live view"));
  if (filter === undefined) return toRecord(running);
  const { hit } = selectTenants(running, filter, await readServerTime(session, server, untilMs));
  return toRecord(running.filter((job) => hit.has(job.tenantId)));
}
