import type { Features } from "../versions.ts";

/** What a column holds; which type it has on the wire depends on the mode as well. */
export type ColumnKind = "integer" | "unsigned" | "decimal" | "text" | "time" | "otherTime";

/** A column of a view: its name, what it holds, and the engine's expression for it. */
export interface ViewColumn {
  name: string;
  kind: ColumnKind;
  sql: string;
}

/** `CDB_`, in sys only; `DBA_` in MySQL mode; `DBA_` in Oracle mode, where the schema is SYS. */
export type ViewForm = "CDB" | "DBA" | "SYS";

/** A view of any form, as one version has it. */
export interface View {
  table: string;
  /** Without TENANT_ID, which every CDB_ form has in front. */
  columns(version: Features, form: ViewForm): ViewColumn[];
  forms: readonly ViewForm[];
}

type ColumnMaker = (name: string, sql?: string) => ViewColumn;
const maker =
  (kind: ColumnKind): ColumnMaker =>
  (name, sql = name.toLowerCase()) => ({ name, kind, sql });
const integer = maker("integer");
const unsigned = maker("unsigned");
const decimal = maker("decimal");
const text = maker("text");
/** A moment; `{time}` becomes the mode's way to show it. */
const time = (name: string, column: string) => maker("time")(name, `{time}(${column})`);

const ALL_FORMS: readonly ViewForm[] = ["CDB", "DBA", "SYS"];

function endTime(version: Features, form: ViewForm): ViewColumn {
  // In Oracle mode an empty text is NULL.
  if (version.endOfLiveRow === null || form === "SYS") return time("END_TIMESTAMP", "end_ts");
  return text("END_TIMESTAMP", "CASE WHEN end_ts = 0 THEN '' ELSE {time}(end_ts) END");
}

const RATE = "CASE WHEN end_ts = 0 THEN 0 ELSE output_bytes * 1000000.0 / max(1, end_ts - start_ts) END";
const turnIds = (version: Features) =>
  version.hasTurnIds ? [integer("MINOR_TURN_ID", "1"), integer("MAJOR_TURN_ID", "1")] : [];

const jobColumns = (version: Features, form: ViewForm): ViewColumn[] => [
  ...["JOB_ID", "INCARNATION", "BACKUP_SET_ID", "INITIATOR_TENANT_ID", "INITIATOR_JOB_ID"].map((name) =>
    integer(name),
  ),
  ...["EXECUTOR_TENANT_ID", "PLUS_ARCHIVELOG", "BACKUP_TYPE", "JOB_LEVEL", "ENCRYPTION_MODE", "PASSWD"].map(
    (name) => text(name),
  ),
  time("START_TIMESTAMP", "start_ts"),
  endTime(version, form),
  text("STATUS"),
  integer("RESULT"),
  ...["COMMENT", "DESCRIPTION", "PATH"].map((name) => text(name)),
];

/** How much of a task's data is written, from 0 to 1. */
const SHARE = "coalesce(share, share_of(data_start_ts, data_end_ts, now_us()))";
const partOf = (column: string) => `CAST(${column} * ${SHARE} AS INTEGER)`;

function taskColumns(version: Features, form: ViewForm, live: boolean): ViewColumn[] {
  const inData = version.tasksHaveProgress || (version.tasksHaveDataProgressInSys && form === "CDB");
  return [
    ...["TASK_ID", "JOB_ID"].map((name) => integer(name)),
    integer("INCARNATION", "1"),
    integer("BACKUP_SET_ID"),
    time("START_TIMESTAMP", "start_ts"),
    endTime(version, form),
    text("STATUS", `task_status(status, ${SHARE})`),
    unsigned("START_SCN"),
    unsigned("END_SCN", "CASE WHEN status = 'COMPLETED' THEN data_end_ts * 1000 ELSE 0 END"),
    unsigned("USER_LS_START_SCN", "start_scn"),
    text("ENCRYPTION_MODE", "'NONE'"),
    text("PASSWD"),
    integer("INPUT_BYTES"),
    integer("OUTPUT_BYTES", partOf("input_bytes")),
    decimal("OUTPUT_RATE_BYTES", RATE.replace("output_bytes", partOf("input_bytes"))),
    integer("EXTRA_META_BYTES", "0"),
    integer("TABLET_COUNT"),
    integer("FINISH_TABLET_COUNT", partOf("tablet_count")),
    integer("MACRO_BLOCK_COUNT", "tablet_count"),
    integer("FINISH_MACRO_BLOCK_COUNT", partOf("tablet_count")),
    integer("FILE_COUNT", partOf("20")),
    integer("META_TURN_ID", "1"),
    integer("DATA_TURN_ID", "1"),
    integer("RESULT"),
    text("COMMENT"),
    text("PATH"),
    ...turnIds(version),
    ...(live && inData ? [decimal("DATA_PROGRESS", `printf('%.2f', 100 * ${SHARE})`)] : []),
    ...(live && version.tasksHaveProgress
      ? [
          integer("LOG_FILE_COUNT", "0"),
          integer("FINISH_LOG_FILE_COUNT", "0"),
          decimal("LOG_PROGRESS", "'0.00'"),
        ]
      : []),
  ];
}

const SCN_TIME = (column: string) => `CASE WHEN ${column} = 0 THEN NULL ELSE ob_time(${column} / 1000) END`;

const setFileColumns = (version: Features, form: ViewForm): ViewColumn[] => [
  ...["BACKUP_SET_ID", "DEST_ID"].map((name) => integer(name)),
  integer("INCARNATION", "1"),
  text("BACKUP_TYPE"),
  ...["PREV_FULL_BACKUP_SET_ID", "PREV_INC_BACKUP_SET_ID"].map((name) => integer(name)),
  time("START_TIMESTAMP", "start_ts"),
  endTime(version, form),
  text("STATUS"),
  text("FILE_STATUS"),
  decimal(
    "ELAPSED_SECONDES",
    "CASE WHEN end_ts = 0 THEN 0 ELSE CAST(round((end_ts - start_ts) / 1000000.0) AS INTEGER) END",
  ),
  text("PLUS_ARCHIVELOG"),
  unsigned("START_REPLAY_SCN"),
  // In Oracle mode a real TIMESTAMP, the only one in the backup views.
  maker("otherTime")("START_REPLAY_SCN_DISPLAY", SCN_TIME("start_replay_scn")),
  unsigned("MIN_RESTORE_SCN"),
  text("MIN_RESTORE_SCN_DISPLAY", SCN_TIME("min_restore_scn")),
  integer("INPUT_BYTES"),
  integer("OUTPUT_BYTES"),
  decimal("OUTPUT_RATE_BYTES", RATE),
  integer("EXTRA_META_BYTES", "0"),
  ...["TABLET_COUNT", "FINISH_TABLET_COUNT"].map((name) => integer(name)),
  integer("MACRO_BLOCK_COUNT", "tablet_count"),
  integer("FINISH_MACRO_BLOCK_COUNT", "finish_tablet_count"),
  integer("FILE_COUNT", "CASE WHEN end_ts = 0 THEN 0 ELSE 20 END"),
  integer("META_TURN_ID", "1"),
  integer("DATA_TURN_ID", "1"),
  integer("RESULT"),
  text("COMMENT"),
  text("ENCRYPTION_MODE", "'NONE'"),
  text("PASSWD"),
  text("TENANT_COMPATIBLE", "ob_version()"),
  integer("BACKUP_COMPATIBLE", "4"),
  text("PATH"),
  ...(version.setsHaveClusterVersion ? [text("CLUSTER_VERSION", "ob_version()")] : []),
  ...(version.hasTurnIds ? [unsigned("CONSISTENT_SCN", "start_replay_scn")] : []),
  ...turnIds(version),
];

const cleanupJobColumns = (version: Features, form: ViewForm): ViewColumn[] => {
  const prefix = version.cleanupParameterPrefix;
  const parameter = `CASE WHEN expired_ts = 0 THEN parameter ELSE '${prefix}' || {time}(expired_ts) END`;
  return [
    integer("JOB_ID"),
    integer("INCARNATION", "1"),
    integer("INITIATOR_TENANT_ID", "tenant_id"),
    integer("INITIATOR_JOB_ID"),
    text("EXECUTOR_TENANT_ID", "CAST(tenant_id AS TEXT)"),
    text("TYPE"),
    maker(prefix === "" ? "time" : "text")("PARAMETER", parameter),
    text("JOB_LEVEL", "'USER_TENANT'"),
    time("START_TIMESTAMP", "start_ts"),
    endTime(version, form),
    text("STATUS"),
    ...["TASK_COUNT", "SUCCESS_TASK_COUNT", "RESULT"].map((name) => integer(name)),
    text("COMMENT"),
  ];
};

/** A tenant's own row has it; sys and the meta tenants have `otherwise`. */
const ofUserTenant = (sql: string, otherwise: string) =>
  `CASE WHEN tenant_type = 'USER' THEN ${sql} ELSE ${otherwise} END`;

function tenantColumns(version: Features, form: ViewForm): ViewColumn[] {
  const arbitration =
    form === "SYS" ? version.tenantsHaveArbitrationInOracleMode : version.tenantsHaveArbitration;
  const when = (condition: boolean, ...columns: ViewColumn[]) => (condition ? columns : []);
  return [
    integer("TENANT_ID"),
    text("TENANT_NAME"),
    text("TENANT_TYPE"),
    time("CREATE_TIME", "create_ts"),
    time("MODIFY_TIME", "create_ts"),
    text("PRIMARY_ZONE", "'RANDOM'"),
    text("LOCALITY", "'FULL{1}@zone1'"),
    text("PREVIOUS_LOCALITY", "NULL"),
    ...["COMPATIBILITY_MODE", "STATUS", "IN_RECYCLEBIN", "LOCKED"].map((name) => text(name)),
    ...when(
      version.tenantsHaveRole,
      text("TENANT_ROLE"),
      text("SWITCHOVER_STATUS", "'NORMAL'"),
      integer("SWITCHOVER_EPOCH", "0"),
      ...["SYNC_SCN", "REPLAYABLE_SCN", "READABLE_SCN"].map((name) =>
        unsigned(name, ofUserTenant("now_us() * 1000", "NULL")),
      ),
      unsigned("RECOVERY_UNTIL_SCN", ofUserTenant("4611686018427387903", "NULL")),
      text("LOG_MODE", ofUserTenant("log_mode", "'NOARCHIVELOG'")),
    ),
    ...when(arbitration, text("ARBITRATION_SERVICE_STATUS", "'DISABLED'")),
    ...when(
      version.tenantsHaveUnits,
      integer("UNIT_NUM", "1"),
      text("COMPATIBLE", "ob_version()"),
      integer("MAX_LS_ID", ofUserTenant("1001", "1")),
    ),
    ...when(
      version.tenantsHaveRestoreDataMode,
      text("RESTORE_DATA_MODE", ofUserTenant("restore_data_mode", "'NORMAL'")),
    ),
    ...when(
      version.tenantsHaveProtection && form !== "SYS",
      text("ZONE_UNIT_NUM_LIST", "'zone1:1'"),
      unsigned("FLASHBACK_LOG_SCN", "NULL"),
      text("COMMENT", "''"),
      text("PROTECTION_MODE", ofUserTenant("'MAXIMUM PERFORMANCE'", "NULL")),
      text("PROTECTION_LEVEL", ofUserTenant("'MAXIMUM PERFORMANCE'", "NULL")),
    ),
  ];
}

const view = (table: string, columns: View["columns"], forms = ALL_FORMS): View => ({
  table,
  columns,
  forms,
});

/** Every view by its name without `CDB_` or `DBA_`. */
export const VIEWS: Readonly<Record<string, View>> = {
  OB_BACKUP_JOBS: view("__all_backup_job", jobColumns),
  OB_BACKUP_JOB_HISTORY: view("__all_backup_job_history", jobColumns),
  OB_BACKUP_TASKS: view("__all_backup_set_task", (version, form) => taskColumns(version, form, true)),
  OB_BACKUP_TASK_HISTORY: view("__all_backup_set_task_history", (version, form) =>
    taskColumns(version, form, false),
  ),
  OB_BACKUP_SET_FILES: view("__all_backup_set_files", setFileColumns),
  OB_BACKUP_DELETE_JOBS: view("__all_backup_clean_job", cleanupJobColumns),
  OB_BACKUP_DELETE_JOB_HISTORY: view("__all_backup_clean_job_history", cleanupJobColumns),
  OB_BACKUP_DELETE_POLICY: view("__all_backup_delete_policy", () => [
    text("POLICY_NAME"),
    text("RECOVERY_WINDOW"),
  ]),
  OB_BACKUP_PARAMETER: view("__all_backup_parameter", () => [text("NAME"), text("VALUE")]),
  OB_ARCHIVE_DEST: view("__all_log_archive_dest_parameter", () => [
    integer("DEST_NO"),
    text("NAME"),
    text("VALUE"),
  ]),
  OB_TENANTS: view("__all_tenant", tenantColumns, ["DBA", "SYS"]),
};
