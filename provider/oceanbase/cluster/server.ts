import type { Row } from "../connection/driver";
import { memoize } from "./memoize";

/** The SQL dialect of a tenant, fixed when the tenant was created. */
export type Mode = "MYSQL" | "ORACLE";

/** Tenant id of the sys tenant, on every cluster. Fact: who-answers */
export const SYS_TENANT_ID = "1";

/** A row of DBA_OB_TENANTS. Fact: tenants-words */
export interface Tenant {
  id: string;
  name: string;
  type: "SYS" | "USER" | "META";
  mode: Mode;
  /** NORMAL, or CREATING, RESTORE, DROPPING: then backup statements pass the tenant over. Fact: passed-over */
  status: string;
  locked: boolean;
  /** Dropped with `recyclebin` on, until it is purged or flashed back; its STATUS stays NORMAL. Fact: recycle-bin */
  inRecycleBin: boolean;
}

/** Who is at the other end, by the server's own word. */
export interface Server {
  /** OceanBase's version, such as `4.2.5.1`. */
  version: string;
  /**
   * How far the times of its backup views are ahead of UTC at this moment, such as `+08:00`; empty when that is not known.
   * Facts: mysql-view-times, oracle-view-times
   */
  utcOffset: string;
  /** Name and id of the cluster; empty when the server does not tell. */
  cluster: string;
  clusterId: string;
  /** The tenant of this login. */
  tenant: Tenant;
  /** Every tenant the login can see: all of them from sys, else only its own. */
  tenants: readonly Tenant[];
}

/** What was found at an address. */
export interface Identified {
  /** Who talks to whom, to begin a message with: `root@sys at db1:2881`. */
  readonly address: string;
  readonly server: Server;
}

/** The columns that {@link tenantsIn} reads. */
export const TENANT_COLUMNS = [
  "TENANT_ID",
  "TENANT_NAME",
  "TENANT_TYPE",
  "COMPATIBILITY_MODE",
  "STATUS",
  "LOCKED",
  "IN_RECYCLEBIN",
] as const;

/** The query for the tenants that a login can see, see {@link tenantsIn}. */
export function tenantsQuery(schema: "oceanbase" | "SYS"): string {
  return `SELECT ${TENANT_COLUMNS.join(", ")} FROM ${schema}.DBA_OB_TENANTS`;
}

/** The tenants in the rows of an answer. */
export function tenantsIn(rows: readonly Row[]): readonly Tenant[] {
  return rows.map((row) => ({
    id: row.TENANT_ID ?? "",
    name: row.TENANT_NAME ?? "",
    type: (row.TENANT_TYPE ?? "USER") as Tenant["type"],
    mode: row.COMPATIBILITY_MODE === "ORACLE" ? "ORACLE" : "MYSQL",
    status: row.STATUS ?? "",
    locked: row.LOCKED === "YES",
    inRecycleBin: row.IN_RECYCLEBIN === "YES",
  }));
}

const namesById = memoize(
  (tenants: readonly Tenant[]): ReadonlyMap<string, string> =>
    new Map(tenants.map((tenant) => [tenant.id, tenant.name])),
);

/** The user tenants of a list by name. */
export const userTenantsByName = memoize(
  (tenants: readonly Tenant[]): ReadonlyMap<string, Tenant> =>
    new Map(tenants.filter(({ type }) => type === "USER").map((tenant) => [tenant.name, tenant])),
);

/** Name of the tenant with this id; undefined when the server has no such tenant (any more). */
export function tenantNameOf({ server }: Pick<Identified, "server">, id: string): string | undefined {
  return namesById(server.tenants).get(id);
}

/** The tenant's name, or its id when the server has no such tenant (any more). */
export function tenantLabel(cluster: Pick<Identified, "server">, id: string): string {
  return tenantNameOf(cluster, id) ?? id;
}

/** Whether the login is to the sys tenant, which sees every tenant and can name them. */
export function isInSys({ server }: Pick<Identified, "server">): boolean {
  return server.tenant.id === SYS_TENANT_ID;
}
