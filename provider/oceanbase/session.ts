import { setTimeout as pause } from "node:timers/promises";
import { DriverConnection, type DriverFailure, type Row } from "./driver";
import { connectionError, isWorthRepeating, networkMeaning, OceanBaseError, serverError } from "./errors";
import { type Endpoint, endpointText, type Login, loginName } from "./login";

export type { Row } from "./driver";

/** Whoever can be asked. */
export interface Reader {
  /** Who talks to whom, for messages: `root@sys at db1:2881`. */
  readonly address: string;
  /**
   * Rows of a query. A lost connection is made again and a busy server asked again, with growing pauses, until
   * `untilMs` (milliseconds since 1970).
   *
   * @param doing what the query is for, as a message would begin: `reading the backup jobs`
   */
  read(sql: string, doing: string, untilMs: number): Promise<Row[]>;
}

/** One conversation with one tenant of one cluster. */
export interface Session extends Reader {
  /**
   * From now on `check` has to agree with every new connection before anything else is said on it: behind an address
   * there may be another cluster by then.
   */
  checkNewConnections(check: (server: Reader) => Promise<void>): void;
  /**
   * Sends a control statement exactly once. When the connection ends before the reply, the error says
   * `outcomeUnknown`; whether to send again is for the caller to find out, not to guess.
   */
  send(sql: string, doing: string): Promise<void>;
  /** Ends the session. Never fails, never takes long. */
  close(): Promise<void>;
}

/**
 * Longest wait for one reply. It has to outlast the server's own limit (`ob_query_timeout`, 10 s by default, to
 * which an OBProxy adds up to 20 s), or the client gives up on statements that the server still answers.
 */
const REPLY_TIMEOUT_SECONDS = 40;

/** How much longer than the driver we wait for a login, so that its own failure, which says more, comes first. */
const LOGIN_GRACE_MS = 500;

/** Longest goodbye. */
const CLOSE_TIMEOUT_MS = 250;

/** Logs in. Fails after every endpoint was tried once, or at once when the server refuses the login. */
export async function openSession(login: Login, signal?: AbortSignal): Promise<Session> {
  const session = new ReconnectingSession(login, signal);
  await session.connect(Number.POSITIVE_INFINITY);
  return session;
}

class ReconnectingSession implements Session {
  private readonly login: Login;
  private readonly signal: AbortSignal | undefined;
  private connection: DriverConnection | undefined;
  private endpoint: Endpoint;
  private check: (server: Reader) => Promise<void> = async () => {};

  constructor(login: Login, signal: AbortSignal | undefined) {
    this.login = login;
    this.signal = signal;
    this.endpoint = login.endpoints[0];
  }

  get address(): string {
    return `${loginName(this.login)} at ${endpointText(this.endpoint)}`;
  }

  checkNewConnections(check: (server: Reader) => Promise<void>): void {
    this.check = check;
  }

  /** The connection as it is, or a new one to the first endpoint that answers. */
  async connect(untilMs: number): Promise<DriverConnection> {
    if (this.connection !== undefined && !this.connection.isOver) return this.connection;
    const failures: OceanBaseError[] = [];
    for (const endpoint of this.login.endpoints) {
      this.endpoint = endpoint;
      try {
        this.connection = await this.connectTo(endpoint, untilMs);
        return this.connection;
      } catch (error) {
        // A refused login is refused everywhere; a server that is away or not ready may have a neighbour.
        if (!isWorthRepeating(error)) throw error;
        failures.push(error as OceanBaseError);
      }
    }
    const [only, another] = failures;
    if (only !== undefined && another === undefined) throw only;
    const kind = failures.every((failure) => failure.kind === "unreachable") ? "unreachable" : "transient";
    throw new OceanBaseError(kind, failures.map((failure) => failure.message).join("; then "));
  }

  private async connectTo(endpoint: Endpoint, untilMs: number): Promise<DriverConnection> {
    const doing = `logging in as ${this.address}`;
    const timeoutMs = Math.max(1, Math.min(this.login.connectTimeoutSeconds * 1000, untilMs - Date.now()));
    const connection = new DriverConnection(this.login, endpoint, timeoutMs);
    try {
      await this.bounded(connection, connection.established(), timeoutMs + LOGIN_GRACE_MS, doing);
      await this.check({
        address: this.address,
        read: (sql, what, endMs) => this.query(connection, sql, what, endMs),
      });
      return connection;
    } catch (failure) {
      connection.destroy();
      throw failure instanceof OceanBaseError
        ? failure
        : connectionError(doing, this.scrubbed(failure as DriverFailure), timeoutMs);
    }
  }

  async read(sql: string, doing: string, untilMs: number): Promise<Row[]> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const connection = await this.connect(untilMs);
        return await this.query(connection, sql, doing, untilMs);
      } catch (error) {
        const delayMs = backoffMs(attempt);
        if (!isWorthRepeating(error) || Date.now() + delayMs >= untilMs) throw error;
        await this.pause(delayMs, doing);
      }
    }
  }

  async send(sql: string, doing: string): Promise<void> {
    const connection = await this.connect(Number.POSITIVE_INFINITY);
    await this.query(connection, sql, doing, Number.POSITIVE_INFINITY);
  }

  private async query(
    connection: DriverConnection,
    sql: string,
    what: string,
    untilMs: number,
  ): Promise<Row[]> {
    const doing = `${what} as ${this.address}`;
    const replyTimeoutMs = (this.login.replyTimeoutSeconds ?? REPLY_TIMEOUT_SECONDS) * 1000;
    const timeoutMs = Math.min(replyTimeoutMs, Math.max(1, untilMs - Date.now()));
    try {
      return await this.bounded(connection, connection.query(sql), timeoutMs, doing);
    } catch (failure) {
      if (failure instanceof OceanBaseError) throw failure;
      const driver = this.scrubbed(failure as DriverFailure);
      if (driver.fatal || endsSession(driver)) connection.destroy();
      if (!driver.fatal && driver.sqlMessage !== undefined) throw serverError(doing, driver, "statement");
      throw new OceanBaseError("unreachable", `${doing}: ${networkMeaning(driver)}`, {
        outcomeUnknown: true,
      });
    }
  }

  /** Waits for the driver, but not for ever: neither a silent server nor a caller that gives up keeps us here. */
  private bounded<T>(
    connection: DriverConnection,
    work: Promise<T>,
    timeoutMs: number,
    doing: string,
  ): Promise<T> {
    const { signal } = this;
    return new Promise<T>((resolve, reject) => {
      const giveUp = (kind: "aborted" | "unreachable", why: string) => {
        connection.destroy();
        reject(new OceanBaseError(kind, `${doing}: ${why}`, { outcomeUnknown: true }));
      };
      const onAbort = () => giveUp("aborted", "given up on request");
      const onTimeout = () => giveUp("unreachable", `no reply within ${Math.ceil(timeoutMs / 1000)} s`);
      const timer = setTimeout(onTimeout, timeoutMs);
      signal?.addEventListener("abort", onAbort, { once: true });
      if (signal?.aborted) onAbort();
      work.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      });
    });
  }

  private async pause(ms: number, doing: string): Promise<void> {
    try {
      await pause(ms, undefined, this.signal ? { signal: this.signal } : {});
    } catch {
      throw new OceanBaseError("aborted", `${doing} as ${this.address}: given up on request`);
    }
  }

  async close(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    if (connection === undefined || connection.isOver) return;
    const goodbye = connection.end().catch(() => {});
    await Promise.race([goodbye, pause(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    connection.destroy();
  }

  /** A server never has a reason to repeat a password, nor to write a book; should one do it, nobody reads it here. */
  private scrubbed(failure: DriverFailure): DriverFailure {
    const { password } = this.login;
    const scrub = (text: string) =>
      (password === undefined || password.length < 4 ? text : text.replaceAll(password, "***")).slice(0, 500);
    return {
      ...(failure.code === undefined ? {} : { code: failure.code }),
      ...(failure.errno === undefined ? {} : { errno: failure.errno }),
      ...(failure.fatal === undefined ? {} : { fatal: failure.fatal }),
      ...(failure.sqlMessage === undefined ? {} : { sqlMessage: scrub(failure.sqlMessage) }),
      ...(failure.message === undefined ? {} : { message: scrub(failure.message) }),
    };
  }
}

/** Sessions that the server ends together with the error; all 8xxx errors are of that kind. */
function endsSession({ errno = 0 }: DriverFailure): boolean {
  return errno === 4064 || errno === 5066 || (errno >= 8000 && errno < 9000);
}

/** Grows from 0.25 s to 5 s, and is never the same for two who wait: half of it is chance. */
function backoffMs(attempt: number): number {
  const fullMs = Math.min(250 * 2 ** attempt, 5000);
  return fullMs / 2 + Math.random() * (fullMs / 2);
}
