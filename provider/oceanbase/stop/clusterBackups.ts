import type { Cluster } from "../cluster/cluster";
import type { Readable } from "../cluster/leaderless";
import type { Scope } from "../cluster/scope";
import { SYS_TENANT_ID } from "../cluster/server";
import { isClusterJob, isRunning, type JobRow, readEndedParts } from "../jobs/backupJobs";

/**
 * The cluster backups that were running before the statement: their jobs in single tenants may start later.
 * Facts: late-child, several-cluster-backups
 */
export class ClusterBackups {
  private readonly scope: Scope;
  /** Ids of their own jobs, in sys. */
  private readonly ids = new Set<string>();
  /** Those of them that had not started any job yet, as far as the looks have shown. */
  private readonly starting = new Set<string>();

  constructor(scope: Scope) {
    this.scope = scope;
  }

  /** Takes in a job that is live before the statement goes out. */
  add(job: JobRow): void {
    if (!isClusterJob(job) || !isRunning(job)) return;
    this.ids.add(job.jobId);
    const isForScope = this.scope.tenants.some(({ id }) => job.executorTenantIds.includes(id));
    if (job.status === "INIT" && isForScope) this.starting.add(job.jobId);
  }

  /** Takes in what a record says: these had not started all their jobs. */
  addStarting(ids: readonly string[]): void {
    for (const id of ids) {
      this.ids.add(id);
      this.starting.add(id);
    }
  }

  /** Ids of those that may still start jobs in a tenant of the scope. */
  get startingIds(): readonly string[] {
    return [...this.starting];
  }

  /** Whether a job was started by one of them. Fact: cluster-backup-rows */
  hasStarted(job: JobRow): boolean {
    return job.initiatorTenantId === SYS_TENANT_ID && this.ids.has(job.initiatorJobId);
  }

  /** The own jobs, among these live ones, of those that are still starting. */
  startingAmong(live: readonly JobRow[]): readonly JobRow[] {
    return live.filter((job) => isClusterJob(job) && this.starting.has(job.jobId));
  }

  /**
   * The ended jobs of those that have come out of INIT since the last look. Such a job may have been started and cancelled
   * between two looks; once its cluster backup has started all it will, the history tells. As long as that runs on, what it
   * has started in a tenant that cannot be read is still to be found.
   */
  async endedParts(
    { rows: live, unreadable }: Readable<JobRow>,
    cluster: Cluster,
  ): Promise<readonly JobRow[]> {
    const own = new Map(this.startingAmong(live).map((job) => [job.jobId, job]));
    const started = this.startingIds.filter((id) => own.get(id)?.status !== "INIT");
    const tenantIds = this.scope.tenants.map(({ id }) => id).filter((id) => !unreadable.has(id));
    const ended =
      started.length === 0 || tenantIds.length === 0 ? [] : await readEndedParts(cluster, started, tenantIds);
    for (const id of started) {
      const isHidden = own.get(id)?.executorTenantIds.some((tenantId) => unreadable.has(tenantId)) ?? false;
      if (!isHidden) this.starting.delete(id);
    }
    return ended;
  }
}
