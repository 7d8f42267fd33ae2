import { given } from "../../given";
import { isOfKind, OceanBaseError } from "../errors";
import type { Cluster } from "./cluster";
import { isInSys, TENANT_COLUMNS } from "./server";
import { hasTenantsViewInUserTenants } from "./versions";
import { type BackupView, type ColumnOf, schemaOf, selectFrom, VIEW_COLUMNS, viewName } from "./views";

/*
 * Whether the views that are read, and their columns, are there for a login. Every query names what it looks for and asks
 * for no row.
 */

/** Whether something that is read is there for this login. In Oracle mode the server does not tell the reason apart. */
export type Presence = "there" | "missing" | "not readable" | "missing or not readable" | "unknown";

/** What was found of one view. */
export interface ViewCheck {
  /** The part of its name that all its forms share. */
  name: BackupView | "OB_TENANTS";
  /** As this login reads it: `oceanbase.CDB_OB_BACKUP_JOBS`. */
  view: string;
  /** Whether the view is there. */
  presence: Presence;
  /** Whether each column that is read is there. */
  columns: Readonly<Record<string, Presence>>;
  /** Why it is not known. */
  said?: string;
}

/** Longest time for one query. */
const CHECK_MS = 10_000;

/** What a query on a view that is not there, or may not be read, fails with. Facts: not-here-numbers, statement-numbers */
const WITHOUT_VIEW: Readonly<Record<number, Presence>> = {
  942: "missing or not readable",
  1044: "not readable",
  1142: "not readable",
  1146: "missing",
};

/** What it fails with for a column. Fact: not-here-numbers */
const WITHOUT_COLUMN: ReadonlySet<number> = new Set([904, 1054]);

/** Every view that this login reads, one after the other. */
export async function checkViews(cluster: Cluster): Promise<readonly ViewCheck[]> {
  const checks: ViewCheck[] = [];
  // A user tenant without one is asked in another way.
  const readsTenants = isInSys(cluster) || hasTenantsViewInUserTenants(cluster.server);
  if (readsTenants) checks.push(await checkTenantsView(cluster));
  for (const name of Object.keys(VIEW_COLUMNS) as BackupView[]) {
    const columns: readonly ColumnOf<BackupView>[] = VIEW_COLUMNS[name];
    const tenantIds = [cluster.server.tenant.id];
    const query = (some: typeof columns) =>
      selectFrom(cluster, name, { columns: some, tenantIds, where: ["1 = 0"] });
    checks.push({ name, view: viewName(cluster, name), ...(await check(cluster, columns, query)) });
  }
  return checks;
}

async function checkTenantsView(cluster: Cluster): Promise<ViewCheck> {
  const view = `${schemaOf(cluster.server.tenant)}.DBA_OB_TENANTS`;
  const query = (some: readonly string[]) => `SELECT ${some.join(", ")} FROM ${view} WHERE 1 = 0`;
  return { name: "OB_TENANTS", view, ...(await check(cluster, TENANT_COLUMNS, query)) };
}

/** Asks for all columns at once, and for each alone when one of them is not there. */
async function check<Column extends string>(
  cluster: Cluster,
  columns: readonly Column[],
  query: (some: readonly Column[]) => string,
): Promise<Pick<ViewCheck, "presence" | "columns" | "said">> {
  const all = await ask(cluster, query(columns));
  const each = (presence: Presence) => Object.fromEntries(columns.map((column) => [column, presence]));
  if (all.presence !== "column missing")
    return { ...all, presence: all.presence, columns: each(all.presence) };
  const found: [Column, Presence][] = [];
  for (const column of columns) {
    const { presence } = await ask(cluster, query([column]));
    found.push([column, presence === "column missing" ? "missing" : presence]);
  }
  return { presence: "there", columns: Object.fromEntries(found) };
}

async function ask(
  cluster: Cluster,
  sql: string,
): Promise<{ presence: Presence | "column missing"; said?: string }> {
  try {
    await cluster.within(CHECK_MS).read(sql, "looking for a view");
    return { presence: "there" };
  } catch (error) {
    if (!(error instanceof OceanBaseError) || isOfKind(error, "aborted")) throw error;
    const { errno = 0, message } = error;
    if (WITHOUT_COLUMN.has(errno)) return { presence: "column missing" };
    const presence = WITHOUT_VIEW[errno];
    return given({ presence: presence ?? "unknown", said: presence === undefined ? message : undefined });
  }
}
