import { OracleError, type ServerError } from "./errors.ts";

/** OceanBase's own codes where its error has a MySQL number; everywhere else the number is the code. */
const CODES: Readonly<Record<number, number>> = {
  1044: 5170,
  1045: 4043,
  1046: 5134,
  1047: 4118,
  1049: 5154,
  1065: 5253,
  1094: 4174,
  1142: 5171,
  1193: 5044,
  1203: 5059,
  1210: 4002,
  1226: 5967,
  1227: 5036,
  1232: 5180,
  1235: 4007,
  1317: 5065,
  3118: 5039,
};

/** The few errors that have an Oracle number of their own, and their texts there. */
const NUMBERS: Readonly<Record<number, readonly [errno: number, text: (message: string) => string]>> = {
  1054: [904, (message) => `invalid identifier ${quoted(message)} in 'field list'`],
  1062: [1, (message) => `unique constraint ${quoted(message)} for key 'PRIMARY' violated`],
  1064: [900, (message) => message],
  1146: [942, () => "table or view does not exist"],
  1205: [30006, () => "resource busy; acquire with WAIT timeout expired"],
  1213: [60, () => "deadlock detected while waiting for resource"],
  // Inferred: to the resolver an unknown function is a name that it cannot resolve.
  1305: [904, (message) => `invalid identifier '${/FUNCTION (\S+)/.exec(message)?.[1]}' in 'field list'`],
  1820: [28001, () => "the password has expired"],
  5360: [1031, () => "insufficient privileges"],
  5066: [1092, () => "OceanBase instance terminated. Disconnection forced"],
  6002: [24761, () => "transaction rolled back"],
};

/** Oracle numbers that a test may inject as they are; those below 1000 all are. */
const ORACLE_NUMBERS: ReadonlySet<number> = new Set([1031, 1092, 24761, 28001, 30006]);

/**
 * An error as a session of an Oracle-mode tenant gets it. Nearly all arrive as 600, and only the text has the code. A
 * text that another server has forwarded may lack the words around the code (inferred); then the code is lost.
 */
export function asOracleError(error: ServerError, isForwarded = false): ServerError {
  const { errno, sqlState, message } = error;
  if (error instanceof OracleError || errno < 1000 || ORACLE_NUMBERS.has(errno)) return error;
  if (isForwarded) return new OracleError(600, sqlState, message);
  const own = NUMBERS[errno];
  if (own !== undefined) {
    return new OracleError(own[0], sqlState, `ORA-${String(own[0]).padStart(5, "0")}: ${own[1](message)}`);
  }
  const code = CODES[errno] ?? errno;
  return new OracleError(600, sqlState, `ORA-00600: internal error code, arguments: -${code}, ${message}`);
}

/** The first text in quotes, with its quotes. */
function quoted(message: string): string {
  return /'[^']*'/.exec(message)?.[0] ?? "''";
}
