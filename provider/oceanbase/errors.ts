import { oneLine } from "../text";

/**
 * What a failure means for the caller.
 *
 * - `input`: the request itself is wrong; nothing was sent.
 * - `unreachable`: there is no connection, or it was lost and could not be made again.
 * - `refused`: the server said no: login, privilege, name, locked tenant.
 * - `unsupported`: the server is not an OceanBase that can do this.
 * - `otherCluster`: the address answers, but it is not the cluster of the record any more.
 * - `transient`: the server is busy with itself (leader change, restart); the same request may succeed later.
 * - `timeout`: the jobs did not stop in time.
 * - `aborted`: cancelled by the caller.
 * - `server`: any other error the server reported.
 */
export type ErrorKind =
  | "input"
  | "unreachable"
  | "refused"
  | "unsupported"
  | "otherCluster"
  | "transient"
  | "timeout"
  | "aborted"
  | "server";

/** A server's answer to what was tried. */
export interface Answer {
  /** What was tried and where, such as `reading the tenants as root@sys at db1:2881`. */
  doing: string;
  /** The number as the server gave it. */
  number: string;
  /** The server's words. */
  text: string;
}

/**
 * The one error of this package: a single line for a person to act on, and what code has to know about it. Its first
 * clause, up to a semicolon, says what was tried, where, and what came of it; the server's own words and what to do follow.
 */
export class OceanBaseError extends Error {
  override readonly name = "OceanBaseError";
  readonly kind: ErrorKind;
  /** The server's error number, when the server answered. It decides: drivers give some numbers wrong names. */
  readonly errno: number | undefined;
  /** The request was sent and no answer came: it is unknown whether it took effect. */
  readonly outcomeUnknown: boolean;
  /** The server's answer, without what it means here; undefined where it means the same for every statement. */
  readonly answer: Answer | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    details: { errno?: number; outcomeUnknown?: boolean; answer?: Answer } = {},
  ) {
    super(oneLine(message));
    this.kind = kind;
    this.errno = details.errno;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
    this.answer = details.answer;
    // Pulumi's provider host prints the stack of what is thrown; the message is complete without it.
    this.stack = "";
  }

  override toString(): string {
    return this.message;
  }
}

/** Whether an error is this package's own and of one of these kinds. */
export function isOfKind(error: unknown, ...kinds: ErrorKind[]): boolean {
  return error instanceof OceanBaseError && kinds.includes(error.kind);
}
