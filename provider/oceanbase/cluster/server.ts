import type { Reader, Row, Session } from "../connection/session";
import { OceanBaseError } from "../errors";
import { oncePer } from "./oncePer";

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

/** From this version on backups belong to tenants and can be cancelled for each. */
const FIRST_VERSION = 4;

/**
 * What the first query fails with elsewhere: no such table, function, database or column, a syntax error. A missing
 * privilege is none of them.
 */
const SPEAKS_ANOTHER_WAY: ReadonlySet<number> = new Set([900, 904, 942, 1046, 1049, 1054, 1064, 1146, 1305]);

const TENANT_COLUMNS = "TENANT_ID, TENANT_NAME, TENANT_TYPE, COMPATIBILITY_MODE, STATUS, LOCKED";

/**
 * Finds out which server, cluster and tenant is at the other end; refuses everything that is not OceanBase 4.0 or
 * later.
 *
 * The first query works in MySQL mode only, which is every sys tenant and most others; so the common case costs
 * two queries. What it fails on is asked in detail.
 *
 * @param maxAgeMs how old the answers may be; default 0, new ones
 */
export async function identifyServer(session: Reader, untilMs: number, maxAgeMs = 0): Promise<Server> {
  const doing = "identifying the server";
  let rows: Row[];
  try {
    rows = await session.read(
      `SELECT OB_VERSION() AS VERSION, EFFECTIVE_TENANT_ID() AS OWN_ID, ${TENANT_COLUMNS} FROM oceanbase.DBA_OB_TENANTS`,
      doing,
      untilMs,
      maxAgeMs,
    );
  } catch (error) {
    if (!(error instanceof OceanBaseError) || !SPEAKS_ANOTHER_WAY.has(error.errno ?? 0)) throw error;
    if ((await variable(session, "ob_compatibility_mode", doing, untilMs)) !== "ORACLE") {
      throw await unsupported(session, untilMs);
    }
    // A user tenant sees only itself.
    rows = await session.read(
      `SELECT OB_VERSION() AS VERSION, TENANT_ID AS OWN_ID, ${TENANT_COLUMNS} FROM SYS.DBA_OB_TENANTS`,
      doing,
      untilMs,
      maxAgeMs,
    );
  }
  const version = rows[0]?.VERSION ?? "";
  const tenants = tenantsIn(rows);
  const tenant = tenants.find((candidate) => candidate.id === rows[0]?.OWN_ID);
  if (tenant === undefined || Number.parseInt(version, 10) < FIRST_VERSION) {
    throw await unsupported(session, untilMs);
  }
  return { version, ...(await readCluster(session, untilMs, maxAgeMs)), tenant, tenants };
}

/** Name and id of the cluster; empty when this login is not told. */
async function readCluster(
  session: Reader,
  untilMs: number,
  maxAgeMs: number,
): Promise<Pick<Server, "cluster" | "clusterId">> {
  try {
    const rows = await session.read(
      "SHOW PARAMETERS LIKE 'cluster%'",
      "asking for the cluster",
      untilMs,
      maxAgeMs,
    );
    const value = (name: string) => rows.find((row) => row.NAME === name)?.VALUE ?? "";
    return { cluster: value("cluster"), clusterId: value("cluster_id") };
  } catch (error) {
    const isAnswer =
      error instanceof OceanBaseError && error.errno !== undefined && error.kind !== "transient";
    if (!isAnswer) throw error;
    return { cluster: "", clusterId: "" };
  }
}

/** The tenants as they are now, for a second look after one was dropped. */
export async function readTenants(
  session: Session,
  server: Server,
  untilMs: number,
): Promise<readonly Tenant[]> {
  const rows = await session.read(
    `SELECT ${TENANT_COLUMNS} FROM ${schemaOf(server.tenant)}.DBA_OB_TENANTS`,
    "reading the tenants",
    untilMs,
  );
  return tenantsIn(rows);
}

const namesById = oncePer(
  (tenants: readonly Tenant[]): ReadonlyMap<string, string> =>
    new Map(tenants.map((tenant) => [tenant.id, tenant.name])),
);

/** The user tenants of a list by name. */
export const userTenantsByName = oncePer(
  (tenants: readonly Tenant[]): ReadonlyMap<string, Tenant> =>
    new Map(tenants.filter(({ type }) => type === "USER").map((tenant) => [tenant.name, tenant])),
);

/** Name of the tenant with this id; the id itself when the server has no such tenant (any more). */
export function tenantNameOf({ tenants }: Pick<Server, "tenants">, id: string): string {
  return namesById(tenants).get(id) ?? id;
}

/** Whether the login is to the sys tenant, which sees every tenant and can name them. */
export function isInSys(server: Pick<Server, "tenant">): boolean {
  return server.tenant.id === SYS_TENANT_ID;
}

/** Where a tenant keeps its dictionary views. */
export function schemaOf(tenant: Pick<Tenant, "mode">): "oceanbase" | "SYS" {
  return tenant.mode === "ORACLE" ? "SYS" : "oceanbase";
}

/** What a record keeps of the server an action was for. */
export interface ClusterRecord {
  cluster: string;
  clusterId: string;
  tenant: string;
}

/** What is kept of a server. */
export function recordOf({ cluster, clusterId, tenant }: Server): ClusterRecord {
  return { cluster, clusterId, tenant: tenant.name };
}

/** Whether a server is the cluster and tenant that a record names. */
export function isSameCluster(server: Server, record: ClusterRecord): boolean {
  return server.tenant.name === record.tenant && belongsToCluster(server, record);
}

/** Whether a server belongs to the cluster that a record names, whatever the tenant of the login. */
export function belongsToCluster(
  server: Pick<Server, "cluster" | "clusterId">,
  record: Pick<ClusterRecord, "cluster" | "clusterId">,
): boolean {
  // A server that does not tell its cluster is taken at its tenant's word.
  const agree = (now: string, then: string) => now === "" || then === "" || now === then;
  return agree(server.clusterId, record.clusterId) && agree(server.cluster, record.cluster);
}

/**
 * Refuses a server that is not the one of the record: an address can have passed on to another cluster.
 *
 * @param at who talks to whom, to begin the message with
 * @param advice what to do about it, to end the message with
 */
export function checkIsCluster(
  at: string,
  server: Server,
  record: ClusterRecord,
  advice = "if the one found is meant, change triggers, else correct connection",
): void {
  if (isSameCluster(server, record)) return;
  const text = ({ cluster, clusterId, tenant }: ClusterRecord) =>
    `tenant ${tenant} of cluster ${cluster || "(unnamed)"} (id ${clusterId || "unknown"})`;
  const found = text(recordOf(server));
  throw new OceanBaseError(
    "otherCluster",
    `${at}: found ${found}, but it has to be ${text(record)}; ${advice}`,
  );
}

const tenantsIn = oncePer((rows: readonly Row[]): readonly Tenant[] => rows.map(toTenant));

function toTenant(row: Row): Tenant {
  return {
    id: row.TENANT_ID ?? "",
    name: row.TENANT_NAME ?? "",
    type: (row.TENANT_TYPE ?? "USER") as Tenant["type"],
    mode: row.COMPATIBILITY_MODE === "ORACLE" ? "ORACLE" : "MYSQL",
    status: row.STATUS ?? "",
    locked: row.LOCKED === "YES",
  };
}

/** Says what was found instead of an OceanBase 4 with tenant-level backups. */
async function unsupported(session: Reader, untilMs: number): Promise<OceanBaseError> {
  const doing = "asking the server for its version";
  const version = await variable(session, "version", doing, untilMs);
  const comment = await variable(session, "version_comment", doing, untilMs);
  const found = /seekdb/i.test(comment + version)
    ? "OceanBase seekdb, which has no backups to cancel"
    : /oceanbase/i.test(comment + version)
      ? "an OceanBase without tenant-level backups"
      : "a server that is not OceanBase";
  return new OceanBaseError(
    "unsupported",
    `${session.address}: found ${found} (${[version, comment].filter(Boolean).join(", ")}); OceanBase 4.0 or later is needed; check connection.host and connection.port`,
  );
}

/** A system variable by the one statement that both modes and every server of the family know. */
async function variable(session: Reader, name: string, doing: string, untilMs: number): Promise<string> {
  const rows = await session.read(`SHOW VARIABLES LIKE '${name}'`, doing, untilMs);
  return rows[0]?.VALUE ?? "";
}
