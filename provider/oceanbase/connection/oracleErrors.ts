import type { DriverFailure } from "./driverFailure";

/*
 * Sessions of an Oracle-mode tenant report nearly every error of OceanBase under a number of Oracle's. Here they get the
 * number back that a MySQL-mode session has for the same error, so that the rest of the package knows one numbering only.
 * Fact: oracle-mode-errors
 */

/** OceanBase's own codes that have a number of MySQL's in a MySQL-mode session; all others keep their own. */
const MYSQL_NUMBERS: Readonly<Record<number, number>> = {
  4002: 1210,
  4007: 1235,
  5001: 1064,
  5024: 1062,
  5036: 1227,
  5065: 1317,
  5171: 1142,
};

/**
 * Oracle's numbers that stand for one error: duplicate key, deadlock, syntax, session interrupted, rolled back, lock waited
 * for in vain. Fact: oracle-lock-errors
 */
const SINGLE_ERRORS: Readonly<Record<number, number>> = {
  1: 1062,
  60: 1213,
  900: 1064,
  1092: 5066,
  24761: 6002,
  30006: 1205,
};

/** The number of the internal error, ORA-00600, whose text holds OceanBase's own code. */
const INTERNAL_ERROR = 600;

/**
 * A failure of a statement with the number that a MySQL-mode session would have given it. An internal error whose code was
 * lost on the way keeps its number. Fact: lost-code
 */
export function inMysqlNumbers(failure: DriverFailure): DriverFailure {
  const { errno, sqlMessage = "" } = failure;
  if (errno === undefined) return failure;
  const own = /\barguments: -(\d+)/.exec(sqlMessage)?.[1];
  if (errno === INTERNAL_ERROR && own !== undefined) {
    const code = Number(own);
    return Object.assign(failure, {
      errno: MYSQL_NUMBERS[code] ?? code,
      reported: `${errno}, OceanBase's own -${own}`,
    });
  }
  const single = SINGLE_ERRORS[errno];
  return single === undefined ? failure : Object.assign(failure, { errno: single, reported: String(errno) });
}
