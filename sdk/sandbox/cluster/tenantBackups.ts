import type { BackupParts } from "./backupParts.ts";
import { NO_PREVIOUS } from "./backupSets.ts";
import { UNREACHABLE } from "./destinations.ts";
import { CANCELED_RESULT } from "./errors.ts";
import type { JobRow } from "./jobTables.ts";
import { SYS_TENANT_ID, type Tenant } from "./tenants.ts";

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

/** The jobs of user tenants, which their own threads move on: tasks, sets, and the history. P: ObUserTenantBackupJobMgr. */
export class TenantBackups {
  private readonly parts: BackupParts;
  private readonly runs = new Map<number, Map<bigint, Run>>();
  private readonly stuck = new Set<number>();

  constructor(parts: BackupParts) {
    this.parts = parts;
  }

  /** While stuck, the jobs of this tenant stay CANCELING for ever: their tasks cannot be stopped. */
  setStuck(tenant: Tenant, stuck: boolean): void {
    if (stuck) this.stuck.add(tenant.id);
    else this.stuck.delete(tenant.id);
  }

  /** When the job has all its data; undefined: it is not at that yet. */
  finishAtMs(job: JobRow): number | undefined {
    return this.run(job)?.finishAtMs;
  }

  /** The job has all its data now, or has failed; false when it is not at that. */
  finish(job: JobRow, nowMs: number, failure?: Failure): boolean {
    const run = this.run(job);
    if (run === undefined) return false;
    run.finishAtMs = nowMs;
    if (failure === undefined) this.parts.tables.setDataEnd(job, nowMs);
    else run.failure = failure;
    return true;
  }

  /** Moves a job on by one state; true when it changed, which wakes the thread for the next round. */
  step(job: JobRow, tenant: Tenant, at: number): boolean {
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

  /** The tenant is dropped. */
  forget(tenant: Tenant): void {
    this.runs.delete(tenant.id);
    this.stuck.delete(tenant.id);
  }

  private begin(job: JobRow, at: number): void {
    const { tables, sets, destinations, ids, timing } = this.parts;
    const finishAtMs = at + timing.backupSeconds * 1000;
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
}
