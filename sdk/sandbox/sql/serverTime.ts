import { errors } from "../cluster/errors.ts";
import type { Mode, Token } from "./tokens.ts";

/**
 * The words of a query that ask for the server's time, in the engine's dialect; undefined for every other word.
 * The engine would answer some of them itself, with the wall clock; the cluster's clock runs apart from it.
 */
export function serverTimeWord(tokens: Token[], at: number, mode: Mode): string | undefined {
  const token = tokens[at] as Token;
  const isCall = tokens[at + 1]?.text === "(";
  switch (token.text.toUpperCase()) {
    case "CURRENT_TIMESTAMP":
      if (mode === "ORACLE" && !isArgumentOfToChar(tokens, at)) {
        // Bare, its text depends on the session's formats, which are not played here.
        throw errors.notSupported("CURRENT_TIMESTAMP outside of TO_CHAR not supported");
      }
      return "now()";
    case "SYSTIMESTAMP":
      if (mode === "MYSQL") return undefined;
      if (tokens[at - 1]?.text !== "(" || tokens[at - 2]?.text.toUpperCase() !== "SYS_EXTRACT_UTC") {
        throw errors.notSupported("SYSTIMESTAMP outside of SYS_EXTRACT_UTC not supported");
      }
      return "now()";
    case "SYS_EXTRACT_UTC":
      if (mode === "MYSQL" && isCall) throw errors.unknownFunction("sys_extract_utc");
      return undefined;
    case "UTC_TIMESTAMP":
      if (mode === "ORACLE" && isCall) throw errors.unknownFunction("utc_timestamp");
      return undefined;
    case "NOW":
      if (mode === "ORACLE" && isCall) throw errors.unknownFunction("now");
      return undefined;
    case "TO_CHAR":
      if (mode === "MYSQL" && isCall) throw errors.unknownFunction("to_char");
      return undefined;
    case "CURRENT_DATE":
    case "CURRENT_TIME":
      throw errors.notSupported(`${token.text} not supported`);
    default:
      return undefined;
  }
}

function isArgumentOfToChar(tokens: Token[], at: number): boolean {
  return tokens[at - 1]?.text === "(" && tokens[at - 2]?.text.toUpperCase() === "TO_CHAR";
}

const TO_THE_SECOND = "YYYY-MM-DD HH24:MI:SS";

/** Oracle mode's TO_CHAR of a moment, in the one format that is played. */
export function toChar(moment: string | null, format: string): string | null {
  if (format !== TO_THE_SECOND) throw errors.notSupported(`TO_CHAR with '${format}' not supported`);
  return moment;
}

/** What the server shows as its own time is eight hours ahead of UTC. */
export function toUtc(moment: string | null): string | null {
  if (moment === null) return null;
  const ms = Date.parse(`${moment.replace(" ", "T")}Z`) - 8 * 3600_000;
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
