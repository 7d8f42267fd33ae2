import { OceanBaseError } from "../errors";
import type { Connection, Row } from "./driver";
import type { DriverFailure } from "./driverFailure";
import { endsSession, redacted, statementError } from "./failures";
import { type Login, replyTimeoutMs } from "./login";
import { withinTime } from "./withinTime";

/**
 * Sends one statement on a connection and waits for the reply. A failure that leaves the connection unusable cuts it, so
 * that no other caller gets it.
 *
 * @param doing what the statement is for and where, as a message begins
 */
export async function ask(
  connection: Connection,
  sql: string,
  { login, doing, signal }: { login: Login; doing: string; signal?: AbortSignal | undefined },
): Promise<Row[]> {
  const ms = replyTimeoutMs(login);
  try {
    return await withinTime(connection.query(sql), { ms, signal }, (why) => {
      connection.destroy();
      const details = { outcomeUnknown: true };
      return why === "aborted" ? cancelled(doing, details) : noReply(doing, ms, details);
    });
  } catch (failure) {
    if (failure instanceof OceanBaseError) throw failure;
    if (isFatal(failure)) connection.destroy();
    throw statementError(doing, redacted(failure as DriverFailure, login.password));
  }
}

/** Whether a connection still answers. An error is an answer, unless the server ends the session with it. */
export async function isAlive(connection: Connection, address: string, timeoutMs: number): Promise<boolean> {
  const advice = "check connection.host, connection.port and firewalls";
  try {
    await withinTime(connection.ping(), { ms: timeoutMs }, () => {
      connection.destroy();
      const why = `no answer within ${timeoutMs / 1000} s; ${advice}`;
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

/** The error for a reply that did not come in time. */
export function noReply(
  doing: string,
  ms: number,
  details: { outcomeUnknown?: boolean } = {},
): OceanBaseError {
  return new OceanBaseError("unreachable", `${doing}: no reply within ${Math.ceil(ms / 1000)} s`, details);
}

function isFatal(failure: unknown): boolean {
  return (failure as DriverFailure).fatal === true || endsSession(failure as DriverFailure);
}
