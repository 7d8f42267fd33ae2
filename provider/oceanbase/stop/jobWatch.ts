import type { Cluster } from "../cluster/cluster";
import { memoize } from "../cluster/memoize";
import { isInScope, type Scope } from "../cluster/scope";
import { type Identified, SYS_TENANT_ID, tenantLabel } from "../cluster/server";
import { isRunning, type JobRow, jobKey, readEndedJobs } from "../jobs/backupJobs";
import { type BackupJob, jobText, toBackupJob } from "../jobs/jobRecord";
import { AbsentJobs } from "./absentJobs";
import { ClusterBackups } from "./clusterBackups";
import { Looks } from "./polling";
import { SeenJobs } from "./seenJobs";

/** What one look at the jobs has shown. */
export interface Look {
  /** Jobs that have not ended yet. */
  unfinished: readonly BackupJob[];
  /** Running jobs that appeared although their cluster backup was known: the statement came too early for them. */
  missed: readonly JobRow[];
}

/**
 * The jobs that one action waits for. A job is over when it has left the live view and stands in the history; the live
 * view is always read first, so that a job on its way from one to the other is not lost. Fact: job-moves
 */
export class JobWatch {
  private readonly cluster: Identified;
  private readonly scope: Scope;
  private readonly seen: SeenJobs;
  private readonly restarted = new Map<string, BackupJob>();
  private readonly clusterBackups: ClusterBackups;
  private readonly absent = new AbsentJobs();
  private readonly looks: Looks;
  readonly warnings: string[] = [];

  constructor(cluster: Identified, scope: Scope) {
    this.cluster = cluster;
    this.scope = scope;
    this.seen = new SeenJobs(cluster);
    this.looks = new Looks(scope);
    this.clusterBackups = new ClusterBackups(scope);
  }

  /** What the record of an earlier attempt says: its jobs, and the cluster backups that had not started all of theirs. */
  addRecorded(jobs: readonly BackupJob[], startingClusterJobs: readonly string[]): void {
    this.seen.addRecorded(jobs);
    this.clusterBackups.addStarting(startingClusterJobs);
  }

  /** Jobs that are live before the statement goes out. Those of the scope are to stop. */
  addLive(live: readonly JobRow[]): void {
    for (const job of live) {
      this.clusterBackups.add(job);
      if (isInScope(this.scope, job)) this.seen.seeLive(job);
    }
  }

  /** Whether the job is one of those that are to stop: seen before, or started by a cluster backup seen before. */
  isTarget(job: JobRow): boolean {
    return this.seen.has(job) || this.clusterBackups.hasStarted(job);
  }

  /** The jobs as they were last seen. */
  get jobs(): readonly BackupJob[] {
    return this.seen.all;
  }

  /** The jobs that were at work when they were seen last. */
  get runningBefore(): readonly BackupJob[] {
    return this.jobs.filter(isRunning);
  }

  /** Ids of cluster backups that may still start jobs which are to stop. */
  get startingClusterJobs(): readonly string[] {
    return this.clusterBackups.startingIds;
  }

  /** Jobs that were started after the statement, as they were last seen. They are left alone. */
  get restartedJobs(): readonly BackupJob[] {
    return [...this.restarted.values()];
  }

  /** Jobs of these tenants are not waited for. */
  leaveOut(tenantIds: readonly string[]): void {
    this.seen.leaveOut(tenantIds);
  }

  /** Reads both views once and brings every job up to date; those of a tenant that cannot be read stay as they were. */
  async look(cluster: Cluster): Promise<Look> {
    const read = await this.looks.read(cluster, this.seen.tenantsOutside(this.scope));
    const { rows: live, unreadable } = read;
    const isLookedFor = (job: JobRow) => isInScope(this.scope, job) || this.seen.has(job);
    const missed = live.filter((job) => isLookedFor(job) && this.takeLive(job) === "missed");
    const liveKeys = keysOf(live);
    const isAway = (job: BackupJob) => !liveKeys.has(jobKey(job)) && !unreadable.has(job.tenantId);
    const vanished = this.seen.unended.filter(isAway);
    for (const job of await readEndedJobs(cluster, vanished)) this.seen.seeEnded(job);
    const absent = this.seen.unended.filter(isAway);
    for (const job of await this.clusterBackups.endedParts(read, cluster)) {
      if (isInScope(this.scope, job) && !this.seen.has(job)) this.seen.seeEnded(job);
    }
    this.leaveOutPassedOver(keysOf(missed));
    this.leaveOutElsewhere(liveKeys);
    await this.endGone(absent, cluster);
    const starting = this.clusterBackups
      .startingAmong(live)
      .filter((job) => !this.seen.has(job))
      .map((job) => toBackupJob(job, this.cluster, "live view"));
    return { unfinished: [...this.seen.unended, ...starting], missed };
  }

  /**
   * What is not marked in the recycle bin by now was passed over, as newer versions do. Fact: recycle-bin
   *
   * @param missed keys of jobs that no statement has been sent for yet
   */
  private leaveOutPassedOver(missed: ReadonlySet<string>): void {
    const inBin = new Set(this.scope.tenants.filter((tenant) => tenant.inRecycleBin).map(({ id }) => id));
    const wasMeant = (job: BackupJob) => isRunning(job) && !missed.has(jobKey(job));
    for (const job of this.seen.unended.filter((one) => wasMeant(one) && inBin.has(one.tenantId))) {
      this.seen.leaveOut([job.tenantId]);
      this.warnings.push(
        `tenant ${job.tenant} is in the recycle bin, and the server has passed it over: ${jobText(job)} goes on`,
      );
    }
  }

  /** No statement is sent for what runs on outside of the scope. Fact: tenant-renamed */
  private leaveOutElsewhere(liveKeys: ReadonlySet<string>): void {
    const runsOn = (job: BackupJob) => isRunning(job) && liveKeys.has(jobKey(job));
    for (const job of this.seen.unendedOutside(this.scope).filter(runsOn)) {
      this.seen.leaveOut([job.tenantId]);
      this.warnings.push(
        `${jobText(job)} (tenant id ${job.tenantId}) is in a tenant that is not asked for any more, or was renamed: it goes on; name the tenant as it is called now to stop it`,
      );
    }
  }

  /** Takes a live job of the scope in; the statement was too early for one that it missed. */
  private takeLive(job: JobRow): "missed" | "noted" {
    // CANCELED stands in the live view for a moment before the row moves.
    const isBeingCancelled = job.status === "CANCELING" || job.status === "CANCELED";
    if (this.seen.has(job) || isBeingCancelled) {
      this.seen.seeLive(job);
      return "noted";
    }
    if (this.clusterBackups.hasStarted(job)) {
      this.seen.seeLive(job);
      // One that has ended between two looks is on its way to the history.
      return isRunning(job) ? "missed" : "noted";
    }
    if (!isRunning(job)) return "noted";
    const key = jobKey(job);
    if (!this.restarted.has(key)) this.warnings.push(restartedText(job, this.cluster));
    this.restarted.set(key, toBackupJob(job, this.cluster, "live view"));
    return "noted";
  }

  /** A tenant that is dropped takes its jobs with it. */
  private async endGone(absent: readonly BackupJob[], cluster: Cluster): Promise<void> {
    for (const job of await this.absent.goneAmong(absent, cluster)) {
      this.seen.seeGone(job);
      this.warnings.push(
        `tenant ${job.tenant} was dropped while backup job ${job.jobId} was being stopped; the job went with it`,
      );
    }
  }
}

/** The keys of the jobs in an answer. */
const keysOf = memoize((live: readonly JobRow[]): ReadonlySet<string> => new Set(live.map(jobKey)));

function restartedText(job: JobRow, cluster: Identified): string {
  const by =
    job.initiatorTenantId === SYS_TENANT_ID
      ? `the sys tenant as part of cluster backup ${job.initiatorJobId}`
      : "the tenant itself";
  return `tenant ${tenantLabel(cluster, job.tenantId)}: backup job ${job.jobId} was started after the statement, by ${by}, and is ${job.status}; it was left alone (change triggers to cancel it too)`;
}
