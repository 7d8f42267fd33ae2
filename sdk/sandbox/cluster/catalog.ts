import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../clock.ts";
import { toChar, toUtc } from "../sql/serverTime.ts";
import type { Mode } from "../sql/tokens.ts";
import type { Features } from "../versions.ts";
import { Database } from "./database.ts";
import { TABLES } from "./tables.ts";
import { type ColumnKind, VIEWS, type ViewColumn, type ViewForm } from "./views.ts";

/** What the functions of a query may ask about the session that runs it. */
export interface QuerySession {
  tenantId: number;
  tenant: string;
  user: string;
  database: string | undefined;
  connectionId: number;
}

/** A view as a query sees it. */
export interface KnownView {
  /** The engine's name for it. */
  name: string;
  form: ViewForm;
  /** Whether its rows come from the tenants' own meta tenants, which a tenant without a leader does not give. */
  readsTenants: boolean;
  kinds: ReadonlyMap<string, ColumnKind>;
}

/** The cluster's inner tables and the views over them, in one SQL engine. */
export interface Catalog {
  readonly database: Database;
  /** The engine itself, for queries of clients and for tests that look behind the views. */
  readonly db: DatabaseSync;
  /** A view by its name, or undefined when a login of this mode and tenant does not have it. */
  view(name: string, mode: Mode, inSys: boolean): KnownView | undefined;
  /** Runs `query` so that the session functions answer for `session`. */
  as<T>(session: QuerySession, query: () => T): T;
  /** How long the query that ran last asked to sleep. */
  readonly sleepSeconds: number;
}

/** Marks a task whose status is one of its phases, by how much is done of it. */
export const RUNNING = "RUNNING";

/**
 * Makes tables and views. Like the real views, the `CDB_` ones show every tenant and exist in the sys tenant only; the
 * `DBA_` ones filter by `EFFECTIVE_TENANT_ID()`. Their columns are those of the version.
 *
 * @param functions answers of the server about itself
 */
export function createCatalog(
  clock: Clock,
  version: Features,
  functions: Record<string, () => string | number>,
): Catalog {
  const database = new Database();
  const { engine } = database;
  engine.exec("ATTACH ':memory:' AS oceanbase");
  engine.exec(TABLES);
  let current: QuerySession = { tenantId: 0, tenant: "", user: "", database: undefined, connectionId: 0 };
  let startedMs = clock.now();
  let sleepSeconds = 0;
  const sessionFunctions: Record<string, () => string | number | bigint | null> = {
    effective_tenant_id: () => current.tenantId,
    effective_tenant: () => current.tenant,
    current_user: () => current.user,
    user: () => current.user,
    database: () => current.database ?? null,
    connection_id: () => current.connectionId,
    // One moment for the whole statement, as on the server.
    now: () => showTime(BigInt(Math.round(startedMs * 1000)), false),
    now_us: () => BigInt(Math.round(startedMs * 1000)),
  };
  for (const [name, answer] of Object.entries({ ...sessionFunctions, ...functions }))
    engine.function(name, answer);
  engine.function("sleep", (seconds) => {
    sleepSeconds += Math.max(0, Number(seconds));
    return 0;
  });
  engine.function("sys_extract_utc", (moment) => toUtc(moment as string | null));
  engine.function("utc_timestamp", () => toUtc(showTime(BigInt(Math.round(startedMs * 1000)), false)));
  engine.function("to_char", (moment, format) => toChar(moment as string | null, String(format)));
  engine.function("ob_time", { useBigIntArguments: true }, (us) => showTime(us as bigint, true));
  engine.function("ob_time_oracle", { useBigIntArguments: true }, (us) => showTime(us as bigint, false));
  engine.function("share_of", (from, until, at) => shareOf(Number(from), Number(until), Number(at)));
  engine.function("task_status", (status, share) =>
    status === RUNNING ? phaseAt(version.taskPhases, Number(share)) : String(status),
  );
  const views = createViews(database, version);
  return {
    database,
    db: engine,
    view(name, mode, inSys) {
      const view = views.get(`${mode} ${name.toUpperCase()}`);
      if (view === undefined || (view.form === "CDB" && !inSys)) return undefined;
      const isHidden = view.name === "DBA_OB_TENANTS" && !inSys && !version.tenantsViewInUserTenants;
      return isHidden ? undefined : view;
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

/** Every view in every form, by mode and name. */
function createViews(database: Database, version: Features): Map<string, KnownView> {
  const known = new Map<string, KnownView>();
  for (const [suffix, view] of Object.entries(VIEWS)) {
    for (const form of view.forms) {
      // Without the MySQL-mode view in user tenants there is no Oracle-mode one either.
      if (suffix === "OB_TENANTS" && form === "SYS" && !version.tenantsViewInUserTenants) continue;
      const columns = view.columns(version, form);
      if (form === "CDB") columns.unshift({ name: "TENANT_ID", kind: "integer", sql: "tenant_id" });
      const isOfTenants = suffix === "OB_TENANTS";
      const name = `${form === "CDB" ? "CDB" : "DBA"}_${suffix}`;
      const engineName = form === "SYS" ? `SYS.${name}` : name;
      database.engine.exec(
        `CREATE VIEW oceanbase."${engineName}" AS SELECT ${list(columns, form)} FROM ${view.table} ${filter(form, isOfTenants)}`,
      );
      known.set(`${form === "SYS" ? "ORACLE" : "MYSQL"} ${name}`, {
        name: engineName,
        form,
        readsTenants: !isOfTenants,
        kinds: new Map(columns.map((column) => [column.name, column.kind])),
      });
    }
  }
  return known;
}

function list(columns: readonly ViewColumn[], form: ViewForm): string {
  const time = form === "SYS" ? "ob_time_oracle" : "ob_time";
  return columns.map(({ name, sql }) => `${sql.replaceAll("{time}", time)} AS "${name}"`).join(", ");
}

function filter(form: ViewForm, isOfTenants: boolean): string {
  if (form === "CDB") return "";
  const own = "tenant_id = effective_tenant_id()";
  return isOfTenants ? `WHERE effective_tenant_id() = 1 OR ${own}` : `WHERE ${own}`;
}

/** How much of something is done at a moment, from 0 to 1. */
export function shareOf(from: number, until: number, at: number): number {
  return Math.min(1, Math.max(0, (at - from) / Math.max(1, until - from)));
}

/** The first phase is over at once, the others are equally long. */
function phaseAt([first, ...others]: readonly string[], share: number): string {
  if (share <= 0) return first as string;
  return others[Math.min(others.length - 1, Math.floor(share * others.length))] as string;
}

/** Both modes show UTC+8, the server's default zone; Oracle mode's backup views cut to whole seconds. */
function showTime(us: bigint, withMicroseconds: boolean): string | null {
  if (us === 0n) return null;
  const ms = Number(us / 1000n) + 8 * 3600 * 1000;
  const text = new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  return withMicroseconds ? `${text}.${String(us % 1_000_000n).padStart(6, "0")}` : text;
}
