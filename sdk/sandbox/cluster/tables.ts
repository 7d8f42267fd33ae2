/** The cluster's inner tables, as far as the views and statements need them. No client sees them. */

const JOB = [
  "tenant_id INTEGER NOT NULL",
  "job_id INTEGER NOT NULL",
  "incarnation INTEGER NOT NULL DEFAULT 1",
  "backup_set_id INTEGER NOT NULL",
  "initiator_tenant_id INTEGER NOT NULL",
  "initiator_job_id INTEGER NOT NULL",
  "executor_tenant_id TEXT NOT NULL",
  "plus_archivelog TEXT NOT NULL",
  "backup_type TEXT NOT NULL",
  "job_level TEXT NOT NULL",
  "encryption_mode TEXT NOT NULL DEFAULT 'NONE'",
  "passwd TEXT NOT NULL DEFAULT ''",
  "start_ts INTEGER NOT NULL",
  "end_ts INTEGER NOT NULL DEFAULT 0",
  "status TEXT NOT NULL",
  "result INTEGER NOT NULL DEFAULT 0",
  "comment TEXT NOT NULL DEFAULT ''",
  "description TEXT NOT NULL DEFAULT ''",
  "path TEXT NOT NULL",
  "PRIMARY KEY (tenant_id, job_id)",
].join(", ");

/** A task's data is written between two moments; `share` is what was done of it when it ended, and NULL until then. */
const TASK = [
  "tenant_id INTEGER NOT NULL",
  "task_id INTEGER NOT NULL",
  "job_id INTEGER NOT NULL",
  "backup_set_id INTEGER NOT NULL",
  "start_ts INTEGER NOT NULL",
  "end_ts INTEGER NOT NULL DEFAULT 0",
  "status TEXT NOT NULL",
  "start_scn INTEGER NOT NULL",
  "input_bytes INTEGER NOT NULL",
  "tablet_count INTEGER NOT NULL",
  "data_start_ts INTEGER NOT NULL",
  "data_end_ts INTEGER NOT NULL",
  "share REAL",
  "result INTEGER NOT NULL DEFAULT 0",
  "comment TEXT NOT NULL DEFAULT ''",
  "passwd TEXT NOT NULL DEFAULT ''",
  "path TEXT NOT NULL",
  "PRIMARY KEY (tenant_id, task_id)",
].join(", ");

/** A cleanup job removes what ended until `expired_ts`, or, by hand, the backup sets named in `parameter`. */
const CLEANUP_JOB = [
  "tenant_id INTEGER NOT NULL",
  "job_id INTEGER NOT NULL",
  "initiator_job_id INTEGER NOT NULL",
  "type TEXT NOT NULL",
  "parameter TEXT NOT NULL DEFAULT ''",
  "expired_ts INTEGER NOT NULL DEFAULT 0",
  "log_only INTEGER NOT NULL DEFAULT 0",
  "start_ts INTEGER NOT NULL",
  "end_ts INTEGER NOT NULL DEFAULT 0",
  "status TEXT NOT NULL DEFAULT 'INIT'",
  "task_count INTEGER NOT NULL DEFAULT 0",
  "success_task_count INTEGER NOT NULL DEFAULT 0",
  "result INTEGER NOT NULL DEFAULT 0",
  "comment TEXT NOT NULL DEFAULT ''",
  "PRIMARY KEY (tenant_id, job_id)",
].join(", ");

/** Makes every inner table, in the engine's schema `oceanbase`. */
export const TABLES = `
  CREATE TABLE oceanbase.__all_tenant (
    tenant_id INTEGER PRIMARY KEY, tenant_name TEXT NOT NULL UNIQUE, tenant_type TEXT NOT NULL,
    create_ts INTEGER NOT NULL, compatibility_mode TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'NORMAL',
    in_recyclebin TEXT NOT NULL DEFAULT 'NO', locked TEXT NOT NULL DEFAULT 'NO',
    tenant_role TEXT NOT NULL DEFAULT 'PRIMARY', log_mode TEXT NOT NULL DEFAULT 'ARCHIVELOG',
    archive_status TEXT NOT NULL DEFAULT 'DOING', restore_data_mode TEXT NOT NULL DEFAULT 'NORMAL');
  CREATE TABLE oceanbase.__all_backup_job (${JOB});
  CREATE INDEX oceanbase.backup_job_by_initiator
    ON __all_backup_job (initiator_tenant_id, initiator_job_id);
  CREATE TABLE oceanbase.__all_backup_job_history (${JOB});
  CREATE TABLE oceanbase.__all_backup_set_task (${TASK});
  CREATE INDEX oceanbase.backup_set_task_by_job ON __all_backup_set_task (tenant_id, job_id);
  CREATE TABLE oceanbase.__all_backup_set_task_history (${TASK});
  CREATE TABLE oceanbase.__all_backup_set_files (
    tenant_id INTEGER NOT NULL, backup_set_id INTEGER NOT NULL, dest_id INTEGER NOT NULL,
    backup_type TEXT NOT NULL, prev_full_backup_set_id INTEGER NOT NULL,
    prev_inc_backup_set_id INTEGER NOT NULL, start_ts INTEGER NOT NULL, end_ts INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL, file_status TEXT NOT NULL, plus_archivelog TEXT NOT NULL,
    start_replay_scn INTEGER NOT NULL DEFAULT 0, min_restore_scn INTEGER NOT NULL DEFAULT 0,
    input_bytes INTEGER NOT NULL DEFAULT 0, output_bytes INTEGER NOT NULL DEFAULT 0,
    tablet_count INTEGER NOT NULL DEFAULT 0, finish_tablet_count INTEGER NOT NULL DEFAULT 0,
    result INTEGER NOT NULL DEFAULT 0, comment TEXT NOT NULL DEFAULT '', passwd TEXT NOT NULL DEFAULT '',
    path TEXT NOT NULL, PRIMARY KEY (tenant_id, backup_set_id));
  CREATE TABLE oceanbase.__all_backup_clean_job (${CLEANUP_JOB});
  CREATE TABLE oceanbase.__all_backup_clean_job_history (${CLEANUP_JOB});
  CREATE TABLE oceanbase.__all_backup_delete_policy (
    tenant_id INTEGER NOT NULL, policy_name TEXT NOT NULL, recovery_window TEXT NOT NULL,
    redundancy INTEGER NOT NULL, backup_copies INTEGER NOT NULL, PRIMARY KEY (tenant_id, policy_name));
  CREATE TABLE oceanbase.__all_backup_parameter (
    tenant_id INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (tenant_id, name));
  CREATE TABLE oceanbase.__all_log_archive_dest_parameter (
    tenant_id INTEGER NOT NULL, dest_no INTEGER NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (tenant_id, dest_no, name));
`;

/** The tables whose rows live in a tenant's own meta tenant, and go with it. */
export const TENANT_TABLES = [
  "__all_backup_job",
  "__all_backup_job_history",
  "__all_backup_set_task",
  "__all_backup_set_task_history",
  "__all_backup_set_files",
  "__all_backup_clean_job",
  "__all_backup_clean_job_history",
  "__all_backup_delete_policy",
  "__all_backup_parameter",
  "__all_log_archive_dest_parameter",
] as const;
