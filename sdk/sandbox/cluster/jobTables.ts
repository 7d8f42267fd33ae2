import type { SQLInputValue } from "node:sqlite";
import { RUNNING } from "./catalog.ts";
import { type Database, micros, type Row } from "./database.ts";

/** A row of the backup jobs that have not moved to the history. */
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
  description: string;
  path: string;
}

/** A job as BACKUP inserts it. */
export type NewJob = Omit<JobRow, "status" | "result"> & { startedAtMs: number };

/** How a job ended. */
export interface JobEnd {
  atMs: number;
  result: number;
  comment?: string;
}

/** What PASSWD columns hold. A client that lists backup jobs has no reason to read it; tests search for it. */
export const PASSWD_MARKER = "PASSWD-SANDBOX-SECRET";

/** BACKUP_TYPE, in jobs and in backup sets, in every 4.x. P: ObBackupType::get_backup_type_str. */
export const backupType = (incremental: boolean) => (incremental ? "INC" : "FULL");

/** Tables whose rows move to a history of the same columns. */
type MovingTable = "__all_backup_job" | "__all_backup_set_task";

/** Reads and writes of the job and task tables. Which state follows which is the service's affair, not theirs. */
export class JobTables {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** All rows of a tenant, those that have ended and not moved yet included. */
  live(tenantId: number): JobRow[] {
    return this.read("WHERE tenant_id = ? ORDER BY job_id", tenantId);
  }

  /**
   * The jobs that a cluster backup has started and that are not in their histories.
   *
   * @param most how many of them; default all, in the order of their tenants
   */
  childrenOf(parent: JobRow, most?: number): JobRow[] {
    return this.read(
      `WHERE initiator_tenant_id = 1 AND initiator_job_id = ? AND tenant_id <> 1 ${most === undefined ? "ORDER BY tenant_id" : `LIMIT ${most}`}`,
      parent.jobId,
    );
  }

  insertJob(job: NewJob): void {
    this.database.insert("__all_backup_job", {
      tenant_id: job.tenantId,
      job_id: job.jobId,
      backup_set_id: job.backupSetId,
      initiator_tenant_id: job.initiatorTenantId,
      initiator_job_id: job.initiatorJobId,
      executor_tenant_id: job.executorTenantIds.join(","),
      plus_archivelog: job.plusArchivelog ? "ON" : "OFF",
      backup_type: backupType(job.incremental),
      job_level: job.tenantId === 1 ? "CLUSTER" : "USER_TENANT",
      passwd: PASSWD_MARKER,
      start_ts: micros(job.startedAtMs),
      status: "INIT",
      description: job.description,
      path: job.path,
    });
  }

  /** The task of a job whose data is written from `atMs` to `dataEndMs`. */
  insertTask(job: JobRow, taskId: bigint, atMs: number, dataEndMs: number): void {
    this.database.insert("__all_backup_set_task", {
      tenant_id: job.tenantId,
      task_id: taskId,
      job_id: job.jobId,
      backup_set_id: job.backupSetId,
      start_ts: micros(atMs),
      status: RUNNING,
      // A real SCN counts nanoseconds and does not fit in a JavaScript number.
      start_scn: micros(atMs) * 1000n,
      input_bytes: 4_000_000_000 + job.tenantId * 1_000_000,
      tablet_count: 1200,
      data_start_ts: micros(atMs),
      data_end_ts: finite(dataEndMs),
      passwd: PASSWD_MARKER,
      path: job.path,
    });
  }

  setDataEnd(job: JobRow, dataEndMs: number): void {
    this.ofJob("UPDATE oceanbase.__all_backup_set_task SET data_end_ts = ?", job, finite(dataEndMs));
  }

  /** The statement itself: marks what is INIT or DOING, leaves everything else. Returns how many rows there are. */
  markCanceling(tenantId: number): number {
    this.database.run(
      "UPDATE oceanbase.__all_backup_job SET status = 'CANCELING' WHERE tenant_id = ? AND status IN ('INIT', 'DOING')",
      tenantId,
    );
    const row = this.database.get(
      "SELECT count(*) AS n FROM oceanbase.__all_backup_job WHERE tenant_id = ?",
      tenantId,
    );
    return Number(row?.n);
  }

  /** Compare and set on the old status, as on the server: the first has won. False: another was first. */
  advance(job: JobRow, to: string, end?: JobEnd): boolean {
    const changes = this.database.run(
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
  reportToParent(job: JobRow): void {
    this.database.run(
      "UPDATE oceanbase.__all_backup_job SET result = ? WHERE tenant_id = 1 AND job_id = ? AND result = 0",
      job.result,
      job.initiatorJobId,
    );
  }

  markTaskCanceling(job: JobRow, atMs: number): void {
    this.ofJob(
      `UPDATE oceanbase.__all_backup_set_task SET status = 'CANCELING', share = ${SHARE_AT}`,
      job,
      micros(atMs),
    );
  }

  endTask(job: JobRow, atMs: number, status: string, result: number): void {
    this.ofJob(
      `UPDATE oceanbase.__all_backup_set_task SET share = ${SHARE_AT}, status = ?, end_ts = ?, result = ?`,
      job,
      micros(atMs),
      status,
      micros(atMs),
      result,
    );
  }

  copyToHistory(job: JobRow, table: MovingTable): boolean {
    const changes = this.ofJob(
      `INSERT OR IGNORE INTO oceanbase.${table}_history SELECT * FROM oceanbase.${table}`,
      job,
    );
    return changes > 0;
  }

  deleteLive(job: JobRow, table: MovingTable): void {
    this.ofJob(`DELETE FROM oceanbase.${table}`, job);
  }

  /** Runs a statement for the rows of one job. */
  private ofJob(sql: string, job: JobRow, ...values: SQLInputValue[]): number {
    return this.database.run(`${sql} WHERE tenant_id = ? AND job_id = ?`, ...values, job.tenantId, job.jobId);
  }

  private read(where: string, ...values: SQLInputValue[]): JobRow[] {
    return this.database.all(`SELECT * FROM oceanbase.__all_backup_job ${where}`, ...values).map(fromRow);
  }
}

const SHARE_AT = "coalesce(share, share_of(data_start_ts, data_end_ts, ?))";

/** A backup that never ends has its end here: later microseconds do not fit in a JavaScript number. */
const NEVER_MS = Date.UTC(2200, 0);
const finite = (ms: number): bigint => micros(Math.min(ms, NEVER_MS));

function fromRow(row: Row): JobRow {
  return {
    tenantId: Number(row.tenant_id),
    jobId: row.job_id as bigint,
    backupSetId: row.backup_set_id as bigint,
    initiatorTenantId: Number(row.initiator_tenant_id),
    initiatorJobId: row.initiator_job_id as bigint,
    executorTenantIds: String(row.executor_tenant_id).split(",").map(Number),
    incremental: row.backup_type === "INC",
    plusArchivelog: row.plus_archivelog === "ON",
    status: String(row.status),
    result: Number(row.result),
    description: String(row.description),
    path: String(row.path),
  };
}
