import { isInScope, type Scope } from "../cluster/scope";
import type { Identified } from "../cluster/server";
import { type JobRow, jobKey } from "../jobs/backupJobs";
import { type BackupJob, hasEnded, toBackupJob } from "../jobs/jobRecord";

/** The jobs that are to stop, as they were last seen, and which of them are waited for. */
export class SeenJobs {
  private readonly cluster: Identified;
  private readonly last = new Map<string, BackupJob>();
  /** Those that have ended without a trace in the history. */
  private readonly gone = new Set<string>();
  /** Ids of the tenants whose jobs are not waited for. */
  private readonly leftOut = new Set<string>();

  constructor(cluster: Identified) {
    this.cluster = cluster;
  }

  addRecorded(jobs: readonly BackupJob[]): void {
    for (const job of jobs) this.last.set(jobKey(job), job);
  }

  /** Even one that was seen in the history is not over while it is live. */
  seeLive(job: JobRow): void {
    this.last.set(jobKey(job), toBackupJob(job, this.cluster, "live view"));
    this.gone.delete(jobKey(job));
  }

  seeEnded(job: JobRow): void {
    this.last.set(jobKey(job), toBackupJob(job, this.cluster, "history"));
  }

  seeGone(job: BackupJob): void {
    this.gone.add(jobKey(job));
  }

  leaveOut(tenantIds: readonly string[]): void {
    for (const id of tenantIds) this.leftOut.add(id);
  }

  has(job: JobRow): boolean {
    return this.last.has(jobKey(job));
  }

  get all(): readonly BackupJob[] {
    return [...this.last.values()];
  }

  /** Those that are still waited for. */
  get unended(): readonly BackupJob[] {
    return this.all.filter(
      (job) => !hasEnded(job) && !this.gone.has(jobKey(job)) && !this.leftOut.has(job.tenantId),
    );
  }

  /**
   * Jobs of a record whose tenant is not in the scope any more: another tenant has the name by now, or a filter keeps it out.
   * Fact: tenant-renamed
   */
  unendedOutside(scope: Scope): readonly BackupJob[] {
    return this.unended.filter((job) => !isInScope(scope, job));
  }

  /** Ids of their tenants: what is being cancelled there is waited for. */
  tenantsOutside(scope: Scope): readonly string[] {
    return [...new Set(this.unendedOutside(scope).map(({ tenantId }) => tenantId))];
  }
}
