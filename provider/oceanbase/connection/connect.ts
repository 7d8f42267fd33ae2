import { OceanBaseError } from "../errors";
import { ask } from "./ask";
import { type Connection, openConnection, type Row } from "./driver";
import type { DriverFailure } from "./driverFailure";
import { isWorthRepeating, loginError, redacted } from "./failures";
import { type Endpoint, endpointText, type Login, loginName } from "./login";
import { type JoinedQuery, type Reader, type ReadOptions, sqlOf } from "./reader";

/** Has to agree with a new connection before anything else is sent on it: its address may be another cluster's by now. */
export type Verify = (server: Reader) => Promise<void>;

/** A new connection to the first endpoint that answers. */
export async function connectToAny(
  login: Login,
  verify: Verify | undefined,
  signal: AbortSignal,
): Promise<{ connection: Connection; address: string }> {
  const failures: OceanBaseError[] = [];
  for (const endpoint of login.endpoints) {
    try {
      const connection = await connectTo(login, endpoint, verify, signal);
      return { connection, address: addressText(login, endpoint) };
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
  let connection: Connection | undefined;
  try {
    connection = await openConnection(login, endpoint, { timeoutMs, signal });
    await verify?.(readerOn(connection, login, address, signal));
    // A server that ends each connection right after the login would be connected to hundreds of times in a second.
    if (connection.isOver) throw { code: "ECONNRESET" } satisfies DriverFailure;
    return connection;
  } catch (failure) {
    connection?.destroy();
    if (failure instanceof OceanBaseError) throw failure;
    const known = redacted(failure as DriverFailure, login.password);
    const endsInLineEnd = /[\r\n]$/.test(login.password ?? "");
    throw loginError(`logging in as ${address}`, known, { timeoutMs, endsInLineEnd });
  }
}

/** `root@sys at db1:2881`. */
export function addressText(login: Login, endpoint: Endpoint): string {
  return `${loginName(login)} at ${endpointText(endpoint)}`;
}

/** Asks one connection that nothing else uses yet, each query once. */
function readerOn(connection: Connection, login: Login, address: string, signal: AbortSignal): Reader {
  return {
    address,
    loginTenant: login.tenant,
    read: async <T = Row[]>(query: string | JoinedQuery, what: string, options: ReadOptions<T> = {}) => {
      const { parse = (rows) => rows as T } = options;
      return parse(await ask(connection, sqlOf(query), { login, doing: `${what} as ${address}`, signal }));
    },
  };
}
