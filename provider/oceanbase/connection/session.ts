import { setTimeout as pause } from "node:timers/promises";
import { OceanBaseError } from "../errors";
import { backoffMs } from "./backoff";
import { addressText, connectToAny, noReplyText, type Verify } from "./connect";
import type { Connection, DriverFailure, Row } from "./driver";
import { endsSession, isWorthRepeating, redacted, statementError } from "./failures";
import { type Login, replyTimeoutMs } from "./login";
import { Pool } from "./pool";
import type { Reader, ReadOptions } from "./reader";
import { SharedReads } from "./sharedReads";
import { withinTime } from "./withinTime";

/** One conversation with one tenant of one cluster. */
export interface Session extends Reader {
  /**
   * Reads until the answer is there or the time is over: a lost connection is made again and a busy server asked again,
   * with growing pauses. Sessions of one login share answers.
   */
  read: Reader["read"];
  /**
   * Sends a control statement exactly once. When the connection ends before the reply, the error says `outcomeUnknown`;
   * whether to send again is for the caller to find out.
   */
  send(sql: string, doing: string): Promise<void>;
  /** The same session, whose reads have to end within this time from now. @default 30 s for each read */
  within(ms: number): Session;
  /** From now on every new connection has to be verified before anything else is sent on it. */
  verifyNewConnections(verify: Verify): void;
  /** Ends the session. Never fails, never takes long. */
  close(): void;
}

/** How a session ends before its work is done. */
export interface SessionControl {
  /** Aborted when the caller cancels. */
  signal?: AbortSignal | undefined;
  /** No read goes on after this moment, in milliseconds since 1970. */
  deadlineMs?: number | undefined;
}

/** Longest time for a read when nothing else is said. */
const READ_MS = 30_000;

/** Most connections for one login, however many resources of a process use it at the same time. */
export const MAX_CONNECTIONS = 4;

/** How long connections are kept for the next session of the same login: resources of a stack follow one another. */
const LINGER_MS = 500;

/** What the sessions of one login share. */
interface SharedLogin {
  login: Login;
  pool: Pool<Connection>;
  reads: SharedReads;
  /** The server that the last connection was made to, as {@link Reader.address}. */
  address: string;
  /** Until it is known there is one connection only: a second endpoint could be another cluster. */
  verify?: Verify | undefined;
  sessions: number;
  closing?: NodeJS.Timeout;
}

/** The logins of this process. */
const logins = new Map<string, SharedLogin>();

/**
 * Logs in. Fails after every endpoint was tried once, or at once when the server refuses the login; a server that is busy
 * with itself is asked again, see {@link Login.connectTimeoutSeconds}.
 */
export async function openSession(login: Login, control: SessionControl = {}): Promise<Session> {
  const key = JSON.stringify(login);
  const shared = logins.get(key) ?? newSharedLogin(login);
  logins.set(key, shared);
  shared.sessions += 1;
  clearTimeout(shared.closing);
  const session = new LoginSession(shared, control, () => leave(key, shared));
  try {
    await session.logIn();
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}

function newSharedLogin(login: Login): SharedLogin {
  const shared: SharedLogin = {
    login,
    reads: new SharedReads(),
    address: addressText(login, login.endpoints[0]),
    sessions: 0,
    pool: new Pool<Connection>({
      limit: () => (shared.verify === undefined ? 1 : MAX_CONNECTIONS),
      connect: async (signal) => {
        const { connection, endpoint } = await connectToAny(login, shared.verify, signal);
        if (shared.pool.size === 0) shared.reads.forget();
        shared.address = addressText(login, endpoint);
        return connection;
      },
    }),
  };
  return shared;
}

/** The last session takes its knowledge of the cluster along, and a moment later the connections are closed. */
function leave(key: string, shared: SharedLogin): void {
  shared.sessions -= 1;
  if (shared.sessions > 0) return;
  shared.verify = undefined;
  shared.closing = setTimeout(() => {
    logins.delete(key);
    shared.pool.close();
  }, LINGER_MS);
  shared.closing.unref();
}

class LoginSession implements Session {
  private readonly shared: SharedLogin;
  private readonly control: SessionControl;
  /** When reads have to end; undefined: each has {@link READ_MS}. */
  private readonly readDeadlineMs: number | undefined;
  private leave: () => void;

  constructor(shared: SharedLogin, control: SessionControl, leave: () => void, readDeadlineMs?: number) {
    this.shared = shared;
    this.control = control;
    this.leave = leave;
    this.readDeadlineMs = readDeadlineMs;
  }

  get address(): string {
    return this.shared.address;
  }

  within(ms: number): Session {
    const deadlineMs = Math.min(this.readDeadlineMs ?? Number.POSITIVE_INFINITY, Date.now() + ms);
    return new LoginSession(this.shared, this.control, () => {}, deadlineMs);
  }

  verifyNewConnections(verify: Verify): void {
    // One check speaks for all sessions: each of them has found the same cluster on the same connections.
    this.shared.verify = verify;
  }

  /** Makes sure that the server answers now. One that is busy is asked again; one that is away is not. */
  async logIn(): Promise<void> {
    const { connectTimeoutSeconds } = this.shared.login;
    const deadlineMs = Date.now() + connectTimeoutSeconds * 1000;
    await this.repeating(
      `logging in as ${this.address}`,
      deadlineMs,
      (error) => error.kind === "transient",
      () => this.ping(),
    );
  }

  async read<T = Row[]>(sql: string, what: string, options: ReadOptions<T> = {}): Promise<T> {
    const { deadlineMs: lastMs = Number.POSITIVE_INFINITY } = this.control;
    const deadlineMs = Math.min(this.readDeadlineMs ?? Date.now() + READ_MS, lastMs);
    const doing = `${what} as ${this.address}`;
    return await this.repeating(doing, deadlineMs, isWorthRepeating, () =>
      this.readOnce(sql, what, deadlineMs, options),
    );
  }

  async send(sql: string, what: string): Promise<void> {
    await this.use(this.control.signal, what, (connection) => connection.query(sql));
  }

  close(): void {
    this.leave();
    this.leave = () => {};
  }

  /** A connection that answers, kept open from before or just made. */
  private async ping(): Promise<void> {
    const { reads, login } = this.shared;
    const ms = login.connectTimeoutSeconds * 1000;
    // Each turn ends with an answer, or with one connection less.
    for (;;) {
      const isAnswered = await reads.join("ping", {
        maxAgeMs: 0,
        limit: { ms: Number.POSITIVE_INFINITY, signal: this.control.signal },
        leave: () => this.cancelled(`logging in as ${this.address}`),
        run: (sent, unused) =>
          this.shared.pool.use(unused, async (connection) => {
            sent();
            const isSureToAnswer = connection.isFresh;
            connection.isFresh = false;
            return isSureToAnswer || (await isAlive(connection, this.address, ms));
          }),
      });
      if (isAnswered) return;
    }
  }

  private async readOnce<T>(
    sql: string,
    what: string,
    deadlineMs: number,
    { parse = (rows) => rows as T, maxAgeMs = 0 }: ReadOptions<T>,
  ): Promise<T> {
    const doing = `${what} as ${this.address}`;
    const ms = deadlineMs - Date.now();
    return await this.shared.reads.join(sql, {
      maxAgeMs,
      limit: { ms, signal: this.control.signal },
      leave: (why) =>
        why === "aborted"
          ? this.cancelled(doing)
          : new OceanBaseError("unreachable", `${doing}: ${noReplyText(ms)}`),
      run: (sent, unused) =>
        this.use(unused, what, (connection) => {
          sent();
          return connection.query(sql);
        }).then(parse),
    });
  }

  /** Sends something on a connection, and waits for the reply; the time for it begins when it has been sent. */
  private async use(
    signal: AbortSignal | undefined,
    what: string,
    send: (connection: Connection) => Promise<Row[]>,
  ): Promise<Row[]> {
    const { pool, login } = this.shared;
    const ms = replyTimeoutMs(login);
    const doing = () => `${what} as ${this.address}`;
    try {
      return await pool.use(signal, async (connection) => {
        const reply = send(connection);
        try {
          return await withinTime(reply, { ms, signal }, (why) => {
            connection.destroy();
            return why === "aborted"
              ? this.cancelled(doing(), { outcomeUnknown: true })
              : new OceanBaseError("unreachable", `${doing()}: ${noReplyText(ms)}`, { outcomeUnknown: true });
          });
        } catch (failure) {
          if (isFatal(failure)) connection.destroy();
          throw failure;
        }
      });
    } catch (failure) {
      if (failure instanceof OceanBaseError) throw failure;
      if (signal?.aborted && failure === signal.reason) throw this.cancelled(doing());
      throw statementError(doing(), redacted(failure as DriverFailure, login.password));
    }
  }

  /** Tries again, with growing pauses, as long as failures are of this kind and there is time. */
  private async repeating<T>(
    doing: string,
    deadlineMs: number,
    isRepeated: (error: OceanBaseError) => boolean,
    attempt: () => Promise<T>,
  ): Promise<T> {
    const { signal } = this.control;
    for (let failures = 0; ; failures += 1) {
      if (signal?.aborted) throw this.cancelled(doing);
      try {
        return await attempt();
      } catch (error) {
        const delayMs = backoffMs(failures);
        const isHopeless = !(error instanceof OceanBaseError) || !isRepeated(error);
        if (isHopeless || Date.now() + delayMs >= deadlineMs) throw error;
        await pause(delayMs, undefined, signal ? { signal } : {}).catch(() => {
          throw this.cancelled(doing);
        });
      }
    }
  }

  private cancelled(doing: string, details: { outcomeUnknown?: boolean } = {}): OceanBaseError {
    return new OceanBaseError("aborted", `${doing}: cancelled by the caller`, details);
  }
}

/** Whether a connection is still there. A server that answers with an error is, unless it ends the session with it. */
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

function isFatal(failure: unknown): boolean {
  return (failure as DriverFailure).fatal === true || endsSession(failure as DriverFailure);
}
