import type { Cluster } from "../cluster/cluster";
import { isInScope, resolveScope, type ScopeRequest } from "../cluster/scope";
import { readServerTime } from "../cluster/serverTime";
import { isRunning, readLiveJobs } from "./backupJobs";
import { type JobFilter, selectTenants } from "./jobFilter";
import { type BackupJob, toBackupJob } from "./jobRecord";

/** Which jobs are asked for. */
export interface RunningJobsRequest extends Omit<ScopeRequest, "ignoreMissing"> {
  filter?: JobFilter | undefined;
}

/**
 * The jobs that a cancel would hit at this moment. Jobs that are being cancelled already are not among them, and a tenant
 * that does not exist has none.
 */
export async function findRunningJobs(
  cluster: Cluster,
  { filter, ...request }: RunningJobsRequest,
): Promise<readonly BackupJob[]> {
  const scope = resolveScope(cluster, { ...request, ignoreMissing: true });
  const live = await readLiveJobs(cluster);
  const running = live.filter((job) => isInScope(scope, job) && isRunning(job));
  if (running.length === 0) return [];
  const hit =
    filter === undefined
      ? undefined
      : selectTenants(running, filter, await readServerTime(cluster), cluster).hit;
  return running
    .filter((job) => hit === undefined || hit.has(job.tenantId))
    .map((job) => toBackupJob(job, cluster, "live view"));
}
