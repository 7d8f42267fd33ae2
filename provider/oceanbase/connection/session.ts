import { setTimeout as pause } from "node:timers/promises";
import { isWorthRepeating, OceanBaseError } from "../errors";
import { backoffMs } from "./backoff";
import type { Row } from "./driver";
import type { Login } from "./login";
import { ConnectionPool, noReplyText } from "./pool";

export type { Row } from "./driver";

/** Whoever can be asked. */
export interface Reader {
  /** Who talks to whom, for messages: `root@sys at db1:2881`. */
  readonly address: string;
  /**
   * Rows of a query. A lost connection is made again and a busy server asked again, with growing pauses, until
   * `untilMs` (milliseconds since 1970). Who asks the same at the same time may get the same rows: read only.
   *
   * @param doing what the query is for, as a message would begin: `reading the backup jobs`
   * @param maxAgeMs how old the answer may be when somebody has asked the same already; default 0, a new one
   */
  read(sql: string, doing: string, untilMs: number, maxAgeMs?: number): Promise<Row[]>;
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
 * How long connections are kept for the next session of the same login: resources of a stack follow one another. They keep
 * no process from ending.
 */
const LINGER_MS = 500;

/** A pool, by how many sessions it is in use, and when it is to be closed because there are none. */
interface SharedPool {
  pool: ConnectionPool;
  sessions: number;
  closing?: NodeJS.Timeout;
}

/** The pools of this process, by login. */
const pools = new Map<string, SharedPool>();

/**
 * Logs in. Fails after every endpoint was tried once, or at once when the server refuses the login; a server that is busy
 * with itself is asked again, see {@link Login.connectTimeoutSeconds}. Sessions of the same login share their connections.
 */
export async function openSession(login: Login, signal?: AbortSignal): Promise<Session> {
  const key = JSON.stringify(login);
  const shared: SharedPool = pools.get(key) ?? { pool: new ConnectionPool(login), sessions: 0 };
  pools.set(key, shared);
  shared.sessions += 1;
  clearTimeout(shared.closing);
  shared.pool.keepProcessAlive(true);
  const session = new SharedSession(key, shared.pool, signal);
  try {
    await session.login();
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

class SharedSession implements Session {
  private readonly key: string;
  private readonly pool: ConnectionPool;
  private readonly signal: AbortSignal | undefined;
  private isClosed = false;

  constructor(key: string, pool: ConnectionPool, signal: AbortSignal | undefined) {
    this.key = key;
    this.pool = pool;
    this.signal = signal;
  }

  get address(): string {
    return this.pool.address;
  }

  checkNewConnections(check: (server: Reader) => Promise<void>): void {
    // One check speaks for all sessions: each of them has found the same cluster on the same connections.
    this.pool.checkNewConnections((ask, address) => check({ address, read: ask }));
  }

  /**
   * Makes sure that there is a connection. A server that answers and is busy with itself is asked again for as long as a
   * login may take; one that is away is not.
   */
  async login(): Promise<void> {
    const untilMs = Date.now() + this.pool.login.connectTimeoutSeconds * 1000;
    for (let attempt = 0; ; attempt += 1) {
      const doing = `logging in as ${this.address}`;
      if (this.signal?.aborted) throw this.givenUp(doing);
      try {
        const connected = { rows: this.pool.connected(this.signal), giveUp: () => {} };
        return await this.bounded(connected, Number.POSITIVE_INFINITY, doing);
      } catch (error) {
        const isBusy = error instanceof OceanBaseError && error.kind === "transient";
        const delayMs = backoffMs(attempt);
        if (!isBusy || Date.now() + delayMs >= untilMs) throw error;
        await this.pause(delayMs, doing);
      }
    }
  }

  async read(sql: string, doing: string, untilMs: number, maxAgeMs = 0): Promise<Row[]> {
    if (maxAgeMs === 0) return await this.readNow(sql, doing, untilMs);
    const recent = this.pool.recentAnswer(sql, maxAgeMs);
    if (recent !== undefined) {
      const answer = { rows: recent, giveUp: () => {} };
      const rows = await this.bounded(answer, untilMs, doing).catch(() => undefined);
      if (rows !== undefined) return rows;
    }
    const rows = this.readNow(sql, doing, untilMs);
    this.pool.remember(sql, rows);
    return await rows;
  }

  private async readNow(sql: string, doing: string, untilMs: number): Promise<Row[]> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.query(sql, doing, untilMs, "shared");
      } catch (error) {
        const delayMs = backoffMs(attempt);
        if (!isWorthRepeating(error) || Date.now() + delayMs >= untilMs) throw error;
        await this.pause(delayMs, `${doing} as ${this.address}`);
      }
    }
  }

  async send(sql: string, doing: string): Promise<void> {
    await this.query(sql, doing, Number.POSITIVE_INFINITY, "own");
  }

  private async query(sql: string, what: string, untilMs: number, turn: "shared" | "own"): Promise<Row[]> {
    const doing = `${what} as ${this.address}`;
    if (this.signal?.aborted) throw this.givenUp(doing);
    try {
      return await this.bounded(this.pool.query(sql, turn), untilMs, doing);
    } catch (failure) {
      throw this.pool.statementError(failure, what);
    }
  }

  private givenUp(doing: string): OceanBaseError {
    return new OceanBaseError("aborted", `${doing}: given up on request`);
  }

  /**
   * Waits, but not for ever: neither a silent server nor a caller that gives up keeps us here. The time for a reply
   * begins when the question has been sent: in a queue behind others it is not the server that is silent.
   */
  private bounded<T>(
    { rows, sent, giveUp }: { rows: Promise<T>; sent?: Promise<void>; giveUp: () => unknown },
    untilMs: number,
    doing: string,
  ): Promise<T> {
    const { signal } = this;
    return new Promise<T>((resolve, reject) => {
      const timers: NodeJS.Timeout[] = [];
      let isSettled = false;
      const settle = () => {
        isSettled = true;
        for (const timer of timers) clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      };
      const leave = (kind: "aborted" | "unreachable", why: string) => {
        settle();
        // What was never sent has done nothing.
        const outcomeUnknown = giveUp() === true;
        reject(new OceanBaseError(kind, `${doing}: ${why}`, { outcomeUnknown }));
      };
      const leaveAfter = (ms: number) => {
        if (!isSettled) timers.push(setTimeout(() => leave("unreachable", noReplyText(ms)), ms));
      };
      const onAbort = () => leave("aborted", "given up on request");
      if (Number.isFinite(untilMs)) leaveAfter(Math.max(1, untilMs - Date.now()));
      sent?.then(() => leaveAfter(this.pool.replyTimeoutMs));
      signal?.addEventListener("abort", onAbort, { once: true });
      if (signal?.aborted) onAbort();
      rows.then(resolve, reject).finally(settle);
    });
  }

  private async pause(ms: number, doing: string): Promise<void> {
    try {
      await pause(ms, undefined, this.signal ? { signal: this.signal } : {});
    } catch {
      throw this.givenUp(doing);
    }
  }

  async close(): Promise<void> {
    const shared = pools.get(this.key);
    if (this.isClosed || shared === undefined) return;
    this.isClosed = true;
    shared.sessions -= 1;
    if (shared.sessions > 0) return;
    shared.pool.keepProcessAlive(false);
    shared.pool.forgetCheck();
    shared.closing = setTimeout(() => {
      pools.delete(this.key);
      shared.pool.close();
    }, LINGER_MS);
    shared.closing.unref();
  }
}
