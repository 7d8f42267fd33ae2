import { isInSys, type Server, type Tenant } from "./server";

/** A backup view, by the part of its name that all its forms share. */
export type BackupView =
  | "OB_BACKUP_JOBS"
  | "OB_BACKUP_JOB_HISTORY"
  | "OB_BACKUP_TASKS"
  | "OB_BACKUP_SET_FILES"
  | "OB_BACKUP_DELETE_POLICY";

/** Which rows and columns of a view. */
export interface ViewQuery {
  /** By name: versions differ in their columns, and PASSWD is secret. TENANT_ID is always among the rows' columns. */
  columns: readonly string[];
  /** Conditions that all have to hold. */
  where?: readonly (string | undefined)[];
  distinct?: boolean;
}

/**
 * A query over a backup view as this login has to ask it.
 *
 * From sys the CDB_ form shows every tenant's rows; elsewhere the DBA_ form shows the tenant's own, without its id
 * (OceanBase: DBA_ views are CDB_ views of the effective tenant).
 */
export function selectFrom(
  server: Server,
  view: BackupView,
  { columns, where, distinct }: ViewQuery,
): string {
  const inSys = isInSys(server);
  const tenantId = inSys ? "TENANT_ID" : `${digits(server.tenant.id)} AS TENANT_ID`;
  const names = columns.map((name) => (name === "COMMENT" ? quotedComment(server.tenant) : name));
  const conditions = (where ?? []).filter((condition) => condition !== undefined);
  return [
    `SELECT${distinct ? " DISTINCT" : ""} ${[tenantId, ...names].join(", ")}`,
    ` FROM ${schemaOf(server.tenant)}.${inSys ? "CDB" : "DBA"}_${view}`,
    conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`,
  ].join("");
}

/** A condition on the tenants, from sys; elsewhere the view has rows of one tenant only. */
export function ofTenants(server: Server, ids: readonly string[]): string | undefined {
  return isInSys(server) ? `TENANT_ID IN (${ids.map(digits).join(", ")})` : undefined;
}

/** A condition on rows that are named by their tenant and by an id that counts within it. */
export function ofRows(
  server: Server,
  column: "JOB_ID" | "BACKUP_SET_ID",
  rows: readonly { tenantId: string; id: string }[],
): string {
  return isInSys(server)
    ? `(TENANT_ID, ${column}) IN (${rows.map(({ tenantId, id }) => `(${digits(tenantId)}, ${digits(id)})`).join(", ")})`
    : `${column} IN (${rows.map(({ id }) => digits(id)).join(", ")})`;
}

/** Where a tenant keeps its dictionary views. */
export function schemaOf(tenant: Pick<Tenant, "mode">): "oceanbase" | "SYS" {
  return tenant.mode === "ORACLE" ? "SYS" : "oceanbase";
}

/** A path without what stands behind a `?`: access keys may. */
export function pathIn(path: string | null | undefined): string {
  return (path ?? "").replace(/\?.*$/s, "");
}

/** An id as it goes into a statement; anything but digits never does. */
export function digits(id: string): string {
  if (!/^\d+$/.test(id)) throw new RangeError(`${JSON.stringify(id)} is not an id`);
  return id;
}

/** A keyword in both dialects. */
function quotedComment(tenant: Pick<Tenant, "mode">): string {
  return tenant.mode === "ORACLE" ? '"COMMENT"' : "`COMMENT`";
}
