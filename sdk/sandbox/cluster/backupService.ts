import type { Clock } from "../clock.ts";
import { CANCELED_RESULT, errors } from "./errors.ts";
import type { JobRow, JobTables } from "./jobTables.ts";
import { SYS_TENANT_ID, type Tenant, type Tenants } from "./tenants.ts";
import type { Timing } from "./timing.ts";

export interface BackupRequest {
  incremental?: boolean;
  plusArchivelog?: boolean;
  path?: string | undefined;
  description?: string;
}

/** Why a backup fails: what its job row says afterwards. */
export interface Failure {
  result: number;
  comment: string;
}

/** What is not in the tables: when a running job has all its data, and what becomes of it then. */
interface Run {
  startedAtMs: number;
  finishAtMs: number;
  failure?: Failure;
}

/** How often the progress of running jobs is written down, in milliseconds of cluster time. */
const PROGRESS_MS = 1000;

/**
 * The backup threads of all tenants. Each wakes by itself every 30 s, or at once when something it waits for
 * happened, and then moves every job of its tenant on by one state. Nothing runs in the background: whoever
 * looks at the cluster first calls `settle`, which runs, in order of time, every round that is due by now.
 */
export class BackupService {
  readonly timing: Timing;
  private readonly tables: JobTables;
  private readonly clock: Clock;
  private readonly tenants: Tenants;
  /** Next round of each thread that has a job, in milliseconds of cluster time. */
  private readonly nextRound = new Map<number, number>();
  private readonly runs = new Map<string, Run>();
  private readonly stuck = new Set<number>();
  private progressShownAt = Number.NEGATIVE_INFINITY;
  private readonly lastIds = new Map<string, bigint>();

  constructor(tables: JobTables, clock: Clock, tenants: Tenants, timing: Timing) {
    this.tables = tables;
    this.clock = clock;
    this.tenants = tenants;
    this.timing = timing;
  }

  /** BACKUP DATABASE in a user tenant: one job, started by the tenant itself. */
  startInTenant(tenant: Tenant, request: BackupRequest): void {
    this.checkCanStart(tenant, tenant.id);
    this.insertJob(tenant, tenant.id, 0n, request, this.clock.now());
  }

  /** BACKUP in sys: a parent job now, its children a moment later. */
  startInSys(executors: Tenant[], request: BackupRequest): void {
    if (this.tables.live(SYS_TENANT_ID).length > 0) throw errors.backupInProgress();
    for (const tenant of executors) this.checkCanStart(tenant, SYS_TENANT_ID);
    const now = this.clock.now();
    const jobId = this.newId("job", SYS_TENANT_ID);
    this.tables.insertJob({
      tenantId: SYS_TENANT_ID,
      jobId,
      backupSetId: 0n,
      initiatorTenantId: SYS_TENANT_ID,
      initiatorJobId: jobId,
      executorTenantIds: executors.map((tenant) => tenant.id),
      incremental: request.incremental ?? false,
      plusArchivelog: request.plusArchivelog ?? false,
      startedAtMs: now,
      description: request.description ?? "",
      path: request.path ?? "",
    });
    this.nextRound.set(SYS_TENANT_ID, now + this.timing.parentInitSeconds * 1000);
  }

  private checkCanStart(tenant: Tenant, initiator: number): void {
    if (!tenant.archiving) throw errors.backupCanNotStart("log archive is not doing");
    if (this.tables.live(tenant.id).some((job) => job.initiatorTenantId === initiator)) {
      throw errors.backupInProgress();
    }
  }

  /**
   * CANCEL BACKUP for these tenants: marks, and nothing more. A tenant that is not NORMAL is passed over
   * without a word; a job that is past INIT and DOING stays as it is; nothing to mark is a success.
   */
  cancel(targets: Tenant[]): void {
    for (const tenant of targets) if (tenant.status === "NORMAL") this.tables.markCanceling(tenant.id);
  }

  /** While stuck, the jobs of this tenant stay CANCELING for ever: their tasks cannot be stopped. */
  setStuck(tenant: Tenant, stuck: boolean): void {
    if (stuck) this.stuck.add(tenant.id);
    else this.stuck.delete(tenant.id);
  }

  /** All data of the tenant's running jobs is written by now; with `failure`, it could not be written. */
  finishNow(tenant: Tenant, failure?: Failure): void {
    for (const job of this.tables.live(tenant.id)) {
      const run = this.runs.get(key(job));
      if (run === undefined) continue;
      run.finishAtMs = this.clock.now();
      if (failure !== undefined) run.failure = failure;
      this.wake(tenant.id, this.clock.now());
    }
  }

  /** The tenant's next job and backup set get the id after `id`. */
  continueIdsAfter(tenant: Tenant, id: bigint): void {
    this.lastIds.set(`job ${tenant.id}`, id);
    this.lastIds.set(`set ${tenant.id}`, id);
  }

  /** The job tables live in the tenant's own meta tenant and go with it. */
  forget(tenant: Tenant): void {
    this.tables.deleteTenant(tenant.id);
    this.nextRound.delete(tenant.id);
    for (const jobKey of this.runs.keys()) if (jobKey.startsWith(`${tenant.id}/`)) this.runs.delete(jobKey);
  }

  /** Runs every round that is due by then, earliest first. */
  settle(untilMs = this.clock.now()): void {
    for (;;) {
      let due: [tenantId: number, at: number] | undefined;
      for (const entry of this.nextRound) {
        if (entry[1] <= untilMs && (due === undefined || entry[1] < due[1])) due = entry;
      }
      if (due === undefined) break;
      this.round(...due);
    }
    this.showProgress(untilMs);
  }

  private round(tenantId: number, at: number): void {
    let advanced = false;
    if (this.tenants.byId(tenantId)?.status === "NORMAL") {
      const step = tenantId === SYS_TENANT_ID ? this.stepParent : this.stepJob;
      for (const job of this.tables.live(tenantId)) advanced = step.call(this, job, at) || advanced;
    }
    const jobs = this.tables.live(tenantId);
    if (jobs.length === 0) {
      this.nextRound.delete(tenantId);
    } else if (advanced) {
      this.nextRound.set(tenantId, at + this.timing.wakeSeconds * 1000);
    } else {
      // A job that has all its data wakes the thread; otherwise it sleeps its full round.
      const finishes = jobs.map((job) => this.runs.get(key(job))?.finishAtMs ?? 0).filter((ms) => ms > at);
      this.nextRound.set(tenantId, Math.min(...finishes, at + this.timing.roundSeconds * 1000));
    }
  }

  /** Moves a user tenant's job on; true when it changed, which wakes the thread for the next round. */
  private stepJob(job: JobRow, at: number): boolean {
    switch (job.status) {
      case "INIT":
        this.tables.insertTaskAndFiles(job, this.newId("task", job.tenantId), at);
        this.runs.set(key(job), { startedAtMs: at, finishAtMs: at + this.timing.backupSeconds * 1000 });
        return this.tables.advance(job, "DOING");
      case "DOING": {
        const run = this.runs.get(key(job));
        if (run === undefined || at < run.finishAtMs) return false;
        this.end(job, at, run.failure ? "FAILED" : "COMPLETED", run.failure ?? { result: 0, comment: "" });
        return true;
      }
      case "CANCELING":
        if (this.stuck.has(job.tenantId)) {
          // The set task is marked before its log-stream tasks are cancelled, and these fail to be.
          this.tables.markTaskCanceling(job);
          return false;
        }
        this.end(job, at, "CANCELED", { result: CANCELED_RESULT, comment: "" });
        return true;
      default:
        // In one transaction: a user tenant's job is never in both views and never in none.
        for (const table of ["__all_backup_set_task", "__all_backup_job"] as const) {
          this.tables.copyToHistory(job, table);
          this.tables.deleteLive(job, table);
        }
        this.runs.delete(key(job));
        return true;
    }
  }

  private end(job: JobRow, atMs: number, status: string, { result, comment }: Failure): void {
    const complete = status === "COMPLETED";
    // The file row is closed before the job has its result: after a cancel it keeps RESULT 0.
    this.tables.endFiles(job, atMs, complete ? "SUCCESS" : "FAILED", complete ? "AVAILABLE" : "INCOMPLETE");
    this.tables.endTask(job, atMs, status, result);
    this.tables.advance(job, status, { atMs, result, comment });
    if (result !== 0 && job.initiatorTenantId === SYS_TENANT_ID) this.tables.reportToParent(job, result);
  }

  /** Moves a cluster backup's parent job on. It looks at its children only in its own rounds. */
  private stepParent(job: JobRow, at: number): boolean {
    switch (job.status) {
      case "INIT":
        for (const id of job.executorTenantIds) this.startChild(job, id, at);
        return this.tables.advance(job, "DOING");
      case "DOING": {
        if (this.tables.childrenOf(job).length > 0) return false;
        const status = job.result === 0 ? "COMPLETED" : "FAILED";
        return this.tables.advance(job, status, { atMs: at, result: job.result });
      }
      case "CANCELING": {
        const children = this.tables.childrenOf(job);
        for (const child of children) {
          if (child.status === "INIT" || child.status === "DOING") this.tables.advance(child, "CANCELING");
        }
        if (children.length > 0) return false;
        return this.tables.advance(job, "CANCELED", { atMs: at, result: CANCELED_RESULT });
      }
      default:
        // Inserted in one round and deleted in the next: for an instant a parent is in both views.
        if (!this.tables.copyToHistory(job, "__all_backup_job"))
          this.tables.deleteLive(job, "__all_backup_job");
        return true;
    }
  }

  private startChild(parent: JobRow, tenantId: number, at: number): void {
    const tenant = this.tenants.byId(tenantId);
    const busy = this.tables.live(tenantId).some((job) => job.initiatorTenantId === SYS_TENANT_ID);
    if (tenant?.status !== "NORMAL" || busy) return;
    const { incremental, plusArchivelog } = parent;
    this.insertJob(tenant, SYS_TENANT_ID, parent.jobId, { incremental, plusArchivelog }, at);
  }

  private insertJob(
    tenant: Tenant,
    initiatorTenantId: number,
    initiatorJobId: bigint,
    request: BackupRequest,
    at: number,
  ): void {
    this.tables.insertJob({
      tenantId: tenant.id,
      jobId: this.newId("job", tenant.id),
      backupSetId: this.newId("set", tenant.id),
      initiatorTenantId,
      initiatorJobId,
      executorTenantIds: [tenant.id],
      // Without a full backup to build on, an incremental one becomes full.
      incremental: (request.incremental ?? false) && this.tables.hasFullBackup(tenant.id),
      plusArchivelog: request.plusArchivelog ?? false,
      startedAtMs: at,
      description: request.description ?? "",
      path: request.path ?? `file:///backup/${tenant.name}/data`,
    });
    this.wake(tenant.id, at + this.timing.wakeSeconds * 1000);
  }

  private wake(tenantId: number, atMs: number): void {
    this.nextRound.set(tenantId, Math.min(atMs, this.nextRound.get(tenantId) ?? atMs));
  }

  /** Nobody sees a second of progress, and every query settles first. */
  private showProgress(now: number): void {
    if (now >= this.progressShownAt && now - this.progressShownAt < PROGRESS_MS) return;
    this.progressShownAt = now;
    for (const [jobKey, run] of this.runs) {
      const [tenantId, jobId] = jobKey.split("/") as [string, string];
      const share = (now - run.startedAtMs) / Math.max(1, run.finishAtMs - run.startedAtMs);
      this.tables.setProgress(Number(tenantId), BigInt(jobId), Math.min(1, share));
    }
  }

  private newId(kind: "job" | "set" | "task", tenantId: number): bigint {
    const id = (this.lastIds.get(`${kind} ${tenantId}`) ?? 0n) + 1n;
    this.lastIds.set(`${kind} ${tenantId}`, id);
    return id;
  }
}

const key = (job: JobRow): string => `${job.tenantId}/${job.jobId}`;
