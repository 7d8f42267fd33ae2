import type { BackupParts, BackupRequest } from "./backupParts.ts";
import { NO_PREVIOUS } from "./backupSets.ts";
import { BackupStarter } from "./backupStart.ts";
import { ClusterBackups } from "./clusterBackups.ts";
import { UNREACHABLE } from "./destinations.ts";
import { DueTimes } from "./dueTimes.ts";
import { CANCELED_RESULT, errors } from "./errors.ts";
import type { JobRow } from "./jobTables.ts";
import { takesBackupStatements } from "./tenantStatus.ts";
import { SYS_TENANT_ID, type Tenant } from "./tenants.ts";
import type { Timing } from "./timing.ts";

/** Why a backup fails: what its job row says afterwards. */
export interface Failure {
  result: number;
  comment: string;
}

/** What is not in the tables: when a running job has all its data, and what becomes of it then. */
interface Run {
  finishAtMs: number;
  failure?: Failure;
}

/**
 * The backup threads of all tenants. Each wakes by itself every so often, or at once when something it waits for
 * happened, and then moves every job of its tenant on by one state. Nothing runs in the background: a look at the
 * cluster first calls `settle`, which runs, in order of time, every round that is due by now.
 */
export class BackupService {
  readonly timing: Timing;
  private readonly parts: BackupParts;
  private readonly starter: BackupStarter;
  private readonly clusterBackups: ClusterBackups;
  /**
   * The next round of each thread that has a job and in which something may happen, in milliseconds of cluster time. The
   * idle rounds of a job that only writes its data are left out, or many tenants would cost much for nothing.
   */
  readonly rounds = new DueTimes();
  /** The last round of each thread that sleeps like this: its idle rounds are counted from there. */
  private readonly asleepSince = new Map<number, number>();
  private readonly runs = new Map<number, Map<bigint, Run>>();
  private readonly stuck = new Set<number>();

  constructor(parts: BackupParts) {
    this.parts = parts;
    this.timing = parts.timing;
    this.starter = new BackupStarter(parts);
    this.clusterBackups = new ClusterBackups(parts, this.starter, {
      started: (tenantId, atMs) => this.wake(tenantId, atMs + this.timing.wakeSeconds * 1000),
      canceled: (tenantId, atMs) => this.noticeInIdleRound(tenantId, atMs),
    });
  }

  /** BACKUP DATABASE in a user tenant. */
  startInTenant(tenant: Tenant, request: BackupRequest): void {
    this.starter.inTenant(tenant, request);
    this.wake(tenant.id, this.parts.clock.now() + this.timing.wakeSeconds * 1000);
  }

  /** BACKUP in sys, of these tenants or of those that can. */
  startInSys(executors: readonly Tenant[] | undefined, request: BackupRequest): void {
    this.starter.inSys(executors, request);
    this.wake(SYS_TENANT_ID, this.parts.clock.now() + this.timing.parentInitSeconds * 1000);
  }

  /**
   * CANCEL BACKUP for these tenants, one after the other: marks, and nothing more. A job that is past INIT and DOING
   * stays as it is, and nothing to mark is a success. The first tenant that fails ends the statement; what was marked
   * before stays marked, and those after it are not reached.
   */
  cancel(targets: readonly Tenant[]): void {
    const { leaders, tables, version, clock } = this.parts;
    for (const tenant of targets) {
      if (tenant.type === "META" || !takesBackupStatements(tenant, version)) continue;
      leaders.check(tenant.id);
      const rows = tables.markCanceling(tenant.id);
      const now = clock.now();
      this.noticeInIdleRound(tenant.id, now);
      if (version.cancelWakesBackupThread && this.rounds.get(tenant.id) !== undefined) {
        this.wake(tenant.id, now + this.timing.wakeSeconds * 1000);
      }
      if (version.failsOnManyJobRows && rows > 2) throw errors.unexpected();
    }
  }

  /** While stuck, the jobs of this tenant stay CANCELING for ever: their tasks cannot be stopped. */
  setStuck(tenant: Tenant, stuck: boolean): void {
    if (stuck) this.stuck.add(tenant.id);
    else this.stuck.delete(tenant.id);
  }

  /** All data of the tenant's running jobs is written by now; with `failure`, it could not be written. */
  finishNow(tenant: Tenant, failure?: Failure): void {
    const now = this.parts.clock.now();
    for (const job of this.parts.tables.live(tenant.id)) {
      const run = this.run(job);
      if (run === undefined) continue;
      run.finishAtMs = now;
      if (failure === undefined) this.parts.tables.setDataEnd(job, now);
      else run.failure = failure;
      this.wake(tenant.id, now);
    }
  }

  /** The tenant's next job and backup set get the id after `id`. */
  continueIdsAfter(tenant: Tenant, id: bigint): void {
    this.parts.ids.continueAfter("job", tenant.id, id);
    this.parts.ids.continueAfter("set", tenant.id, id);
  }

  /** A row of a job that has ended and has not moved to the history: the thread finds it in its next idle round. */
  addEndedRow(tenant: Tenant): void {
    const { tables, ids, clock, destinations } = this.parts;
    const jobId = ids.next("job", tenant.id);
    tables.insertJob({
      tenantId: tenant.id,
      jobId,
      backupSetId: ids.next("set", tenant.id),
      initiatorTenantId: tenant.id,
      initiatorJobId: 0n,
      executorTenantIds: [tenant.id],
      incremental: false,
      plusArchivelog: false,
      startedAtMs: clock.now(),
      description: "",
      path: destinations.dataPath(tenant.id) ?? "",
    });
    const row = tables.live(tenant.id).find((job) => job.jobId === jobId) as JobRow;
    tables.advance(row, "COMPLETED", { atMs: clock.now(), result: 0 });
    if (this.rounds.get(tenant.id) === undefined) this.asleepSince.set(tenant.id, clock.now());
    this.noticeInIdleRound(tenant.id, clock.now());
  }

  /** The threads of a tenant begin again when it has a leader again. */
  wakeAtOnce(tenantId: number): void {
    if (this.rounds.get(tenantId) !== undefined) this.wake(tenantId, this.parts.clock.now());
  }

  /** The tenant is dropped. */
  forget(tenant: Tenant): void {
    this.rounds.delete(tenant.id);
    this.asleepSince.delete(tenant.id);
    this.runs.delete(tenant.id);
    this.stuck.delete(tenant.id);
  }

  /** Runs every round that is due by then, earliest first. */
  settle(untilMs = this.parts.clock.now()): void {
    for (let due = this.rounds.earliest(); due !== undefined && due.atMs <= untilMs; ) {
      this.round(due.tenantId, due.atMs);
      due = this.rounds.earliest();
    }
  }

  private round(tenantId: number, at: number): void {
    const { tables, tenants, leaders } = this.parts;
    const tenant = tenants.byId(tenantId);
    let advanced = false;
    if (tenant?.status === "NORMAL" && leaders.has(tenantId)) {
      for (const job of tables.live(tenantId)) {
        const hasChanged =
          tenantId === SYS_TENANT_ID ? this.clusterBackups.step(job, at) : this.stepJob(job, tenant, at);
        advanced = hasChanged || advanced;
      }
    }
    this.asleepSince.delete(tenantId);
    const jobs = tables.live(tenantId);
    if (jobs.length === 0) this.rounds.delete(tenantId);
    else if (advanced) this.rounds.set(tenantId, at + this.timing.wakeSeconds * 1000);
    else this.sleep(tenantId, jobs, at);
  }

  /** A job that has all its data wakes the thread; otherwise it sleeps its full round. */
  private sleep(tenantId: number, jobs: readonly JobRow[], at: number): void {
    const finishes = jobs.map((job) => this.run(job)?.finishAtMs ?? 0).filter((ms) => ms > at);
    const onlyWrite = finishes.length === jobs.length && jobs.every((job) => job.status === "DOING");
    if (onlyWrite) this.asleepSince.set(tenantId, at);
    const idleRound = onlyWrite ? Number.POSITIVE_INFINITY : at + this.timing.roundSeconds * 1000;
    this.rounds.set(tenantId, Math.min(...finishes, idleRound));
  }

  /** A job of the tenant was changed by a statement: its thread finds that in its next idle round. */
  private noticeInIdleRound(tenantId: number, nowMs: number): void {
    const since = this.asleepSince.get(tenantId);
    if (since === undefined) return;
    const idleMs = this.timing.roundSeconds * 1000;
    this.wake(tenantId, since + (Math.floor((nowMs - since) / idleMs) + 1) * idleMs);
  }

  /** Moves a user tenant's job on; true when it changed, which wakes the thread for the next round. */
  private stepJob(job: JobRow, tenant: Tenant, at: number): boolean {
    const { tables, version, destinations } = this.parts;
    switch (job.status) {
      case "INIT":
        // The destination is looked at before there is a task or a set. P: check_dest_validity_.
        if (!destinations.isReachable(job.tenantId)) {
          return tables.advance(job, "FAILED", { atMs: at, ...UNREACHABLE });
        }
        this.begin(job, at);
        return tables.advance(job, "DOING");
      case "DOING": {
        const run = this.run(job);
        if (run === undefined || at < run.finishAtMs) return false;
        this.end(job, at, run.failure ? "FAILED" : "COMPLETED", run.failure ?? { result: 0, comment: "" });
        return true;
      }
      case "CANCELING":
        if (version.cancelNeedsLogArchive && !tenant.archiving) return false;
        if (this.stuck.has(job.tenantId)) {
          // The set task is marked before its log-stream tasks are cancelled, and these fail to be.
          tables.markTaskCanceling(job, at);
          return false;
        }
        this.end(job, at, "CANCELED", { result: CANCELED_RESULT, comment: version.canceledJobComment });
        return true;
      default:
        this.moveToHistory(job);
        return true;
    }
  }

  private begin(job: JobRow, at: number): void {
    const { tables, sets, destinations, ids } = this.parts;
    const finishAtMs = at + this.timing.backupSeconds * 1000;
    tables.insertTask(job, ids.next("task", job.tenantId), at, finishAtMs);
    const previous = job.incremental ? (sets.previous(job.tenantId, job.path) ?? NO_PREVIOUS) : NO_PREVIOUS;
    sets.insert(job, destinations.destId(job.tenantId, job.path), previous, at);
    const runs = this.runs.get(job.tenantId) ?? new Map<bigint, Run>();
    this.runs.set(job.tenantId, runs.set(job.jobId, { finishAtMs }));
  }

  private end(job: JobRow, atMs: number, status: string, { result, comment }: Failure): void {
    const { tables, sets } = this.parts;
    // The file row is closed before the job has its result: after a cancel it keeps RESULT 0.
    sets.end(job, atMs, status === "COMPLETED", status === "FAILED" ? result : 0);
    tables.endTask(job, atMs, status, result);
    tables.advance(job, status, { atMs, result, comment });
  }

  /** In one transaction: a user tenant's job is never in both views and never in none. */
  private moveToHistory(job: JobRow): void {
    const { tables } = this.parts;
    if (job.result !== 0 && job.initiatorTenantId === SYS_TENANT_ID) tables.reportToParent(job);
    for (const table of ["__all_backup_set_task", "__all_backup_job"] as const) {
      tables.copyToHistory(job, table);
      tables.deleteLive(job, table);
    }
    this.runs.get(job.tenantId)?.delete(job.jobId);
  }

  private run(job: JobRow): Run | undefined {
    return this.runs.get(job.tenantId)?.get(job.jobId);
  }

  private wake(tenantId: number, atMs: number): void {
    this.rounds.set(tenantId, Math.min(atMs, this.rounds.get(tenantId) ?? atMs));
  }
}
