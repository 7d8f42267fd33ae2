import { ask, cancelled, isAlive } from "./ask";
import { addressText, connectToAny, type Verify } from "./connect";
import type { Connection, Row } from "./driver";
import type { Handshake } from "./handshake";
import type { Login } from "./login";
import { Pool } from "./pool";
import { SharedReads } from "./sharedReads";

/** Most connections for one login, however many resources of a process use it at the same time. */
export const MAX_CONNECTIONS = 4;

/** How long connections are kept for the next session of the same login: resources of a stack follow one another. */
const LINGER_MS = 500;

/** The logins of this process. */
const logins = new Map<string, SharedLogin>();

/** What the sessions of one login share: connections, answers, and the check of new connections. */
export class SharedLogin {
  readonly login: Login;
  readonly reads = new SharedReads();
  /** Who talks to whom, by the server that the last connection was made to: `root@sys at db1:2881`. */
  address: string;
  /** How the last connection was made; undefined before the first. */
  handshake: Handshake | undefined;
  /** Until it is known there is one connection only: a second endpoint could be another cluster. */
  verify: Verify | undefined;
  private readonly pool: Pool<Connection>;
  private sessions = 0;
  private closing: NodeJS.Timeout | undefined;

  /** What is shared by a new session and all others of the same login. */
  static join(login: Login): SharedLogin {
    const key = JSON.stringify(login);
    const shared = logins.get(key) ?? new SharedLogin(login);
    logins.set(key, shared);
    shared.sessions += 1;
    clearTimeout(shared.closing);
    return shared;
  }

  private constructor(login: Login) {
    this.login = login;
    this.address = addressText(login, login.endpoints[0]);
    this.pool = new Pool<Connection>({
      limit: () => (this.verify === undefined ? 1 : MAX_CONNECTIONS),
      connect: async (signal) => {
        const { connection, address } = await connectToAny(login, this.verify, signal);
        // A server that was lost may have come back another one.
        if (this.pool.size === 0) this.reads.forget();
        this.address = address;
        this.handshake = connection.handshake;
        return connection;
      },
    });
  }

  /** Ends one session. The last one takes along what it knew of the cluster. */
  leave(): void {
    this.sessions -= 1;
    if (this.sessions > 0) return;
    this.verify = undefined;
    this.closing = setTimeout(() => {
      logins.delete(JSON.stringify(this.login));
      this.pool.close();
    }, LINGER_MS);
    this.closing.unref();
  }

  /**
   * Sends one statement on a connection of its own. The time for the reply begins when it is sent, so waiting for a
   * connection is not taken for the server's silence.
   *
   * @param sqlNow the statement, asked for when it is sent
   * @param what what the statement is for, as a message begins
   */
  async exchange(sqlNow: () => string, what: string, signal?: AbortSignal): Promise<Row[]> {
    // By then the connection may be one to another endpoint.
    const doing = () => `${what} as ${this.address}`;
    try {
      return await this.pool.use(signal, async (connection) => {
        return await ask(connection, sqlNow(), { login: this.login, doing: doing(), signal });
      });
    } catch (failure) {
      throw signal?.aborted && failure === signal.reason ? cancelled(doing()) : failure;
    }
  }

  /** Makes sure that the server answers now, on a connection that was kept or, having answered, was just made. */
  async ping(signal: AbortSignal | undefined): Promise<void> {
    const isAnswered = (sent: () => void, unused: AbortSignal) =>
      this.pool.use(unused, async (connection) => {
        sent();
        const wasJustMade = connection.isFresh;
        connection.isFresh = false;
        const { address, login } = this;
        return wasJustMade || (await isAlive(connection, address, login.connectTimeoutSeconds * 1000));
      });
    const options = {
      maxAgeMs: 0,
      limit: { ms: Number.POSITIVE_INFINITY, signal },
      leave: () => cancelled(`logging in as ${this.address}`),
      run: isAnswered,
    };
    // Each turn ends with an answer, or with one connection less.
    while (!(await this.reads.join("ping", options)));
  }
}
