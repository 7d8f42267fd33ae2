import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { CANCELED_RESULT } from "./errors.ts";

export interface CleanupJob {
  tenantId: number;
  jobId: number;
  status: string;
}

/** What a backup set's files are to a cleanup: left over, being removed, gone. */
export type CleanupFileStatus = "INCOMPLETE" | "DELETING" | "DELETED";

/** Reads and writes of the cleanup tables. Which state follows which is the service's affair, not theirs. */
export class CleanupTables {
  private readonly db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** The tenant's running job; there is never a second one beside it. */
  live(tenantId: number): CleanupJob | undefined {
    const row = this.db
      .prepare("SELECT job_id, status FROM oceanbase.__all_backup_clean_job WHERE tenant_id = ?")
      .get(tenantId);
    return row && { tenantId, jobId: Number(row.job_id), status: String(row.status) };
  }

  hasIncompleteSets(tenantId: number): boolean {
    const row = this.db
      .prepare(
        "SELECT 1 FROM oceanbase.__all_backup_set_files WHERE tenant_id = ? AND file_status = 'INCOMPLETE'",
      )
      .get(tenantId);
    return row !== undefined;
  }

  insertJob(tenantId: number, jobId: number, atMs: number): void {
    // PARAMETER is the moment before which a backup is obsolete; nothing here depends on it.
    this.run(
      "INSERT INTO oceanbase.__all_backup_clean_job (tenant_id, job_id, type, parameter, start_ts, status) VALUES (?, ?, 'DELETE OBSOLETE BACKUP', '', ?, 'INIT')",
      tenantId,
      jobId,
      micros(atMs),
    );
  }

  /** The DOING job's tasks: one for every backup set it removes. */
  start(job: CleanupJob, tasks: number): void {
    this.run(
      "UPDATE oceanbase.__all_backup_clean_job SET status = 'DOING', task_count = ? WHERE tenant_id = ? AND job_id = ?",
      tasks,
      job.tenantId,
      job.jobId,
    );
  }

  complete(job: CleanupJob, atMs: number, tasks: number): void {
    this.run(
      "UPDATE oceanbase.__all_backup_clean_job SET status = 'COMPLETED', success_task_count = ?, end_ts = ? WHERE tenant_id = ? AND job_id = ?",
      tasks,
      micros(atMs),
      job.tenantId,
      job.jobId,
    );
  }

  /** The statement itself: unlike a backup's, a cleanup's row has its result at once. */
  markCanceling(tenantId: number): void {
    this.run(
      "UPDATE oceanbase.__all_backup_clean_job SET status = 'CANCELING', result = ? WHERE tenant_id = ? AND status IN ('INIT', 'DOING')",
      CANCELED_RESULT,
      tenantId,
    );
  }

  endCanceled(job: CleanupJob, atMs: number): void {
    this.run(
      "UPDATE oceanbase.__all_backup_clean_job SET status = 'CANCELED', end_ts = ? WHERE tenant_id = ? AND job_id = ?",
      micros(atMs),
      job.tenantId,
      job.jobId,
    );
  }

  moveToHistory({ tenantId, jobId }: CleanupJob): void {
    const where = "WHERE tenant_id = ? AND job_id = ?";
    this.run(
      `INSERT INTO oceanbase.__all_backup_clean_job_history SELECT * FROM oceanbase.__all_backup_clean_job ${where}`,
      tenantId,
      jobId,
    );
    this.run(`DELETE FROM oceanbase.__all_backup_clean_job ${where}`, tenantId, jobId);
  }

  /** Returns how many backup sets of the tenant went from one to the other. A DELETED one keeps its row. */
  moveSets(tenantId: number, from: CleanupFileStatus, to: CleanupFileStatus): number {
    return this.run(
      "UPDATE oceanbase.__all_backup_set_files SET file_status = ? WHERE tenant_id = ? AND file_status = ?",
      to,
      tenantId,
      from,
    );
  }

  deleteTenant(tenantId: number): void {
    for (const table of ["__all_backup_clean_job", "__all_backup_clean_job_history"]) {
      this.run(`DELETE FROM oceanbase.${table} WHERE tenant_id = ?`, tenantId);
    }
  }

  private run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.db.prepare(sql).run(...values).changes);
  }
}

const micros = (ms: number): number => Math.round(ms * 1000);
