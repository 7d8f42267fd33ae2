import type { Row } from "../connection/driver";
import type { Reader } from "../connection/reader";
import { OceanBaseError } from "../errors";
import { type Mode, type Server, SYS_TENANT_ID, TENANT_COLUMNS, type Tenant, tenantsIn } from "./server";
import { mysqlUtcOffset, oracleUtcOffset, UTC_OFFSET_COLUMNS } from "./viewTimes";

/** From this version on backups belong to tenants and can be cancelled for each. Fact: first-version */
const FIRST_VERSION = 4;

/**
 * What a query fails with where there is no such table, function, database or column, or where its dialect is not spoken.
 * A missing privilege is none of them. Fact: not-here-numbers
 */
const NOT_HERE: ReadonlySet<number> = new Set([904, 942, 1046, 1049, 1054, 1064, 1146, 1305]);

/** What a login is told of itself. */
interface Who {
  version: string;
  ownId: string | null | undefined;
  /** See {@link Server.utcOffset}; of a MySQL-mode tenant. */
  utcOffset: string;
  tenants: readonly Tenant[];
}

/**
 * Finds out which server, cluster and tenant is at the other end; refuses what is not OceanBase 4.0 or later.
 *
 * The first query works in MySQL mode only, which every sys tenant and most others are in: the common case costs two
 * queries. Facts: who-answers, tenants-view
 *
 * @param maxAgeMs how old the answers may be
 */
export async function readServer(reader: Reader, maxAgeMs = 0): Promise<Server> {
  const who = await firstOf(
    () => tenantsOf(reader, `${UTC_OFFSET_COLUMNS}, EFFECTIVE_TENANT_ID()`, "oceanbase", maxAgeMs),
    () => inMode(reader, maxAgeMs),
  );
  if (who === undefined) throw await unsupported(reader);
  const { version, tenants } = who;
  const tenant = tenants.find((candidate) => candidate.id === who.ownId);
  const major = Number.parseInt(version, 10);
  // A version that is none is no number, and no number is before the first one.
  if (Number.isNaN(major)) throw await unsupported(reader, "an OceanBase that does not tell its version");
  if (tenant === undefined || major < FIRST_VERSION) throw await unsupported(reader);
  const utcOffset = tenant.mode === "ORACLE" ? oracleUtcOffset(who) : who.utcOffset;
  return { version, utcOffset, ...(await readCluster(reader, maxAgeMs)), tenant, tenants };
}

/** The answer of the first question that this server understands; undefined when it understands none. */
async function firstOf<T>(...questions: (() => Promise<T | undefined>)[]): Promise<T | undefined> {
  for (const ask of questions) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof OceanBaseError) || !NOT_HERE.has(error.errno ?? 0)) throw error;
    }
  }
  return undefined;
}

/** What a user tenant's login is told; undefined where there are no tenants. */
async function inMode(reader: Reader, maxAgeMs: number): Promise<Who | undefined> {
  const mode = await variable(reader, "ob_compatibility_mode");
  if (mode === "MYSQL") return await firstOf(() => ownTenant(reader, mode, "EFFECTIVE_TENANT()"));
  if (mode !== "ORACLE") return undefined;
  return await firstOf(
    // A user tenant sees only itself. Fact: own-row-only
    () => tenantsOf(reader, "TENANT_ID", "SYS", maxAgeMs),
    () => ownTenant(reader, mode, "EFFECTIVE_TENANT()"),
    () => ownTenant(reader, mode),
  );
}

async function tenantsOf(
  reader: Reader,
  ownId: string,
  schema: "oceanbase" | "SYS",
  maxAgeMs: number,
): Promise<Who> {
  const columns = ["OB_VERSION() AS VERSION", `${ownId} AS OWN_ID`, ...TENANT_COLUMNS].join(", ");
  const sql = `SELECT ${columns} FROM ${schema}.DBA_OB_TENANTS`;
  return await reader.read(sql, IDENTIFYING, { parse: whoIn, maxAgeMs });
}

/**
 * Before 4.1 a user tenant has no view of itself, and its functions are asked. Where there is none for its name the one of
 * the login stands. Facts: tenants-view, oracle-effective-tenant
 */
async function ownTenant(reader: Reader, mode: Mode, name = "''"): Promise<Who> {
  const from = mode === "ORACLE" ? " FROM DUAL" : "";
  const now = mode === "ORACLE" ? "" : `${UTC_OFFSET_COLUMNS}, `;
  const columns = `${now}OB_VERSION() AS VERSION, EFFECTIVE_TENANT_ID() AS OWN_ID, ${name} AS OWN_NAME`;
  const [row] = await reader.read(`SELECT ${columns}${from}`, IDENTIFYING);
  const id = row?.OWN_ID ?? "";
  const tenant: Tenant = {
    id,
    name: row?.OWN_NAME || reader.loginTenant,
    type: id === SYS_TENANT_ID ? "SYS" : "USER",
    mode,
    status: "NORMAL",
    locked: false,
    inRecycleBin: false,
  };
  return { version: row?.VERSION ?? "", ownId: id, utcOffset: mysqlUtcOffset(row), tenants: [tenant] };
}

const IDENTIFYING = "identifying the server";

function whoIn(rows: readonly Row[]): Who {
  const [row] = rows;
  return {
    version: row?.VERSION ?? "",
    ownId: row?.OWN_ID,
    utcOffset: mysqlUtcOffset(row),
    tenants: tenantsIn(rows),
  };
}

/** Name and id of the cluster; empty when this login is not told. Fact: cluster-parameters */
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

/**
 * Says what was found instead of an OceanBase 4 with tenant-level backups.
 *
 * @param oceanBase what an OceanBase is called
 */
async function unsupported(
  reader: Reader,
  oceanBase: string = "an OceanBase without tenant-level backups",
): Promise<OceanBaseError> {
  const version = await variable(reader, "version");
  const comment = await variable(reader, "version_comment");
  const found = /seekdb/i.test(comment + version)
    ? "OceanBase seekdb, which has no backups to cancel"
    : /oceanbase/i.test(comment + version)
      ? oceanBase
      : "a server that is not OceanBase";
  return new OceanBaseError(
    "unsupported",
    `${reader.address}: found ${found} (${[version, comment].filter(Boolean).join(", ")}); OceanBase 4.0 or later is needed; check connection.host and connection.port`,
  );
}

/** A system variable by the one statement that both modes and every server of the family know. Fact: show-variables */
async function variable(reader: Reader, name: string): Promise<string> {
  const rows = await reader.read(`SHOW VARIABLES LIKE '${name}'`, `asking the server for its ${name}`);
  return rows[0]?.VALUE ?? "";
}
