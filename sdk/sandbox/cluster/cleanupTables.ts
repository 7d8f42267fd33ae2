import type { SQLInputValue } from "node:sqlite";
import { type Database, micros } from "./database.ts";
import { CANCELED_RESULT } from "./errors.ts";

/** A running cleanup job. */
export interface CleanupJob {
  tenantId: number;
  jobId: bigint;
  status: string;
  /** It removes what ended until then, in microseconds; 0n: the sets that it names. */
  expiredUs: bigint;
  /** Whether it is for the log archive only and leaves backup sets alone. */
  logOnly: boolean;
  /** The backup sets named by hand. */
  setIds: bigint[];
}

/** A cleanup job as it is inserted. */
export interface NewCleanupJob extends Omit<CleanupJob, "status"> {
  initiatorJobId: bigint;
  startedAtMs: number;
}

/** Reads and writes of the cleanup jobs. Which state follows which is the service's affair, not theirs. */
export class CleanupTables {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** The tenant's running jobs; an hourly one does not wait for the one before. */
  live(tenantId: number): CleanupJob[] {
    return this.database
      .all("SELECT * FROM oceanbase.__all_backup_clean_job WHERE tenant_id = ? ORDER BY job_id", tenantId)
      .map((row) => ({
        tenantId,
        jobId: row.job_id as bigint,
        status: String(row.status),
        expiredUs: row.expired_ts as bigint,
        logOnly: row.log_only !== 0n,
        setIds: String(row.parameter).match(/\d+/g)?.map(BigInt) ?? [],
      }));
  }

  insert(job: NewCleanupJob): void {
    const byHand = job.expiredUs === 0n;
    this.database.insert("__all_backup_clean_job", {
      tenant_id: job.tenantId,
      job_id: job.jobId,
      initiator_job_id: job.initiatorJobId,
      type: byHand ? "DELETE BACKUP SET" : "DELETE OBSOLETE BACKUP",
      parameter: byHand ? `backup_set_ids:${job.setIds.join(",")}` : "",
      expired_ts: job.expiredUs,
      log_only: job.logOnly ? 1 : 0,
      start_ts: micros(job.startedAtMs),
    });
  }

  /** The DOING job's tasks: one for every backup set it removes. */
  start(job: CleanupJob, tasks: number): void {
    this.update(job, "status = 'DOING', task_count = ?", tasks);
  }

  complete(job: CleanupJob, atMs: number, tasks: number): void {
    this.update(job, "status = 'COMPLETED', success_task_count = ?, end_ts = ?", tasks, micros(atMs));
  }

  fail(job: CleanupJob, atMs: number, result: number, comment: string): void {
    this.update(job, "status = 'FAILED', result = ?, comment = ?, end_ts = ?", result, comment, micros(atMs));
  }

  endCanceled(job: CleanupJob, atMs: number): void {
    this.update(job, "status = 'CANCELED', end_ts = ?", micros(atMs));
  }

  /** The statement itself: unlike a backup's, a cleanup's row has its result at once. */
  markCanceling(tenantId: number): void {
    this.database.run(
      "UPDATE oceanbase.__all_backup_clean_job SET status = 'CANCELING', result = ? WHERE tenant_id = ? AND status IN ('INIT', 'DOING')",
      CANCELED_RESULT,
      tenantId,
    );
  }

  moveToHistory({ tenantId, jobId }: CleanupJob): void {
    const where = "WHERE tenant_id = ? AND job_id = ?";
    const table = "oceanbase.__all_backup_clean_job";
    this.database.run(`INSERT INTO ${table}_history SELECT * FROM ${table} ${where}`, tenantId, jobId);
    this.database.run(`DELETE FROM ${table} ${where}`, tenantId, jobId);
  }

  private update({ tenantId, jobId }: CleanupJob, assignments: string, ...values: SQLInputValue[]): void {
    const sql = `UPDATE oceanbase.__all_backup_clean_job SET ${assignments} WHERE tenant_id = ? AND job_id = ?`;
    this.database.run(sql, ...values, tenantId, jobId);
  }
}
