import { OceanBaseError } from "../errors";
import { type Connection, type DriverFailure, openConnection, type Row } from "./driver";
import { isWorthRepeating, loginError, redacted, statementError } from "./failures";
import { type Endpoint, endpointText, type Login, loginName, replyTimeoutMs } from "./login";
import type { Reader, ReadOptions } from "./reader";
import { withinTime } from "./withinTime";

/** Has to agree with a new connection before anything else is sent on it: its address may be another cluster's by now. */
export type Verify = (server: Reader) => Promise<void>;

/** A new connection to the first endpoint that answers. */
export async function connectToAny(
  login: Login,
  verify: Verify | undefined,
  signal: AbortSignal,
): Promise<{ connection: Connection; endpoint: Endpoint }> {
  const failures: OceanBaseError[] = [];
  for (const endpoint of login.endpoints) {
    try {
      return { connection: await connectTo(login, endpoint, verify, signal), endpoint };
    } catch (error) {
      // A refused login is refused everywhere; a server that is away or not ready may have a neighbour.
      if (!isWorthRepeating(error) || signal.aborted) throw error;
      failures.push(error as OceanBaseError);
    }
  }
  const [only, another] = failures;
  if (only !== undefined && another === undefined) throw only;
  const kind = failures.every((failure) => failure.kind === "unreachable") ? "unreachable" : "transient";
  throw new OceanBaseError(kind, failures.map((failure) => failure.message).join("; then "));
}

async function connectTo(
  login: Login,
  endpoint: Endpoint,
  verify: Verify | undefined,
  signal: AbortSignal,
): Promise<Connection> {
  const address = addressText(login, endpoint);
  const timeoutMs = login.connectTimeoutSeconds * 1000;
  const doing = `logging in as ${address}`;
  let connection: Connection | undefined;
  try {
    connection = await openConnection(login, endpoint, { timeoutMs, signal });
    await verify?.(readerOn(connection, login, address, signal));
    // A server that ends each connection right after the login would be connected to hundreds of times in a second.
    if (connection.isOver) throw { code: "ECONNRESET" } satisfies DriverFailure;
    return connection;
  } catch (failure) {
    connection?.destroy();
    throw failure instanceof OceanBaseError
      ? failure
      : loginError(doing, redacted(failure as DriverFailure, login.password), timeoutMs);
  }
}

/** `root@sys at db1:2881`. */
export function addressText(login: Login, endpoint: Endpoint): string {
  return `${loginName(login)} at ${endpointText(endpoint)}`;
}

/** Asks one connection that nothing else uses yet, each query once. */
function readerOn(connection: Connection, login: Login, address: string, signal: AbortSignal): Reader {
  const ms = replyTimeoutMs(login);
  return {
    address,
    read: async <T = Row[]>(sql: string, what: string, options: ReadOptions<T> = {}) => {
      const { parse = (rows) => rows as T } = options;
      const doing = `${what} as ${address}`;
      try {
        const rows = await withinTime(connection.query(sql), { ms, signal }, () => {
          connection.destroy();
          return new OceanBaseError("unreachable", `${doing}: ${noReplyText(ms)}`);
        });
        return parse(rows);
      } catch (failure) {
        if (failure instanceof OceanBaseError) throw failure;
        throw statementError(doing, redacted(failure as DriverFailure, login.password));
      }
    },
  };
}

/** `no reply within 3 s`. */
export function noReplyText(timeoutMs: number): string {
  return `no reply within ${Math.ceil(timeoutMs / 1000)} s`;
}
