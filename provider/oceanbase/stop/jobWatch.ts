import { setTimeout as pause } from "node:timers/promises";
import { oncePer } from "../cluster/oncePer";
import { isInScope, type Scope } from "../cluster/scope";
import { readTenants, type Server, SYS_TENANT_ID } from "../cluster/server";
import type { Session } from "../connection/session";
import { OceanBaseError } from "../errors";
import {
  isClusterJob,
  isRunning,
  type JobRow,
  jobKey,
  readEndedJobs,
  readEndedParts,
  readLiveJobs,
  readLiveJobsOf,
} from "../jobs/backupJobs";
import { type BackupJob, hasEnded, toBackupJob } from "../jobs/jobRecord";

/** What one look at the jobs has shown. */
export interface Look {
  /** Jobs that have not ended yet. */
  unfinished: readonly BackupJob[];
  /** Running jobs that appeared although their cluster backup was known: the statement came too early for them. */
  late: readonly JobRow[];
}

/**
 * The jobs that one action is waiting for. A job is over when it has left the live view and stands in the
 * history; the live view is always read first, so that a job on its way from one to the other is not missed.
 */
export class JobWatch {
  /** Ids of cluster backups that were running before the statement: their jobs in single tenants may start later. */
  private readonly clusterJobIds = new Set<string>();
  /** Those of them that had not started any job yet, as far as the looks have shown. */
  private readonly startingIds = new Set<string>();
  private readonly jobs = new Map<string, BackupJob>();
  private readonly ended = new Set<string>();
  private readonly restarted = new Map<string, BackupJob>();
  /** In how many looks in a row a job was in neither view. */
  private readonly missing = new Map<string, number>();
  readonly warnings: string[] = [];

  private readonly session: Session;
  private readonly server: Server;
  private readonly scope: Scope;

  constructor(session: Session, server: Server, scope: Scope) {
    this.session = session;
    this.server = server;
    this.scope = scope;
  }

  /**
   * What the record of an earlier attempt says: its jobs, of which the ended ones stay as they are, and the cluster
   * backups that it still had to look after.
   */
  addRecorded(jobs: readonly BackupJob[], startingClusterJobs: readonly string[]): void {
    for (const job of jobs) {
      this.jobs.set(jobKey(job), job);
      if (hasEnded(job)) this.ended.add(jobKey(job));
    }
    for (const id of startingClusterJobs) {
      this.clusterJobIds.add(id);
      this.startingIds.add(id);
    }
  }

  /** Jobs that are live before the statement goes out. All of them are to stop. */
  addLive(live: readonly JobRow[]): void {
    for (const job of live) {
      if (isClusterJob(job) && isRunning(job)) this.clusterJobIds.add(job.jobId);
      if (isClusterJob(job) && this.mayStillStartJobs(job)) this.startingIds.add(job.jobId);
      if (isInScope(this.scope, job)) this.jobs.set(jobKey(job), toBackupJob(job, "live view"));
    }
  }

  /** Jobs that are already being cancelled, when an earlier attempt is taken up again. */
  addCanceling(live: readonly JobRow[]): void {
    this.addLive(live.filter((job) => job.status === "CANCELING"));
  }

  /** Whether the job is one of those that are to stop: seen before, or started by a cluster backup seen before. */
  isMeant(job: JobRow): boolean {
    return this.jobs.has(jobKey(job)) || this.isPartOfKnown(job);
  }

  /** The jobs that were at work when they were seen last. */
  get runningBefore(): BackupJob[] {
    return this.report.filter(isRunning);
  }

  private isPartOfKnown(job: JobRow): boolean {
    return job.initiatorTenantId === SYS_TENANT_ID && this.clusterJobIds.has(job.initiatorJobId);
  }

  /** Whether a cluster backup is still to start its jobs, one of them in a tenant of the scope. */
  private mayStillStartJobs(clusterJob: JobRow): boolean {
    if (clusterJob.status !== "INIT") return false;
    return this.scope.tenants.some((tenant) => clusterJob.executorTenantIds.includes(tenant.id));
  }

  /** Cluster backups that may still start jobs which are to stop. */
  get startingClusterJobs(): string[] {
    return [...this.startingIds];
  }

  get report(): BackupJob[] {
    return [...this.jobs.values()];
  }

  /** Jobs that were started after the statement, as they were last seen. They are left alone. */
  get restartedJobs(): BackupJob[] {
    return [...this.restarted.values()];
  }

  /** Reads both views once and brings every job up to date. All waits on one beat share what is read. */
  async look(untilMs: number): Promise<Look> {
    return await this.take(await readLiveJobs(this.session, this.server, untilMs), untilMs);
  }

  /** The same for a look off the beat, which asks for no more than it needs. */
  async lookOnce(untilMs: number): Promise<Look> {
    return await this.take(await readScopeJobs(this.session, this.server, this.scope, untilMs), untilMs);
  }

  private async take(live: readonly JobRow[], untilMs: number): Promise<Look> {
    const liveKeys = keysOf(live);
    const late = live.filter((job) => this.note(job));
    const vanished = [...this.jobs.values()].filter((job) => {
      const key = jobKey(job);
      return !this.ended.has(key) && !liveKeys.has(key);
    });
    for (const job of await readEndedJobs(this.session, this.server, vanished, untilMs)) {
      this.jobs.set(jobKey(job), toBackupJob(job, "history"));
      this.ended.add(jobKey(job));
    }
    await this.noteEndedParts(live, untilMs);
    await this.noteMissing(
      vanished.filter((job) => !this.ended.has(jobKey(job))),
      untilMs,
    );
    return { unfinished: this.unfinished(live), late };
  }

  /** Takes a live job in; true when it is one that the statement was too early for. */
  private note(job: JobRow): boolean {
    if (!isInScope(this.scope, job)) return false;
    const key = jobKey(job);
    if (this.jobs.has(key)) {
      this.jobs.set(key, toBackupJob(job, "live view"));
      this.ended.delete(key);
      return false;
    }
    // CANCELED stands in the live view for a moment, too, before the row moves.
    if (job.status === "CANCELING" || job.status === "CANCELED") {
      this.jobs.set(key, toBackupJob(job, "live view"));
      return false;
    }
    if (!isRunning(job)) return false;
    if (this.isPartOfKnown(job)) {
      this.jobs.set(key, toBackupJob(job, "live view"));
      return true;
    }
    if (!this.restarted.has(key)) {
      this.warnings.push(
        `tenant ${job.tenant}: backup job ${job.jobId} was started after the statement, by ${initiatorText(job)}, and is ${job.status}; it was left alone (change triggers to cancel it, too)`,
      );
    }
    this.restarted.set(key, toBackupJob(job, "live view"));
    return false;
  }

  /**
   * A cluster backup that had started no job before the statement may have started one in between, and that one may
   * have been cancelled and gone before this look. Once it has started all it will, the history tells.
   */
  private async noteEndedParts(live: readonly JobRow[], untilMs: number): Promise<void> {
    const isStarting = (id: string) =>
      live.some((job) => isClusterJob(job) && job.jobId === id && job.status === "INIT");
    const started = [...this.startingIds].filter((id) => !isStarting(id));
    if (started.length === 0) return;
    for (const job of await readEndedParts(this.session, this.server, started, untilMs)) {
      if (!isInScope(this.scope, job) || this.jobs.has(jobKey(job))) continue;
      this.jobs.set(jobKey(job), toBackupJob(job, "history"));
      this.ended.add(jobKey(job));
    }
    for (const id of started) this.startingIds.delete(id);
  }

  /** A job in neither view is on its way; one that stays away has gone with its tenant. */
  private async noteMissing(missing: readonly BackupJob[], untilMs: number): Promise<void> {
    const keys = new Set(missing.map(jobKey));
    for (const key of this.missing.keys()) if (!keys.has(key)) this.missing.delete(key);
    for (const key of keys) this.missing.set(key, (this.missing.get(key) ?? 0) + 1);
    if (![...this.missing.values()].some((looks) => looks >= 2)) return;
    const tenants = await readTenants(this.session, this.server, untilMs);
    for (const job of missing) {
      if (tenants.some((tenant) => tenant.id === job.tenantId)) continue;
      this.ended.add(jobKey(job));
      this.warnings.push(
        `tenant ${job.tenant} was dropped while backup job ${job.jobId} was being stopped; the job went with it`,
      );
    }
  }

  private unfinished(live: readonly JobRow[]): BackupJob[] {
    const jobs = [...this.jobs.values()].filter((job) => !this.ended.has(jobKey(job)));
    const starting = live.filter(
      (job) => isClusterJob(job) && this.startingIds.has(job.jobId) && !this.jobs.has(jobKey(job)),
    );
    return [...jobs, ...starting.map((job) => toBackupJob(job, "live view"))];
  }
}

function initiatorText({ initiatorTenantId, initiatorJobId }: JobRow): string {
  if (initiatorTenantId !== SYS_TENANT_ID) return "the tenant itself";
  return `the sys tenant as part of cluster backup ${initiatorJobId}`;
}

/** The live jobs that matter to a scope, in an answer of its own. Others may be among them. */
export async function readScopeJobs(
  session: Session,
  server: Server,
  { statement, tenants }: Scope,
  untilMs: number,
): Promise<readonly JobRow[]> {
  if (statement === "all") return await readLiveJobs(session, server, untilMs);
  const ids = tenants.map((tenant) => tenant.id);
  return await readLiveJobsOf(session, server, ids, untilMs);
}

/** The keys of the jobs in an answer. */
const keysOf = oncePer((live: readonly JobRow[]): ReadonlySet<string> => new Set(live.map(jobKey)));

/** Looks of all waits of a process fall on multiples of this, so that they can share one answer. */
const BEAT_MS = 250;

/**
 * Pause before the next look. Half a second while a stop may come at any moment, because its end should be seen at
 * once; after that a third of the time that has passed, at most 2.2 s: a wait of a minute costs some forty looks.
 */
export function pollDelayMs(elapsedMs: number): number {
  return elapsedMs < 5300 ? 500 : Math.min(2200, elapsedMs / 3);
}

/** Sleeps between two looks; ends early, as a failure, when the caller gives up. */
export async function pauseUntilNextLook(ms: number, at: string, signal?: AbortSignal): Promise<void> {
  const now = Date.now();
  const wakeAt = Math.round((now + ms) / BEAT_MS) * BEAT_MS;
  try {
    await pause(Math.max(ms / 2, wakeAt - now), undefined, signal ? { signal } : {});
  } catch {
    throw new OceanBaseError("aborted", `${at}: given up on request while the backups were stopping`);
  }
}
