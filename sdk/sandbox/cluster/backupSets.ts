import { type Database, micros, type Row } from "./database.ts";
import { backupType, type JobRow, PASSWD_MARKER } from "./jobTables.ts";

/** A backup set, as far as cleanup jobs and later backups look at it. */
export interface BackupSet {
  id: bigint;
  incremental: boolean;
  status: "DOING" | "SUCCESS" | "FAILED";
  fileStatus: string;
  prevFullId: bigint;
  prevIncrementalId: bigint;
  path: string;
}

/** What an incremental backup is built on. */
export interface PreviousSets {
  full: bigint;
  incremental: bigint;
}

/** For a full backup, and where there is nothing to build on. */
export const NO_PREVIOUS: PreviousSets = { full: 0n, incremental: 0n };

/** Reads and writes of the backup sets' file rows. */
export class BackupSets {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** The newest complete set at this path, and the full one behind it; undefined: there is none. */
  previous(tenantId: number, path: string): PreviousSets | undefined {
    const row = this.database.get(
      "SELECT * FROM oceanbase.__all_backup_set_files WHERE tenant_id = ? AND status = 'SUCCESS' AND file_status = 'AVAILABLE' AND path = ? ORDER BY backup_set_id DESC LIMIT 1",
      tenantId,
      path,
    );
    if (row === undefined) return undefined;
    const { id, incremental, prevFullId } = fromRow(row);
    return { full: incremental ? prevFullId : id, incremental: id };
  }

  /** The set that a job begins to write. */
  insert(job: JobRow, destId: number, previous: PreviousSets, atMs: number): void {
    this.database.insert("__all_backup_set_files", {
      tenant_id: job.tenantId,
      backup_set_id: job.backupSetId,
      dest_id: destId,
      backup_type: backupType(job.incremental),
      prev_full_backup_set_id: previous.full,
      prev_inc_backup_set_id: previous.incremental,
      start_ts: micros(atMs),
      status: "DOING",
      file_status: "COPYING",
      plus_archivelog: job.plusArchivelog ? "ON" : "OFF",
      passwd: PASSWD_MARKER,
      path: job.path,
    });
  }

  /** Closes a set with the counts of its task: complete, or left over. */
  end(job: JobRow, atMs: number, isComplete: boolean, result: number): void {
    const share = "coalesce(share, share_of(data_start_ts, data_end_ts, ?))";
    this.database.run(
      `UPDATE oceanbase.__all_backup_set_files SET status = ?, file_status = ?, end_ts = ?, result = ?,
         (input_bytes, output_bytes, tablet_count, finish_tablet_count, start_replay_scn) = (
           SELECT input_bytes, CAST(input_bytes * ${share} AS INTEGER), tablet_count,
             CAST(tablet_count * ${share} AS INTEGER), start_scn
           FROM oceanbase.__all_backup_set_task WHERE tenant_id = ? AND job_id = ?),
         min_restore_scn = ?
       WHERE tenant_id = ? AND backup_set_id = ?`,
      isComplete ? "SUCCESS" : "FAILED",
      isComplete ? "AVAILABLE" : "INCOMPLETE",
      micros(atMs),
      result,
      micros(atMs),
      micros(atMs),
      job.tenantId,
      job.jobId,
      isComplete ? micros(atMs) * 1000n : 0n,
      job.tenantId,
      job.backupSetId,
    );
  }

  /**
   * What a cleanup may look at: the sets at this path that ended by then, newest first. The text of the path has to be
   * the same. P: ObBackupSetFileOperator::get_candidate_obsolete_backup_sets.
   */
  candidates(tenantId: number, path: string, expiredUs: bigint): BackupSet[] {
    return this.database
      .all(
        "SELECT * FROM oceanbase.__all_backup_set_files WHERE tenant_id = ? AND end_ts <= ? AND path = ? AND file_status <> 'DELETED' ORDER BY backup_set_id DESC",
        tenantId,
        expiredUs,
        path,
      )
      .map(fromRow);
  }

  one(tenantId: number, id: bigint): BackupSet | undefined {
    const row = this.database.get(
      "SELECT * FROM oceanbase.__all_backup_set_files WHERE tenant_id = ? AND backup_set_id = ?",
      tenantId,
      id,
    );
    return row && fromRow(row);
  }

  /** The newest complete full set at a path. */
  latestFull(tenantId: number, path: string): BackupSet | undefined {
    const row = this.database.get(
      "SELECT * FROM oceanbase.__all_backup_set_files WHERE tenant_id = ? AND path = ? AND backup_type = 'FULL' AND file_status = 'AVAILABLE' ORDER BY backup_set_id DESC LIMIT 1",
      tenantId,
      path,
    );
    return row && fromRow(row);
  }

  /** Whether a set that is there or being written is built on this one. */
  isBuiltOn(tenantId: number, id: bigint, except: readonly bigint[]): boolean {
    return this.database
      .all(
        "SELECT * FROM oceanbase.__all_backup_set_files WHERE tenant_id = ? AND file_status IN ('AVAILABLE', 'COPYING') AND (prev_full_backup_set_id = ? OR prev_inc_backup_set_id = ?)",
        tenantId,
        id,
        id,
      )
      .some((row) => !except.includes(row.backup_set_id as bigint));
  }

  setFileStatus(tenantId: number, id: bigint, fileStatus: "DELETING" | "DELETED"): void {
    this.database.run(
      "UPDATE oceanbase.__all_backup_set_files SET file_status = ? WHERE tenant_id = ? AND backup_set_id = ?",
      fileStatus,
      tenantId,
      id,
    );
  }
}

function fromRow(row: Row): BackupSet {
  return {
    id: row.backup_set_id as bigint,
    incremental: row.backup_type === "INC",
    status: row.status as BackupSet["status"],
    fileStatus: String(row.file_status),
    prevFullId: row.prev_full_backup_set_id as bigint,
    prevIncrementalId: row.prev_inc_backup_set_id as bigint,
    path: String(row.path),
  };
}
