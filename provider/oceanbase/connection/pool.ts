import { connectionError, isWorthRepeating, noAnswerError, OceanBaseError, serverError } from "../errors";
import { DriverConnection, type DriverFailure, type Row } from "./driver";
import { type Endpoint, endpointText, type Login, loginName } from "./login";

/**
 * Longest wait for one reply. It has to outlast the server's own limit (`ob_query_timeout`, 10 s by default, to
 * which an OBProxy adds up to 20 s), or the client gives up on statements that the server still answers.
 */
const REPLY_TIMEOUT_SECONDS = 40;

/** Most connections for one login, however many resources of a process use it at the same time. */
export const MAX_CONNECTIONS = 4;

/** Stands in the queue for a ping, which is no statement. */
const SIGN_OF_LIFE = "";

/** For how long a server that had no further connection to spare is not asked for one again. */
const CONTENT_MS = 5_000;

/** How much longer than the driver we wait for a login, so that its own failure, which says more, comes first. */
const LOGIN_GRACE_MS = 500;

/** Longest goodbye. */
const CLOSE_TIMEOUT_MS = 250;

/** Asks something on a connection that nobody else uses yet. */
export type AskOnNewConnection = (sql: string, doing: string, untilMs: number) => Promise<Row[]>;

/** Somebody who waits for a reply. */
interface Waiter {
  resolve(rows: Row[]): void;
  reject(failure: unknown): void;
}

/** Something that was asked for. */
export interface PendingReply {
  rows: Promise<Row[]>;
  /** Ends when it has been sent. */
  sent: Promise<void>;
  /** Waits no longer; says whether it had been sent. */
  giveUp(): boolean;
}

/** Something to be sent, once, for everybody who waits for it. */
interface Task {
  sql: string;
  waiters: Set<Waiter>;
  /** Ends when it is sent; from then on it is the server that keeps the reply back, before that it is our own queue. */
  sent: PromiseWithResolvers<void>;
  /** The connection it was sent on; undefined while it is in the queue. */
  connection: DriverConnection | undefined;
}

/**
 * The connections of one login, shared by all resources of the process that use it: two hundred waits for one cluster
 * need no two hundred sessions.
 *
 * A query that has not been sent yet serves everybody who asks the same meanwhile. One that is on its way serves
 * nobody who comes later: what they have done since may not be in its answer.
 */
export class ConnectionPool {
  readonly login: Login;
  /** The server that the last connection was made to. */
  endpoint: Endpoint;
  private check: ((ask: AskOnNewConnection, address: string) => Promise<void>) | undefined;
  /** Until then what there is has to do, in milliseconds since 1970: the server had no further connection for us. */
  private contentUntilMs = 0;
  /** Connections that are being made. */
  private readonly attempts = new Set<AbortController>();
  private readonly queue: Task[] = [];
  private readonly connectWaiters = new Set<Waiter>();
  /** The last answer to each query that an answer of a moment ago is good enough for. */
  private readonly recent = new Map<string, { sentAtMs: number; rows: Promise<Row[]> }>();
  private readonly idle: DriverConnection[] = [];
  private readonly open = new Set<DriverConnection>();
  private connecting = 0;
  private isClosed = false;

  constructor(login: Login) {
    this.login = login;
    this.endpoint = login.endpoints[0];
  }

  /** Who talks to whom, for messages: `root@sys at db1:2881`. */
  get address(): string {
    return `${loginName(this.login)} at ${endpointText(this.endpoint)}`;
  }

  /**
   * Has to agree with every new connection before anything else is said on it. Until it is known there is only one: a
   * second endpoint could be another cluster.
   */
  checkNewConnections(check: (ask: AskOnNewConnection, address: string) => Promise<void>): void {
    this.check = check;
    this.work();
  }

  /** Nobody is left who knows which cluster this has to be: until somebody does again there is no further connection. */
  forgetCheck(): void {
    this.check = undefined;
  }

  /** How many connections there may be right now. */
  private get limit(): number {
    if (this.open.size === 0 || this.check === undefined) return 1;
    return Date.now() < this.contentUntilMs ? this.open.size : MAX_CONNECTIONS;
  }

  /**
   * Ends when there is a connection that has just given a sign of life, or with what keeps it from being made: whoever
   * begins has to know whether the cluster is there.
   */
  async connected(signal?: AbortSignal): Promise<void> {
    for (const connection of this.open) if (connection.isOver) this.open.delete(connection);
    // Each turn ends with an answer, with the caller gone, or with one connection less.
    while (this.open.size > 0 && !signal?.aborted) {
      const timeoutMs = this.login.connectTimeoutSeconds * 1000;
      const ping = this.query(SIGN_OF_LIFE, "first");
      const answer = await inTime(ping, timeoutMs, signal);
      if (answer === "answered") return;
      ping.giveUp();
      if (answer === "late") {
        const why = `no answer within ${timeoutMs / 1000} s; check connection.host, connection.port and firewalls`;
        throw new OceanBaseError("unreachable", `asking ${this.address} for a sign of life: ${why}`);
      }
    }
    if (signal?.aborted) return;
    const { promise, waiter } = newWaiter();
    this.connectWaiters.add(waiter);
    const giveUp = () => {
      this.connectWaiters.delete(waiter);
      this.stopVainAttempts();
    };
    signal?.addEventListener("abort", giveUp, { once: true });
    if (this.connecting === 0) this.connect();
    try {
      await promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  /** A connection that nobody waits for any more is not made. */
  private stopVainAttempts(): void {
    if (this.connectWaiters.size > 0 || this.queue.length > 0) return;
    for (const attempt of this.attempts) attempt.abort();
  }

  /** An answer to the same query that was sent no longer ago than this, if there is one. */
  recentAnswer(sql: string, maxAgeMs: number): Promise<Row[]> | undefined {
    const answer = this.recent.get(sql);
    return answer !== undefined && Date.now() - answer.sentAtMs <= maxAgeMs ? answer.rows : undefined;
  }

  /** From now on this is the last answer to the query; one that fails is none. */
  remember(sql: string, rows: Promise<Row[]>): void {
    const answer = { sentAtMs: Date.now(), rows };
    this.recent.set(sql, answer);
    rows.catch(() => {
      if (this.recent.get(sql) === answer) this.recent.delete(sql);
    });
  }

  /**
   * Sends a query, or joins one that is about to be sent. Fails with what the driver says, or with an OceanBaseError
   * when no connection can be had.
   *
   * @param turn `shared`: in its turn, for everybody who asks the same until then. `own`: in its turn, for nobody else.
   *   `first`: shared, and before everything else that waits
   */
  query(sql: string, turn: "shared" | "own" | "first"): PendingReply {
    let task = turn === "own" ? undefined : this.queue.find((queued) => queued.sql === sql);
    if (task === undefined) {
      task = { sql, waiters: new Set(), sent: Promise.withResolvers(), connection: undefined };
      if (turn === "first") this.queue.unshift(task);
      else this.queue.push(task);
    }
    const joined = task;
    const { promise, waiter } = newWaiter();
    joined.waiters.add(waiter);
    this.work();
    return { rows: promise, sent: joined.sent.promise, giveUp: () => this.leave(joined, waiter) };
  }

  /** A query that nobody waits for any more is not sent; one that was keeps its connection busy, so that one is cut. */
  private leave(task: Task, waiter: Waiter): boolean {
    const wasSent = task.connection !== undefined;
    task.waiters.delete(waiter);
    if (task.waiters.size > 0) return wasSent;
    const at = this.queue.indexOf(task);
    if (at >= 0) this.queue.splice(at, 1);
    task.connection?.destroy();
    this.stopVainAttempts();
    return wasSent;
  }

  /** Gives what is queued to connections that have nothing to do, and makes new ones as long as that is allowed. */
  private work(): void {
    for (;;) {
      const connection = this.idle.pop();
      if (connection === undefined) break;
      if (connection.isOver) {
        this.open.delete(connection);
        continue;
      }
      const task = this.queue.shift();
      if (task === undefined) {
        this.idle.push(connection);
        return;
      }
      this.send(task, connection);
    }
    for (const connection of this.open) if (connection.isOver) this.open.delete(connection);
    while (this.connecting < this.queue.length && this.open.size + this.connecting < this.limit)
      this.connect();
  }

  private send(task: Task, connection: DriverConnection): void {
    task.connection = connection;
    task.sent.resolve();
    const work = task.sql === SIGN_OF_LIFE ? signOfLife(connection) : connection.query(task.sql);
    work.then(
      (rows: Row[]) => {
        for (const waiter of task.waiters) waiter.resolve(rows);
        this.release(connection);
      },
      (failure: DriverFailure) => {
        if (failure.fatal || endsSession(failure)) connection.destroy();
        for (const waiter of task.waiters) waiter.reject(failure);
        this.release(connection);
      },
    );
  }

  private release(connection: DriverConnection): void {
    if (this.isClosed) connection.destroy();
    if (connection.isOver) this.open.delete(connection);
    else this.idle.push(connection);
    this.work();
  }

  private connect(): void {
    this.connecting += 1;
    const attempt = new AbortController();
    this.attempts.add(attempt);
    this.connectToAny(attempt.signal)
      .finally(() => this.attempts.delete(attempt))
      .then(
        (connection) => {
          this.connecting -= 1;
          // A server that was lost may have come back another one.
          if (this.open.size === 0) this.recent.clear();
          this.open.add(connection);
          for (const waiter of this.connectWaiters) waiter.resolve([]);
          this.connectWaiters.clear();
          this.release(connection);
        },
        (failure: unknown) => {
          this.connecting -= 1;
          if (attempt.signal.aborted) return this.connectForNewcomers();
          const others = [...this.open].filter((connection) => !connection.isOver).length + this.connecting;
          this.contentUntilMs = Date.now() + CONTENT_MS;
          if (others > 0) return;
          // Whoever waits now would only wait for the same failure again, one after the other.
          for (const task of this.queue.splice(0)) for (const waiter of task.waiters) waiter.reject(failure);
          for (const waiter of this.connectWaiters) waiter.reject(failure);
          this.connectWaiters.clear();
        },
      );
  }

  /** Whoever waits now has come after a vain attempt was stopped; how that one ended is not their concern. */
  private connectForNewcomers(): void {
    if (this.connecting === 0 && this.connectWaiters.size > 0) this.connect();
    else this.work();
  }

  /** A new connection to the first endpoint that answers. */
  private async connectToAny(signal: AbortSignal): Promise<DriverConnection> {
    const failures: OceanBaseError[] = [];
    for (const endpoint of this.login.endpoints) {
      try {
        const connection = await this.connectTo(endpoint, signal);
        this.endpoint = endpoint;
        return connection;
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

  private async connectTo(endpoint: Endpoint, signal: AbortSignal): Promise<DriverConnection> {
    const address = `${loginName(this.login)} at ${endpointText(endpoint)}`;
    const doing = `logging in as ${address}`;
    const timeoutMs = this.login.connectTimeoutSeconds * 1000;
    const connection = new DriverConnection(this.login, endpoint, timeoutMs);
    const cut = () => connection.destroy();
    signal.addEventListener("abort", cut, { once: true });
    try {
      await withinTime(connection, connection.established(), timeoutMs + LOGIN_GRACE_MS, doing);
      await this.check?.(
        (sql, what, untilMs) =>
          withinTime(
            connection,
            connection.query(sql),
            Math.max(1, untilMs - Date.now()),
            `${what} as ${address}`,
          ).catch((failure: unknown) => {
            throw this.statementError(failure, what, address);
          }),
        address,
      );
      // One that ended at once is none. Who took it for one would make the next at once, hundreds in a second.
      if (connection.isOver) throw { code: "ECONNRESET" } satisfies DriverFailure;
      return connection;
    } catch (failure) {
      connection.destroy();
      throw failure instanceof OceanBaseError
        ? failure
        : connectionError(doing, this.scrubbed(failure as DriverFailure), timeoutMs);
    } finally {
      signal.removeEventListener("abort", cut);
    }
  }

  /** A failure of a query in words. */
  statementError(failure: unknown, what: string, address = this.address): OceanBaseError {
    if (failure instanceof OceanBaseError) return failure;
    const doing = `${what} as ${address}`;
    const driver = this.scrubbed(failure as DriverFailure);
    if (!driver.fatal && driver.sqlMessage !== undefined) return serverError(doing, driver, "statement");
    return noAnswerError(doing, driver);
  }

  /** How long one reply is waited for. */
  get replyTimeoutMs(): number {
    return (this.login.replyTimeoutSeconds ?? REPLY_TIMEOUT_SECONDS) * 1000;
  }

  /** Whether idle connections are a reason for the process to live on. */
  keepProcessAlive(alive: boolean): void {
    for (const connection of this.open) connection.keepProcessAlive(alive);
  }

  /** Ends every connection. Never fails, never takes long. */
  async close(): Promise<void> {
    this.isClosed = true;
    const open = [...this.open].filter((connection) => !connection.isOver);
    this.open.clear();
    this.idle.length = 0;
    await Promise.all(
      open.map(async (connection) => {
        const goodbye = connection.end().catch(() => {});
        let timer: NodeJS.Timeout | undefined;
        const enough = new Promise<void>((resolve) => {
          timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
        });
        await Promise.race([goodbye, enough]);
        clearTimeout(timer);
        connection.destroy();
      }),
    );
  }

  /** A server never has a reason to repeat a password, nor to write a book; should one do it, nobody reads it here. */
  private scrubbed(failure: DriverFailure): DriverFailure {
    const { password = "" } = this.login;
    const scrub = (text: string) => {
      if (password === "" || !text.includes(password)) return text.slice(0, 500);
      // What a short password is struck out of can be guessed from what is left.
      return password.length < 4 ? "*** (not shown)" : text.replaceAll(password, "***").slice(0, 500);
    };
    return {
      ...(failure.code === undefined ? {} : { code: failure.code }),
      ...(failure.errno === undefined ? {} : { errno: failure.errno }),
      ...(failure.fatal === undefined ? {} : { fatal: failure.fatal }),
      ...(failure.sqlMessage === undefined ? {} : { sqlMessage: scrub(failure.sqlMessage) }),
      ...(failure.message === undefined ? {} : { message: scrub(failure.message) }),
    };
  }
}

/** A promise for somebody who may give up: then nobody is left to hear of its failure. */
function newWaiter(): { promise: Promise<Row[]>; waiter: Waiter } {
  const { promise, resolve, reject } = Promise.withResolvers<Row[]>();
  promise.catch(() => {});
  return { promise, waiter: { resolve, reject } };
}

/** A server that answers with an error is alive, too, unless it ends the session with it. */
async function signOfLife(connection: DriverConnection): Promise<Row[]> {
  await connection.ping().catch((failure: DriverFailure) => {
    if (failure.sqlMessage === undefined || failure.fatal || endsSession(failure)) {
      // Whatever it was: the next one who asks must not be given this connection.
      connection.destroy();
      throw failure;
    }
  });
  return [];
}

/** Waits for an answer, whatever it is, for a time that begins when the question has been sent. */
function inTime(
  { rows, sent }: PendingReply,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<"answered" | "failed" | "late" | "aborted"> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    let isSettled = false;
    const settle = (answer: "answered" | "failed" | "late" | "aborted") => {
      isSettled = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      resolve(answer);
    };
    const onAbort = () => settle("aborted");
    sent.then(() => {
      if (!isSettled) timer = setTimeout(() => settle("late"), timeoutMs);
    });
    signal?.addEventListener("abort", onAbort, { once: true });
    rows.then(
      () => settle("answered"),
      () => settle("failed"),
    );
  });
}

/** Waits for the driver, but not for ever; a connection that took too long is cut. */
function withinTime<T>(
  connection: DriverConnection,
  work: Promise<T>,
  timeoutMs: number,
  doing: string,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      connection.destroy();
      reject(new OceanBaseError("unreachable", `${doing}: ${noReplyText(timeoutMs)}`));
    }, timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** `no reply within 3 s`. */
export function noReplyText(timeoutMs: number): string {
  return `no reply within ${Math.ceil(timeoutMs / 1000)} s`;
}

/** Sessions that the server ends together with the error; all 8xxx errors are of that kind. */
function endsSession({ errno = 0 }: DriverFailure): boolean {
  return errno === 4064 || errno === 5066 || (errno >= 8000 && errno < 9000);
}
