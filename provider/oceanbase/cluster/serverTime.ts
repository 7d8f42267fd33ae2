import type { Cluster } from "./cluster";
import { hasKnownOracleViewZone } from "./versions";
import { asMs, ORACLE_VIEWS_AHEAD_OF_UTC_MS } from "./viewTimes";

/**
 * The server's clock, printed as its views print times: only so can the age of a job be told, whatever zone the session
 * and this machine are in. Empty where it is not known what the views print: then no age is told.
 * Facts: mysql-view-times, oracle-view-times
 */
export async function readServerTime(cluster: Cluster): Promise<string> {
  const { server } = cluster;
  if (server.tenant.mode === "ORACLE") {
    return hasKnownOracleViewZone(server) ? await oracleViewTime(cluster) : "";
  }
  const rows = await cluster.read("SELECT NOW() AS NOW_TEXT", DOING);
  return rows[0]?.NOW_TEXT ?? "";
}

/** The clock of an Oracle-mode tenant as its views print times, as far as was read. */
export async function oracleViewTime(cluster: Cluster): Promise<string> {
  const utcMs = await readUtcMs(cluster);
  return utcMs === undefined ? "" : new Date(utcMs + ORACLE_VIEWS_AHEAD_OF_UTC_MS).toISOString();
}

/** By how many seconds the server's clock is ahead of this machine's, to the second; undefined when it does not tell. */
export async function readClockAheadSeconds(cluster: Cluster): Promise<number | undefined> {
  const askedAtMs = Date.now();
  const utcMs = await readUtcMs(cluster);
  const answeredAtMs = Date.now();
  if (utcMs === undefined) return undefined;
  // The server's clock is cut to seconds: on average it says half of one too little.
  return Math.round((utcMs + 500 - (askedAtMs + answeredAtMs) / 2) / 1000) || 0;
}

/** The server's clock, in milliseconds since 1970; undefined when it does not tell. Fact: utc-clock */
async function readUtcMs(cluster: Cluster): Promise<number | undefined> {
  const sql =
    cluster.server.tenant.mode === "ORACLE"
      ? "SELECT TO_CHAR(SYS_EXTRACT_UTC(SYSTIMESTAMP), 'YYYY-MM-DD HH24:MI:SS') AS NOW_TEXT FROM DUAL"
      : "SELECT UTC_TIMESTAMP() AS NOW_TEXT";
  const rows = await cluster.read(sql, DOING);
  return asMs(rows[0]?.NOW_TEXT ?? "");
}

const DOING = "asking for the server's time";
