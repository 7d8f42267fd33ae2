import type { Row } from "../connection/driver";
import type { Reader } from "../connection/reader";
import { OceanBaseError } from "../errors";
import { memoize } from "./memoize";

/** The SQL dialect of a tenant, fixed when the tenant was created. */
export type Mode = "MYSQL" | "ORACLE";

/** Tenant id of the sys tenant, on every cluster. */
export const SYS_TENANT_ID = "1";

/** A row of DBA_OB_TENANTS. */
export interface Tenant {
  id: string;
  name: string;
  type: "SYS" | "USER" | "META";
  mode: Mode;
  /** NORMAL, or CREATING, RESTORE, DROPPING: then backup statements pass the tenant over. */
  status: string;
  locked: boolean;
}

/** Who is at the other end, by the server's own word. */
export interface Server {
  /** OceanBase's version, such as `4.2.5.1`. */
  version: string;
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

/** From this version on backups belong to tenants and can be cancelled for each. */
const FIRST_VERSION = 4;

/**
 * What the first query fails with on other servers and in Oracle mode: no such table, function, database or column, a
 * syntax error. A missing privilege is none of them.
 */
const NOT_MYSQL_MODE: ReadonlySet<number> = new Set([900, 904, 942, 1046, 1049, 1054, 1064, 1146, 1305]);

const TENANT_COLUMNS = "TENANT_ID, TENANT_NAME, TENANT_TYPE, COMPATIBILITY_MODE, STATUS, LOCKED";

/**
 * Finds out which server, cluster and tenant is at the other end; refuses what is not OceanBase 4.0 or later.
 *
 * The first query works in MySQL mode only, which every sys tenant and most others are in: the common case costs two
 * queries.
 *
 * @param maxAgeMs how old the answers may be
 */
export async function readServer(reader: Reader, maxAgeMs = 0): Promise<Server> {
  const doing = "identifying the server";
  const options = { parse: whoIn, maxAgeMs };
  let who: Who;
  try {
    who = await reader.read(
      `SELECT OB_VERSION() AS VERSION, EFFECTIVE_TENANT_ID() AS OWN_ID, ${TENANT_COLUMNS} FROM oceanbase.DBA_OB_TENANTS`,
      doing,
      options,
    );
  } catch (error) {
    if (!(error instanceof OceanBaseError) || !NOT_MYSQL_MODE.has(error.errno ?? 0)) throw error;
    if ((await variable(reader, "ob_compatibility_mode")) !== "ORACLE") throw await unsupported(reader);
    // A user tenant sees only itself.
    who = await reader.read(
      `SELECT OB_VERSION() AS VERSION, TENANT_ID AS OWN_ID, ${TENANT_COLUMNS} FROM SYS.DBA_OB_TENANTS`,
      doing,
      options,
    );
  }
  const { version, tenants } = who;
  const tenant = tenants.find((candidate) => candidate.id === who.ownId);
  if (tenant === undefined || Number.parseInt(version, 10) < FIRST_VERSION) throw await unsupported(reader);
  return { version, ...(await readCluster(reader, maxAgeMs)), tenant, tenants };
}

/** Name and id of the cluster; empty when this login is not told. */
async function readCluster(reader: Reader, maxAgeMs: number): Promise<Pick<Server, "cluster" | "clusterId">> {
  try {
    const rows = await reader.read("SHOW PARAMETERS LIKE 'cluster%'", "asking for the cluster", { maxAgeMs });
    const value = (name: string) => rows.find((row) => row.NAME === name)?.VALUE ?? "";
    return { cluster: value("cluster"), clusterId: value("cluster_id") };
  } catch (error) {
    const isAnswer =
      error instanceof OceanBaseError && error.errno !== undefined && error.kind !== "transient";
    if (!isAnswer) throw error;
    return { cluster: "", clusterId: "" };
  }
}

/** The query for the tenants that a login can see, see {@link tenantsIn}. */
export function tenantsQuery(schema: "oceanbase" | "SYS"): string {
  return `SELECT ${TENANT_COLUMNS} FROM ${schema}.DBA_OB_TENANTS`;
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
  }));
}

interface Who {
  version: string;
  ownId: string | null | undefined;
  tenants: readonly Tenant[];
}

function whoIn(rows: readonly Row[]): Who {
  return { version: rows[0]?.VERSION ?? "", ownId: rows[0]?.OWN_ID, tenants: tenantsIn(rows) };
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

/** Says what was found instead of an OceanBase 4 with tenant-level backups. */
async function unsupported(reader: Reader): Promise<OceanBaseError> {
  const version = await variable(reader, "version");
  const comment = await variable(reader, "version_comment");
  const found = /seekdb/i.test(comment + version)
    ? "OceanBase seekdb, which has no backups to cancel"
    : /oceanbase/i.test(comment + version)
      ? "an OceanBase without tenant-level backups"
      : "a server that is not OceanBase";
  return new OceanBaseError(
    "unsupported",
    `${reader.address}: found ${found} (${[version, comment].filter(Boolean).join(", ")}); OceanBase 4.0 or later is needed; check connection.host and connection.port`,
  );
}

/** A system variable by the one statement that both modes and every server of the family know. */
async function variable(reader: Reader, name: string): Promise<string> {
  const rows = await reader.read(`SHOW VARIABLES LIKE '${name}'`, `asking the server for its ${name}`);
  return rows[0]?.VALUE ?? "";
}
