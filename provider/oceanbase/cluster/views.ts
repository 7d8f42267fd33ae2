import type { JoinedQuery } from "../connection/reader";
import { type Identified, isInSys, type Tenant } from "./server";

const JOB_COLUMNS = [
  "JOB_ID",
  "BACKUP_SET_ID",
  "INITIATOR_TENANT_ID",
  "INITIATOR_JOB_ID",
  "EXECUTOR_TENANT_ID",
  "BACKUP_TYPE",
  "START_TIMESTAMP",
  "END_TIMESTAMP",
  "STATUS",
  "RESULT",
  "COMMENT",
  "PATH",
] as const;

/**
 * Every backup view, by the part of its name that all its forms share, and every column of it that a query names besides
 * TENANT_ID. By name: versions differ in their columns, and PASSWD is secret. Facts: view-columns, secret-columns
 */
export const VIEW_COLUMNS = {
  OB_BACKUP_JOBS: JOB_COLUMNS,
  OB_BACKUP_JOB_HISTORY: JOB_COLUMNS,
  OB_BACKUP_TASKS: [
    "JOB_ID",
    "TASK_ID",
    "STATUS",
    "RESULT",
    "INPUT_BYTES",
    "OUTPUT_BYTES",
    "TABLET_COUNT",
    "FINISH_TABLET_COUNT",
    "COMMENT",
  ],
  OB_BACKUP_SET_FILES: [
    "BACKUP_SET_ID",
    "BACKUP_TYPE",
    "STATUS",
    "FILE_STATUS",
    "OUTPUT_BYTES",
    "END_TIMESTAMP",
    "PATH",
  ],
  OB_BACKUP_DELETE_POLICY: ["POLICY_NAME", "RECOVERY_WINDOW"],
  OB_BACKUP_PARAMETER: ["NAME", "VALUE"],
  OB_ARCHIVE_DEST: ["DEST_NO", "NAME"],
} as const;

/** A backup view that is read. */
export type BackupView = keyof typeof VIEW_COLUMNS;

/** A column that is read of a view. */
export type ColumnOf<View extends BackupView> = (typeof VIEW_COLUMNS)[View][number];

/** Which rows and columns of a view; all conditions have to hold. */
export interface ViewQuery<View extends BackupView = BackupView> {
  /** TENANT_ID is always among the rows' columns. */
  columns: readonly ColumnOf<View>[];
  /** Ids of the tenants. From a user tenant its own rows are all there are. */
  tenantIds?: readonly string[] | undefined;
  /** Rows that are named by their tenant and by an id that counts within it. Only their tenants are asked. Fact: id-pairs */
  rows?: { column: "JOB_ID" | "BACKUP_SET_ID"; of: readonly { tenantId: string; id: string }[] };
  where?: readonly string[];
  distinct?: boolean;
  /** Only so many of the rows of ended jobs, those that ended last first. Facts: row-limit, oracle-row-limit */
  latest?: { rows: number; offset: number };
}

/**
 * A query over a backup view as this login has to ask it.
 *
 * From sys the CDB_ form shows every tenant's rows; elsewhere the DBA_ form shows the tenant's own, without its id. The CDB_
 * form asks one tenant after the other, and fails as a whole when one of them cannot answer; only `TENANT_ID IN (...)` is
 * known to leave the others out.
 * Facts: views-by-tenant, leaderless-read
 */
export function selectFrom<View extends BackupView>(
  cluster: Pick<Identified, "server">,
  view: View,
  query: ViewQuery<View>,
): string {
  const { tenant } = cluster.server;
  const inSys = isInSys(cluster);
  const { columns, rows, where = [], distinct } = query;
  const tenantIds = query.tenantIds ?? (rows && [...new Set(rows.of.map(({ tenantId }) => tenantId))]);
  const names = columns.map((name) => (name === "COMMENT" ? quotedComment(tenant) : name));
  const conditions = [
    ...(tenantIds === undefined || !inSys ? [] : [`TENANT_ID IN (${tenantIds.map(digits).join(", ")})`]),
    ...(rows === undefined ? [] : [rowsCondition(rows, inSys)]),
    ...where,
  ];
  return [
    `SELECT${distinct ? " DISTINCT" : ""} `,
    [inSys ? "TENANT_ID" : `${digits(tenant.id)} AS TENANT_ID`, ...names].join(", "),
    ` FROM ${viewName(cluster, view)}`,
    conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`,
    query.latest === undefined ? "" : latestClause(query.latest, tenant),
  ].join("");
}

/** The form of a view that this login reads: `oceanbase.CDB_OB_BACKUP_JOBS`. Fact: views-by-tenant */
export function viewName(cluster: Pick<Identified, "server">, view: BackupView): string {
  return `${schemaOf(cluster.server.tenant)}.${isInSys(cluster) ? "CDB" : "DBA"}_${view}`;
}

/** The same for these tenants, in one query with whatever else is asked of the view in this way at the same time. */
export function selectTogether<View extends BackupView>(
  cluster: Pick<Identified, "server">,
  view: View,
  { tenantIds, ...query }: ViewQuery<View> & { tenantIds: readonly string[] },
): string | JoinedQuery {
  if (!isInSys(cluster)) return selectFrom(cluster, view, query);
  return {
    key: selectFrom(cluster, view, query),
    ids: tenantIds,
    sqlFor: (ids) => selectFrom(cluster, view, { ...query, tenantIds: ids }),
  };
}

/** The ids make the order of rows of one moment a fixed one, so that no page repeats or leaves out a row. */
function latestClause(
  { rows, offset }: NonNullable<ViewQuery["latest"]>,
  { mode }: Pick<Tenant, "mode">,
): string {
  const order = " ORDER BY END_TIMESTAMP DESC, TENANT_ID, JOB_ID";
  return mode === "ORACLE"
    ? `${order} OFFSET ${offset} ROWS FETCH NEXT ${rows} ROWS ONLY`
    : `${order} LIMIT ${rows} OFFSET ${offset}`;
}

function rowsCondition({ column, of }: NonNullable<ViewQuery["rows"]>, inSys: boolean): string {
  return inSys
    ? `(TENANT_ID, ${column}) IN (${of.map(({ tenantId, id }) => `(${digits(tenantId)}, ${digits(id)})`).join(", ")})`
    : `${column} IN (${of.map(({ id }) => digits(id)).join(", ")})`;
}

/** Where a tenant keeps its dictionary views. Fact: views-by-tenant */
export function schemaOf(tenant: Pick<Tenant, "mode">): "oceanbase" | "SYS" {
  return tenant.mode === "ORACLE" ? "SYS" : "oceanbase";
}

/** A path without what stands behind a `?`: access keys may. Fact: keys-in-paths */
export function pathIn(path: string | null | undefined): string {
  return (path ?? "").replace(/\?.*$/s, "");
}

/** An id as it goes into a statement; anything but digits never does. */
export function digits(id: string): string {
  if (!/^\d+$/.test(id)) throw new RangeError(`${JSON.stringify(id)} is not an id`);
  return id;
}

/** A keyword in both dialects. Fact: comment-is-a-word */
function quotedComment(tenant: Pick<Tenant, "mode">): string {
  return tenant.mode === "ORACLE" ? '"COMMENT"' : "`COMMENT`";
}
