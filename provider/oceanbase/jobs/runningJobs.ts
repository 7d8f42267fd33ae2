import type { Cluster } from "../cluster/cluster";
import { isInScope, resolveScope, type ScopeRequest, tenantIdsOf } from "../cluster/scope";
import { tenantLabel } from "../cluster/server";
import { readServerTime } from "../cluster/serverTime";
import { isRunning, readLiveJobs } from "./backupJobs";
import { type JobFilter, selectTenants } from "./jobFilter";
import { type BackupJob, toBackupJob } from "./jobRecord";

/** Which jobs are asked for. */
export interface RunningJobsRequest extends Omit<ScopeRequest, "ignoreMissing"> {
  filter?: JobFilter | undefined;
}

/** What a cancel would hit, as far as it can be read. */
export interface RunningJobs {
  jobs: readonly BackupJob[];
  /** Names of the tenants whose jobs cannot be read: no server leads them. */
  unreadable: readonly string[];
}

/**
 * The jobs that a cancel would hit at this moment. Jobs that are being cancelled already are not among them, and a tenant
 * that does not exist has none.
 */
export async function findRunningJobs(
  cluster: Cluster,
  { filter, ...request }: RunningJobsRequest,
): Promise<RunningJobs> {
  const scope = resolveScope(cluster, { ...request, ignoreMissing: true });
  const { rows: live, unreadable } = await readLiveJobs(cluster, tenantIdsOf(scope));
  const running = live.filter((job) => isInScope(scope, job) && isRunning(job));
  const hit =
    filter === undefined || running.length === 0
      ? undefined
      : selectTenants(running, filter, await readServerTime(cluster), cluster).hit;
  return {
    jobs: running
      .filter((job) => hit === undefined || hit.has(job.tenantId))
      .map((job) => toBackupJob(job, cluster, "live view")),
    unreadable: [...unreadable].map((id) => tenantLabel(cluster, id)),
  };
}
