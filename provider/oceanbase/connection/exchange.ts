import { OceanBaseError } from "../errors";
import { noReplyText } from "./connect";
import type { Connection, DriverFailure, Row } from "./driver";
import { endsSession, redacted, statementError } from "./failures";
import { replyTimeoutMs } from "./login";
import type { SharedLogin } from "./sharedLogin";
import { withinTime } from "./withinTime";

/**
 * Sends one statement on a connection of the pool and waits for the reply; the time for it begins when it is sent, so
 * waiting for a connection is not taken for the server's silence.
 *
 * @param what what the statement is for, as a message begins
 * @param sent called when the statement is sent
 */
export async function exchange(
  shared: SharedLogin,
  sql: string,
  what: string,
  signal: AbortSignal | undefined,
  sent: () => void = () => {},
): Promise<Row[]> {
  const { login, pool } = shared;
  // By then the connection may be one to another endpoint.
  const doing = () => `${what} as ${shared.address}`;
  try {
    return await pool.use(signal, async (connection) => {
      sent();
      return await reply(connection, connection.query(sql), doing(), replyTimeoutMs(login), signal);
    });
  } catch (failure) {
    if (failure instanceof OceanBaseError) throw failure;
    if (signal?.aborted && failure === signal.reason) throw cancelled(doing());
    throw statementError(doing(), redacted(failure as DriverFailure, login.password));
  }
}

/** A connection that a failure of this kind leaves unusable is cut, so that no other caller gets it. */
async function reply(
  connection: Connection,
  rows: Promise<Row[]>,
  doing: string,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<Row[]> {
  try {
    return await withinTime(rows, { ms, signal }, (why) => {
      connection.destroy();
      const details = { outcomeUnknown: true };
      if (why === "aborted") return cancelled(doing, details);
      return new OceanBaseError("unreachable", `${doing}: ${noReplyText(ms)}`, details);
    });
  } catch (failure) {
    if (isFatal(failure)) connection.destroy();
    throw failure;
  }
}

/**
 * Makes sure that a server answers now, on a connection that was kept or is made. A connection that was just made has
 * answered.
 */
export async function ping(shared: SharedLogin, signal: AbortSignal | undefined): Promise<void> {
  const ms = shared.login.connectTimeoutSeconds * 1000;
  const isAnswered = () =>
    shared.reads.join("ping", {
      maxAgeMs: 0,
      limit: { ms: Number.POSITIVE_INFINITY, signal },
      leave: () => cancelled(`logging in as ${shared.address}`),
      run: (sent, unused) =>
        shared.pool.use(unused, async (connection) => {
          sent();
          const wasJustMade = connection.isFresh;
          connection.isFresh = false;
          return wasJustMade || (await isAlive(connection, shared.address, ms));
        }),
    });
  // Each turn ends with an answer, or with one connection less.
  while (!(await isAnswered()));
}

/** A server that answers with an error is there, unless it ends the session with it. */
async function isAlive(connection: Connection, address: string, timeoutMs: number): Promise<boolean> {
  const why = `no answer within ${timeoutMs / 1000} s; check connection.host, connection.port and firewalls`;
  try {
    await withinTime(connection.ping(), { ms: timeoutMs }, () => {
      connection.destroy();
      return new OceanBaseError("unreachable", `pinging ${address}: ${why}`);
    });
    return true;
  } catch (failure) {
    if (failure instanceof OceanBaseError) throw failure;
    const isAnswer = (failure as DriverFailure).sqlMessage !== undefined && !isFatal(failure);
    if (!isAnswer) connection.destroy();
    return isAnswer;
  }
}

/** The error for something that the caller has cancelled. */
export function cancelled(doing: string, details: { outcomeUnknown?: boolean } = {}): OceanBaseError {
  return new OceanBaseError("aborted", `${doing}: cancelled by the caller`, details);
}

function isFatal(failure: unknown): boolean {
  return (failure as DriverFailure).fatal === true || endsSession(failure as DriverFailure);
}
