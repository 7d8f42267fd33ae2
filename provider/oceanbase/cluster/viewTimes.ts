import type { Row } from "../connection/driver";
import type { Server } from "./server";
import { hasKnownOracleViewZone } from "./versions";

/*
 * Times as the backup views print them: counting with them, and the zone they are in.
 */

/** In Oracle mode the backup views print moments in this zone, whatever the session's is. Fact: oracle-view-times */
export const ORACLE_VIEWS_AHEAD_OF_UTC_MS = 8 * 3600_000;

/** The columns that {@link mysqlUtcOffset} reads. */
export const UTC_OFFSET_COLUMNS = "NOW() AS NOW_TEXT, UTC_TIMESTAMP() AS UTC_TEXT";

/** How far a MySQL-mode session's times are ahead of UTC, as {@link Server.utcOffset} has it. Facts: mysql-view-times, utc-clock */
export function mysqlUtcOffset(row: Row | undefined): string {
  const [now, utc] = [asMs(row?.NOW_TEXT ?? ""), asMs(row?.UTC_TEXT ?? "")];
  return now === undefined || utc === undefined ? "" : offsetText(now - utc);
}

/** The same in Oracle mode. Fact: oracle-view-times */
export function oracleUtcOffset(server: Pick<Server, "version">): string {
  return hasKnownOracleViewZone(server) ? offsetText(ORACLE_VIEWS_AHEAD_OF_UTC_MS) : "";
}

function offsetText(aheadMs: number): string {
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  const twoDigits = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${aheadMs < 0 ? "-" : "+"}${twoDigits(minutes / 60)}:${twoDigits(minutes % 60)}`;
}

/**
 * A time of a backup view as ISO 8601 with the server's offset, every digit kept; as the server prints it where the offset is
 * not known. In a zone with summer time the offset is that of the moment of asking.
 */
export function zoned(time: string, { utcOffset }: Pick<Server, "utcOffset">): string {
  const isTime = utcOffset !== "" && /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?$/.test(time);
  return isTime ? `${time.replace(" ", "T")}${utcOffset}` : time;
}

/** Whole seconds from one time to another as the server prints them; undefined when one of them is no time. */
export function secondsBetween(earlier: string, later: string): number | undefined {
  const [from, to] = [asMs(earlier), asMs(later)];
  if (from === undefined || to === undefined) return undefined;
  // The server's clock is cut to seconds: a moment of the same second may lie a fraction ahead of it.
  return Math.max(0, Math.floor((to - from) / 1000));
}

/** A time as the server prints it, to the second, so much later; undefined when it is no time, or too far away for one. */
export function laterBy(time: string, ms: number): string | undefined {
  const fromMs = asMs(time);
  if (fromMs === undefined) return undefined;
  const later = new Date(fromMs + ms);
  return Number.isNaN(later.getTime()) ? undefined : later.toISOString().slice(0, 19).replace("T", " ");
}

/** Both times are of the same zone, so any will do to count with. */
export function asMs(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d{1,3})?/.exec(text);
  if (match === null) return undefined;
  const ms = Date.parse(`${match[1]}T${match[2]}${match[3] ?? ""}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
