import type { BackupParts, BackupRequest } from "./backupParts.ts";
import { BackupStarter } from "./backupStart.ts";
import { BackupThreads } from "./backupThreads.ts";
import { ClusterBackups } from "./clusterBackups.ts";
import { errors } from "./errors.ts";
import type { JobRow } from "./jobTables.ts";
import { type Failure, TenantBackups } from "./tenantBackups.ts";
import { takesBackupStatements } from "./tenantStatus.ts";
import { SYS_TENANT_ID, type Tenant } from "./tenants.ts";
import type { Timing } from "./timing.ts";

/**
 * The backups of all tenants: what the statements do to them, and the rounds of the threads that move every job of a
 * tenant on by one state. Nothing runs in the background: a look at the cluster first calls `settle`, which runs, in
 * order of time, every round that is due by now.
 */
export class BackupService {
  readonly timing: Timing;
  readonly threads: BackupThreads;
  private readonly parts: BackupParts;
  private readonly starter: BackupStarter;
  private readonly tenantBackups: TenantBackups;
  private readonly clusterBackups: ClusterBackups;

  constructor(parts: BackupParts) {
    this.parts = parts;
    this.timing = parts.timing;
    this.threads = new BackupThreads(parts.timing);
    this.starter = new BackupStarter(parts);
    this.tenantBackups = new TenantBackups(parts);
    this.clusterBackups = new ClusterBackups(parts, this.starter, {
      started: (tenantId, atMs) => this.threads.wake(tenantId, atMs),
      canceled: (tenantId, atMs) => this.threads.noticeInIdleRound(tenantId, atMs),
    });
  }

  /** BACKUP DATABASE in a user tenant. */
  startInTenant(tenant: Tenant, request: BackupRequest): void {
    this.starter.inTenant(tenant, request);
    this.threads.wake(tenant.id, this.parts.clock.now());
  }

  /** BACKUP in sys, of these tenants or of those that can. */
  startInSys(executors: readonly Tenant[] | undefined, request: BackupRequest): void {
    this.starter.inSys(executors, request);
    this.threads.wakeAt(SYS_TENANT_ID, this.parts.clock.now() + this.timing.parentInitSeconds * 1000);
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
      this.threads.noticeInIdleRound(tenant.id, now);
      if (version.cancelWakesBackupThread && this.threads.isAwaited(tenant.id)) {
        this.threads.wake(tenant.id, now);
      }
      if (version.failsOnManyJobRows && rows > 2) throw errors.unexpected();
    }
  }

  /** While stuck, the jobs of this tenant stay CANCELING for ever: their tasks cannot be stopped. */
  setStuck(tenant: Tenant, stuck: boolean): void {
    this.tenantBackups.setStuck(tenant, stuck);
  }

  /** All data of the tenant's running jobs is written by now; with `failure`, it could not be written. */
  finishNow(tenant: Tenant, failure?: Failure): void {
    const now = this.parts.clock.now();
    for (const job of this.parts.tables.live(tenant.id)) {
      if (this.tenantBackups.finish(job, now, failure)) this.threads.wakeAt(tenant.id, now);
    }
  }

  /** The tenant's next job and backup set get the id after `id`. */
  continueIdsAfter(tenant: Tenant, id: bigint): void {
    this.parts.ids.continueAfter("job", tenant.id, id);
    this.parts.ids.continueAfter("set", tenant.id, id);
  }

  /** A row of a job that has ended and has not moved to the history: the thread finds it in its next idle round. */
  addEndedRow(tenant: Tenant): void {
    const now = this.parts.clock.now();
    this.starter.endedRow(tenant, now);
    this.threads.fallAsleep(tenant.id, now);
    this.threads.noticeInIdleRound(tenant.id, now);
  }

  /** The threads of a tenant begin again when it has a leader again. */
  wakeAtOnce(tenantId: number): void {
    if (this.threads.isAwaited(tenantId)) this.threads.wakeAt(tenantId, this.parts.clock.now());
  }

  /** The tenant is dropped. */
  forget(tenant: Tenant): void {
    this.threads.end(tenant.id);
    this.tenantBackups.forget(tenant);
  }

  /** Runs every round that is due by then, earliest first. */
  settle(untilMs = this.parts.clock.now()): void {
    const { rounds } = this.threads;
    for (let due = rounds.earliest(); due !== undefined && due.atMs <= untilMs; due = rounds.earliest()) {
      this.round(due.tenantId, due.atMs);
    }
  }

  private round(tenantId: number, at: number): void {
    const { tables, tenants, leaders } = this.parts;
    const tenant = tenants.byId(tenantId);
    let hasAdvanced = false;
    if (tenant?.status === "NORMAL" && leaders.has(tenantId)) {
      for (const job of tables.live(tenantId)) hasAdvanced = this.step(job, tenant, at) || hasAdvanced;
    }
    const jobs = tables.live(tenantId);
    if (jobs.length === 0) this.threads.end(tenantId);
    else if (hasAdvanced) this.threads.continueRound(tenantId, at);
    else this.sleep(tenantId, jobs, at);
  }

  private step(job: JobRow, tenant: Tenant, at: number): boolean {
    return job.tenantId === SYS_TENANT_ID
      ? this.clusterBackups.step(job, at)
      : this.tenantBackups.step(job, tenant, at);
  }

  private sleep(tenantId: number, jobs: readonly JobRow[], at: number): void {
    const finishes = jobs.map((job) => this.tenantBackups.finishAtMs(job) ?? 0).filter((ms) => ms > at);
    const onlyWrites = finishes.length === jobs.length && jobs.every((job) => job.status === "DOING");
    this.threads.sleep(tenantId, at, finishes, onlyWrites);
  }
}
