import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../clock.ts";
import { toChar, toUtc } from "../sql/serverTime.ts";
import type { Mode } from "../sql/tokens.ts";

/**
 * The cluster's inner tables and the views over them, in one SQL engine. Like the real views, the `CDB_` ones
 * show every tenant and exist in the sys tenant only; the `DBA_` ones filter by `EFFECTIVE_TENANT_ID()`.
 */

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

const TASK = [
  "tenant_id INTEGER NOT NULL",
  "task_id INTEGER NOT NULL",
  "job_id INTEGER NOT NULL",
  "backup_set_id INTEGER NOT NULL",
  "start_ts INTEGER NOT NULL",
  "end_ts INTEGER NOT NULL DEFAULT 0",
  "status TEXT NOT NULL",
  "start_scn INTEGER NOT NULL",
  "input_bytes INTEGER NOT NULL DEFAULT 0",
  "output_bytes INTEGER NOT NULL DEFAULT 0",
  "tablet_count INTEGER NOT NULL",
  "finish_tablet_count INTEGER NOT NULL DEFAULT 0",
  "result INTEGER NOT NULL DEFAULT 0",
  "comment TEXT NOT NULL DEFAULT ''",
  "path TEXT NOT NULL",
  "PRIMARY KEY (tenant_id, task_id)",
].join(", ");

/** Cleanup jobs: those that a cleanup policy starts. */
const DELETE_JOB = [
  "tenant_id INTEGER NOT NULL",
  "job_id INTEGER NOT NULL",
  "type TEXT NOT NULL",
  "parameter TEXT NOT NULL",
  "start_ts INTEGER NOT NULL",
  "end_ts INTEGER NOT NULL DEFAULT 0",
  "status TEXT NOT NULL",
  "task_count INTEGER NOT NULL DEFAULT 0",
  "success_task_count INTEGER NOT NULL DEFAULT 0",
  "result INTEGER NOT NULL DEFAULT 0",
  "comment TEXT NOT NULL DEFAULT ''",
  "PRIMARY KEY (tenant_id, job_id)",
].join(", ");

const TABLES = `
  CREATE TABLE oceanbase.__all_tenant (
    tenant_id INTEGER PRIMARY KEY, tenant_name TEXT NOT NULL UNIQUE, tenant_type TEXT NOT NULL,
    create_ts INTEGER NOT NULL, compatibility_mode TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'NORMAL',
    in_recyclebin TEXT NOT NULL DEFAULT 'NO', locked TEXT NOT NULL DEFAULT 'NO',
    tenant_role TEXT NOT NULL DEFAULT 'PRIMARY', log_mode TEXT NOT NULL DEFAULT 'ARCHIVELOG');
  CREATE TABLE oceanbase.__all_backup_job (${JOB});
  CREATE TABLE oceanbase.__all_backup_job_history (${JOB});
  CREATE TABLE oceanbase.__all_backup_set_task (${TASK});
  CREATE TABLE oceanbase.__all_backup_set_task_history (${TASK});
  CREATE TABLE oceanbase.__all_backup_set_files (
    tenant_id INTEGER NOT NULL, backup_set_id INTEGER NOT NULL, backup_type TEXT NOT NULL,
    start_ts INTEGER NOT NULL, end_ts INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL,
    file_status TEXT NOT NULL, plus_archivelog TEXT NOT NULL, input_bytes INTEGER NOT NULL DEFAULT 0,
    output_bytes INTEGER NOT NULL DEFAULT 0, result INTEGER NOT NULL DEFAULT 0,
    comment TEXT NOT NULL DEFAULT '', passwd TEXT NOT NULL DEFAULT '', path TEXT NOT NULL,
    PRIMARY KEY (tenant_id, backup_set_id));
  CREATE TABLE oceanbase.__all_backup_clean_job (${DELETE_JOB});
  CREATE TABLE oceanbase.__all_backup_clean_job_history (${DELETE_JOB});
  CREATE TABLE oceanbase.__all_backup_delete_policy (
    tenant_id INTEGER NOT NULL, policy_name TEXT NOT NULL, recovery_window TEXT NOT NULL,
    redundancy INTEGER NOT NULL, backup_copies INTEGER NOT NULL, PRIMARY KEY (tenant_id, policy_name));
`;

/** View column, the expression behind it. `{time}` becomes the mode's way to show a moment. */
type Columns = readonly (readonly [name: string, expression: string])[];

interface View {
  table: string;
  columns: Columns;
  /** The `CDB_` form too, with TENANT_ID in front. Without it the view itself has a TENANT_ID. */
  cdb: boolean;
}

const JOB_COLUMNS: Columns = [
  ["JOB_ID", "job_id"],
  ["INCARNATION", "incarnation"],
  ["BACKUP_SET_ID", "backup_set_id"],
  ["INITIATOR_TENANT_ID", "initiator_tenant_id"],
  ["INITIATOR_JOB_ID", "initiator_job_id"],
  ["EXECUTOR_TENANT_ID", "executor_tenant_id"],
  ["PLUS_ARCHIVELOG", "plus_archivelog"],
  ["BACKUP_TYPE", "backup_type"],
  ["JOB_LEVEL", "job_level"],
  ["ENCRYPTION_MODE", "encryption_mode"],
  ["PASSWD", "passwd"],
  ["START_TIMESTAMP", "{time}(start_ts)"],
  ["END_TIMESTAMP", "{time}(end_ts)"],
  ["STATUS", "status"],
  ["RESULT", "result"],
  ["COMMENT", "comment"],
  ["DESCRIPTION", "description"],
  ["PATH", "path"],
];

const TASK_COLUMNS: Columns = [
  ["TASK_ID", "task_id"],
  ["JOB_ID", "job_id"],
  ["INCARNATION", "1"],
  ["BACKUP_SET_ID", "backup_set_id"],
  ["START_TIMESTAMP", "{time}(start_ts)"],
  ["END_TIMESTAMP", "{time}(end_ts)"],
  ["STATUS", "status"],
  ["START_SCN", "start_scn"],
  ["INPUT_BYTES", "input_bytes"],
  ["OUTPUT_BYTES", "output_bytes"],
  ["TABLET_COUNT", "tablet_count"],
  ["FINISH_TABLET_COUNT", "finish_tablet_count"],
  ["RESULT", "result"],
  ["COMMENT", "comment"],
  ["PATH", "path"],
];

const SET_FILE_COLUMNS: Columns = [
  ["BACKUP_SET_ID", "backup_set_id"],
  ["DEST_ID", "1001"],
  ["INCARNATION", "1"],
  ["BACKUP_TYPE", "backup_type"],
  ["START_TIMESTAMP", "{time}(start_ts)"],
  ["END_TIMESTAMP", "{time}(end_ts)"],
  ["STATUS", "status"],
  ["FILE_STATUS", "file_status"],
  ["PLUS_ARCHIVELOG", "plus_archivelog"],
  ["INPUT_BYTES", "input_bytes"],
  ["OUTPUT_BYTES", "output_bytes"],
  ["RESULT", "result"],
  ["COMMENT", "comment"],
  ["PASSWD", "passwd"],
  ["PATH", "path"],
];

const DELETE_JOB_COLUMNS: Columns = [
  ["JOB_ID", "job_id"],
  ["INCARNATION", "1"],
  ["INITIATOR_TENANT_ID", "tenant_id"],
  ["INITIATOR_JOB_ID", "0"],
  ["EXECUTOR_TENANT_ID", "tenant_id"],
  ["TYPE", "type"],
  ["PARAMETER", "parameter"],
  ["JOB_LEVEL", "'USER_TENANT'"],
  ["START_TIMESTAMP", "{time}(start_ts)"],
  ["END_TIMESTAMP", "{time}(end_ts)"],
  ["STATUS", "status"],
  ["TASK_COUNT", "task_count"],
  ["SUCCESS_TASK_COUNT", "success_task_count"],
  ["RESULT", "result"],
  ["COMMENT", "comment"],
];

const VIEWS: Record<string, View> = {
  OB_BACKUP_JOBS: { table: "__all_backup_job", columns: JOB_COLUMNS, cdb: true },
  OB_BACKUP_JOB_HISTORY: { table: "__all_backup_job_history", columns: JOB_COLUMNS, cdb: true },
  OB_BACKUP_TASKS: { table: "__all_backup_set_task", columns: TASK_COLUMNS, cdb: true },
  OB_BACKUP_TASK_HISTORY: { table: "__all_backup_set_task_history", columns: TASK_COLUMNS, cdb: true },
  OB_BACKUP_SET_FILES: { table: "__all_backup_set_files", columns: SET_FILE_COLUMNS, cdb: true },
  OB_BACKUP_DELETE_JOBS: { table: "__all_backup_clean_job", columns: DELETE_JOB_COLUMNS, cdb: true },
  OB_BACKUP_DELETE_JOB_HISTORY: {
    table: "__all_backup_clean_job_history",
    columns: DELETE_JOB_COLUMNS,
    cdb: true,
  },
  OB_BACKUP_DELETE_POLICY: {
    table: "__all_backup_delete_policy",
    columns: [
      ["POLICY_NAME", "policy_name"],
      ["RECOVERY_WINDOW", "recovery_window"],
    ],
    cdb: true,
  },
  OB_TENANTS: {
    table: "__all_tenant",
    columns: [
      ["TENANT_ID", "tenant_id"],
      ["TENANT_NAME", "tenant_name"],
      ["TENANT_TYPE", "tenant_type"],
      ["CREATE_TIME", "{time}(create_ts)"],
      ["COMPATIBILITY_MODE", "compatibility_mode"],
      ["STATUS", "status"],
      ["IN_RECYCLEBIN", "in_recyclebin"],
      ["LOCKED", "locked"],
      ["TENANT_ROLE", "tenant_role"],
      ["LOG_MODE", "log_mode"],
    ],
    cdb: false,
  },
};

/** What the functions of a query may ask about the session that runs it. */
export interface QuerySession {
  tenantId: number;
  tenant: string;
  user: string;
  database: string | undefined;
  connectionId: number;
}

export interface Catalog {
  readonly db: DatabaseSync;
  /** The engine's name of a view, or undefined when this tenant does not have it. */
  viewName(name: string, mode: Mode, inSys: boolean): string | undefined;
  /** Runs `query` so that the session functions answer for `session`. */
  as<T>(session: QuerySession, query: () => T): T;
  /** How long the query that ran last asked to sleep. */
  readonly sleepSeconds: number;
}

export function createCatalog(clock: Clock, functions: Record<string, () => string | number>): Catalog {
  const db = new DatabaseSync(":memory:");
  db.exec("ATTACH ':memory:' AS oceanbase");
  db.exec(TABLES);
  db.function("ob_time", { useBigIntArguments: true }, (us) => showTime(us as bigint, true));
  db.function("ob_time_oracle", { useBigIntArguments: true }, (us) => showTime(us as bigint, false));

  let current: QuerySession = { tenantId: 0, tenant: "", user: "", database: undefined, connectionId: 0 };
  let startedMs = clock.now();
  let sleepSeconds = 0;
  const sessionFunctions: Record<string, () => string | number | null> = {
    effective_tenant_id: () => current.tenantId,
    effective_tenant: () => current.tenant,
    current_user: () => current.user,
    user: () => current.user,
    database: () => current.database ?? null,
    connection_id: () => current.connectionId,
    // One moment for the whole statement, as on the server.
    now: () => showTime(BigInt(Math.round(startedMs * 1000)), false),
  };
  for (const [name, answer] of Object.entries({ ...sessionFunctions, ...functions }))
    db.function(name, answer);
  db.function("sys_extract_utc", (moment) => toUtc(moment as string | null));
  db.function("sleep", (seconds) => {
    sleepSeconds += Math.max(0, Number(seconds));
    return 0;
  });
  db.function("to_char", (moment, format) => toChar(moment as string | null, String(format)));

  for (const [suffix, view] of Object.entries(VIEWS)) createViews(db, suffix, view);

  return {
    db,
    viewName(name, mode, inSys) {
      const upper = name.toUpperCase();
      const view = VIEWS[upper.slice(4)];
      if (view === undefined) return undefined;
      if (upper.startsWith("DBA_")) return mode === "ORACLE" ? `SYS.${upper}` : upper;
      return upper.startsWith("CDB_") && view.cdb && inSys ? upper : undefined;
    },
    as(session, query) {
      current = session;
      startedMs = clock.now();
      sleepSeconds = 0;
      return query();
    },
    get sleepSeconds() {
      return sleepSeconds;
    },
  };
}

function createViews(db: DatabaseSync, suffix: string, view: View): void {
  const list = (time: string, columns = view.columns) =>
    columns.map(([name, expression]) => `${expression.replace("{time}", time)} AS "${name}"`).join(", ");
  const own = suffix === "OB_TENANTS" ? "effective_tenant_id() = 1 OR" : "";
  const from = `FROM ${view.table} WHERE ${own} tenant_id = effective_tenant_id()`;
  db.exec(`CREATE VIEW oceanbase."DBA_${suffix}" AS SELECT ${list("ob_time")} ${from}`);
  db.exec(`CREATE VIEW oceanbase."SYS.DBA_${suffix}" AS SELECT ${list("ob_time_oracle")} ${from}`);
  if (view.cdb) {
    db.exec(
      `CREATE VIEW oceanbase."CDB_${suffix}" AS SELECT tenant_id AS TENANT_ID, ${list("ob_time")} FROM ${view.table}`,
    );
  }
}

/** Both modes show UTC+8, the server's default zone; Oracle mode's backup views cut to whole seconds. */
function showTime(us: bigint, withMicroseconds: boolean): string | null {
  if (us === 0n) return null;
  const ms = Number(us / 1000n) + 8 * 3600 * 1000;
  const text = new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  return withMicroseconds ? `${text}.${String(us % 1_000_000n).padStart(6, "0")}` : text;
}
