import type { Cluster } from "./cluster";
import { isAtLeast } from "./versions";
import { asMs, ORACLE_VIEWS_AHEAD_OF_UTC_MS } from "./viewTimes";

/**
 * The server's clock, printed as its views print times: only so can the age of a job be told, whatever zone the session
 * and this machine are in. Empty where it is not known what the views print: then no age is told.
 * Facts: mysql-view-times, oracle-view-times
 */
export async function readServerTime(cluster: Cluster): Promise<string> {
  const { server } = cluster;
  if (server.tenant.mode === "ORACLE") return isAtLeast(server, "4.4.0") ? "" : await oracleViewTime(cluster);
  const rows = await cluster.read("SELECT NOW() AS NOW_TEXT", DOING);
  return rows[0]?.NOW_TEXT ?? "";
}

/** The clock of an Oracle-mode tenant as its views print times, as far as was read. */
export async function oracleViewTime(cluster: Cluster): Promise<string> {
  const utc = "TO_CHAR(SYS_EXTRACT_UTC(SYSTIMESTAMP), 'YYYY-MM-DD HH24:MI:SS')";
  const rows = await cluster.read(`SELECT ${utc} AS NOW_TEXT FROM DUAL`, DOING);
  const utcMs = asMs(rows[0]?.NOW_TEXT ?? "");
  return utcMs === undefined ? "" : new Date(utcMs + ORACLE_VIEWS_AHEAD_OF_UTC_MS).toISOString();
}

const DOING = "asking for the server's time";
