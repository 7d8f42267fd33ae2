import type { DatabaseSync, SQLInputValue } from "node:sqlite";

export interface JobRow {
  tenantId: number;
  /** BIGINT columns are bigints here: a test may start counting beyond what a JavaScript number can hold. */
  jobId: bigint;
  backupSetId: bigint;
  initiatorTenantId: number;
  initiatorJobId: bigint;
  executorTenantIds: number[];
  incremental: boolean;
  plusArchivelog: boolean;
  status: string;
  result: number;
  path: string;
}

export type NewJob = Omit<JobRow, "status" | "result"> & { startedAtMs: number; description: string };

/** What PASSWD columns hold. Nobody who lists backup jobs has a reason to read it; tests search for it. */
export const PASSWD_MARKER = "PASSWD-SANDBOX-SECRET";

/** Reads and writes of the backup tables. Which state follows which is the service's affair, not theirs. */
export class JobTables {
  private readonly db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  live(tenantId: number): JobRow[] {
    return this.read("WHERE tenant_id = ? ORDER BY job_id", tenantId);
  }

  childrenOf(parent: JobRow): JobRow[] {
    return this.read(
      "WHERE initiator_tenant_id = 1 AND tenant_id <> 1 AND initiator_job_id = ?",
      parent.jobId,
    );
  }

  hasFullBackup(tenantId: number): boolean {
    const row = this.db
      .prepare(
        "SELECT 1 FROM oceanbase.__all_backup_set_files WHERE tenant_id = ? AND backup_type = 'D' AND file_status = 'AVAILABLE'",
      )
      .get(tenantId);
    return row !== undefined;
  }

  insertJob(job: NewJob): void {
    this.insert("__all_backup_job", {
      tenant_id: job.tenantId,
      job_id: job.jobId,
      backup_set_id: job.backupSetId,
      initiator_tenant_id: job.initiatorTenantId,
      initiator_job_id: job.initiatorJobId,
      executor_tenant_id: job.executorTenantIds.join(","),
      plus_archivelog: job.plusArchivelog ? "ON" : "OFF",
      backup_type: job.incremental ? "I" : "D",
      job_level: job.tenantId === 1 ? "CLUSTER" : "USER_TENANT",
      passwd: PASSWD_MARKER,
      start_ts: micros(job.startedAtMs),
      status: "INIT",
      description: job.description,
      path: job.path,
    });
  }

  insertTaskAndFiles(job: JobRow, taskId: bigint, atMs: number): void {
    const bytes = 4_000_000_000 + job.tenantId * 1_000_000;
    const common = {
      tenant_id: job.tenantId,
      backup_set_id: job.backupSetId,
      start_ts: micros(atMs),
      status: "DOING",
      input_bytes: bytes,
      path: job.path,
    };
    this.insert("__all_backup_set_task", {
      ...common,
      task_id: taskId,
      job_id: job.jobId,
      // A real SCN counts nanoseconds and does not fit in a JavaScript number.
      start_scn: BigInt(Math.round(atMs)) * 1_000_000n,
      tablet_count: 1200,
    });
    this.insert("__all_backup_set_files", {
      ...common,
      backup_type: job.incremental ? "I" : "D",
      file_status: "COPYING",
      plus_archivelog: job.plusArchivelog ? "ON" : "OFF",
      passwd: PASSWD_MARKER,
    });
  }

  /** The statement itself: marks what is INIT or DOING, leaves everything else. */
  markCanceling(tenantId: number): void {
    this.run(
      "UPDATE oceanbase.__all_backup_job SET status = 'CANCELING' WHERE tenant_id = ? AND status IN ('INIT', 'DOING')",
      tenantId,
    );
  }

  /** Compare and set on the old status, as on the server: whoever was first has won. False: somebody else was. */
  advance(job: JobRow, to: string, end?: { atMs: number; result: number; comment?: string }): boolean {
    const changes = this.run(
      "UPDATE oceanbase.__all_backup_job SET status = ?, end_ts = ?, result = ?, comment = ? WHERE tenant_id = ? AND job_id = ? AND status = ?",
      to,
      end ? micros(end.atMs) : 0,
      end ? end.result : job.result,
      end?.comment ?? "",
      job.tenantId,
      job.jobId,
      job.status,
    );
    return changes > 0;
  }

  /** A child that did not complete writes its result into the parent, unless another child did before. */
  reportToParent(job: JobRow, result: number): void {
    this.run(
      "UPDATE oceanbase.__all_backup_job SET result = ? WHERE tenant_id = 1 AND job_id = ? AND result = 0",
      result,
      job.initiatorJobId,
    );
  }

  markTaskCanceling(job: JobRow): void {
    this.run(
      "UPDATE oceanbase.__all_backup_set_task SET status = 'CANCELING' WHERE tenant_id = ? AND job_id = ?",
      job.tenantId,
      job.jobId,
    );
  }

  endTask(job: JobRow, atMs: number, status: string, result: number): void {
    this.run(
      "UPDATE oceanbase.__all_backup_set_task SET status = ?, end_ts = ?, result = ? WHERE tenant_id = ? AND job_id = ?",
      status,
      micros(atMs),
      result,
      job.tenantId,
      job.jobId,
    );
  }

  endFiles(job: JobRow, atMs: number, status: string, fileStatus: string): void {
    this.run(
      `UPDATE oceanbase.__all_backup_set_files SET status = ?, file_status = ?, end_ts = ?, output_bytes = (
         SELECT output_bytes FROM oceanbase.__all_backup_set_task WHERE tenant_id = ? AND job_id = ?)
       WHERE tenant_id = ? AND backup_set_id = ?`,
      status,
      fileStatus,
      micros(atMs),
      job.tenantId,
      job.jobId,
      job.tenantId,
      job.backupSetId,
    );
  }

  setProgress(tenantId: number, jobId: bigint, share: number): void {
    this.run(
      "UPDATE oceanbase.__all_backup_set_task SET finish_tablet_count = CAST(tablet_count * ? AS INTEGER), output_bytes = CAST(input_bytes * ? AS INTEGER) WHERE tenant_id = ? AND job_id = ? AND status = 'DOING'",
      share,
      share,
      tenantId,
      jobId,
    );
  }

  copyToHistory(job: JobRow, table: "__all_backup_job" | "__all_backup_set_task"): boolean {
    const changes = this.run(
      `INSERT OR IGNORE INTO oceanbase.${table}_history SELECT * FROM oceanbase.${table} WHERE tenant_id = ? AND job_id = ?`,
      job.tenantId,
      job.jobId,
    );
    return changes > 0;
  }

  deleteLive(job: JobRow, table: "__all_backup_job" | "__all_backup_set_task"): void {
    this.run(`DELETE FROM oceanbase.${table} WHERE tenant_id = ? AND job_id = ?`, job.tenantId, job.jobId);
  }

  deleteTenant(tenantId: number): void {
    for (const table of [
      "__all_backup_job",
      "__all_backup_job_history",
      "__all_backup_set_task",
      "__all_backup_set_task_history",
      "__all_backup_set_files",
      "__all_backup_delete_policy",
    ]) {
      this.run(`DELETE FROM oceanbase.${table} WHERE tenant_id = ?`, tenantId);
    }
  }

  private read(where: string, ...values: SQLInputValue[]): JobRow[] {
    const statement = this.db.prepare(`SELECT * FROM oceanbase.__all_backup_job ${where}`);
    statement.setReadBigInts(true);
    return statement.all(...values).map((row) => ({
      tenantId: Number(row.tenant_id),
      jobId: row.job_id as bigint,
      backupSetId: row.backup_set_id as bigint,
      initiatorTenantId: Number(row.initiator_tenant_id),
      initiatorJobId: row.initiator_job_id as bigint,
      executorTenantIds: String(row.executor_tenant_id).split(",").map(Number),
      incremental: row.backup_type === "I",
      plusArchivelog: row.plus_archivelog === "ON",
      status: String(row.status),
      result: Number(row.result),
      path: String(row.path),
    }));
  }

  private insert(table: string, row: Record<string, SQLInputValue>): void {
    const names = Object.keys(row);
    this.run(
      `INSERT INTO oceanbase.${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
      ...Object.values(row),
    );
  }

  private run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.db.prepare(sql).run(...values).changes);
  }
}

const micros = (ms: number): number => Math.round(ms * 1000);
