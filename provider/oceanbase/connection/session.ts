import { setImmediate as immediate, setTimeout as pause } from "node:timers/promises";
import { OceanBaseError } from "../errors";
import { cancelled, noReply } from "./ask";
import { backoffMs } from "./backoff";
import type { Verify } from "./connect";
import type { Row } from "./driver";
import { isWorthRepeating } from "./failures";
import type { Handshake } from "./handshake";
import type { Login } from "./login";
import type { JoinedQuery, Reader, ReadOptions } from "./reader";
import { SharedLogin } from "./sharedLogin";

/** One conversation with one tenant of one cluster. */
export interface Session extends Reader {
  /** How the last connection was made; undefined before the first. */
  readonly handshake: Handshake | undefined;
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
  /** From now on every new connection of this login has to be verified before anything else is sent on it. */
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
  /** Is told of every query and statement that goes out; none of them holds a secret. */
  debug?(text: string): void;
}

/** Longest time for a read when nothing else is said. */
const READ_MS = 30_000;

/**
 * Logs in. Fails after every endpoint was tried once, or at once when the server refuses the login; a server that is busy
 * with itself is asked again, see {@link Login.connectTimeoutSeconds}.
 */
export async function openSession(login: Login, control: SessionControl = {}): Promise<Session> {
  const shared = SharedLogin.join(login);
  const session = new LoginSession(shared, control, () => shared.leave());
  try {
    await session.logIn();
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}

class LoginSession implements Session {
  private readonly shared: SharedLogin;
  private readonly control: SessionControl;
  private leave: () => void;
  /** When reads have to end; undefined: each has {@link READ_MS}. */
  private readonly readUntilMs: number | undefined;

  constructor(shared: SharedLogin, control: SessionControl, leave: () => void, readUntilMs?: number) {
    this.shared = shared;
    this.control = control;
    this.leave = leave;
    this.readUntilMs = readUntilMs;
  }

  get address(): string {
    return this.shared.address;
  }

  get handshake(): Handshake | undefined {
    return this.shared.handshake;
  }

  get loginTenant(): string {
    return this.shared.login.tenant;
  }

  within(ms: number): Session {
    const { shared, control, readUntilMs = Number.POSITIVE_INFINITY } = this;
    return new LoginSession(shared, control, () => {}, Math.min(readUntilMs, Date.now() + ms));
  }

  verifyNewConnections(verify: Verify): void {
    // One check speaks for all sessions: each of them has found the same cluster on the same connections.
    this.shared.verify = verify;
  }

  /** Makes sure that the server answers now. One that is busy is asked again; one that is away is not. */
  async logIn(): Promise<void> {
    const doing = `logging in as ${this.address}`;
    const deadlineMs = Date.now() + this.shared.login.connectTimeoutSeconds * 1000;
    const isBusy = ({ kind }: OceanBaseError) => kind === "transient";
    await this.repeating(doing, deadlineMs, isBusy, () => this.shared.ping(this.control.signal));
  }

  async read<T = Row[]>(query: string | JoinedQuery, what: string, options: ReadOptions<T> = {}): Promise<T> {
    const { notRepeated } = options;
    const { deadlineMs: lastMs = Number.POSITIVE_INFINITY } = this.control;
    const deadlineMs = Math.min(this.readUntilMs ?? Date.now() + READ_MS, lastMs);
    const doing = `${what} as ${this.address}`;
    const isRepeated = (error: OceanBaseError) =>
      isWorthRepeating(error) && !notRepeated?.has(error.errno ?? 0);
    return await this.repeating(doing, deadlineMs, isRepeated, () =>
      this.readOnce(query, what, deadlineMs - Date.now(), options),
    );
  }

  async send(sql: string, what: string): Promise<void> {
    const sqlNow = () => {
      this.control.debug?.(`${what} as ${this.address}: ${sql}`);
      return sql;
    };
    await this.shared.exchange(sqlNow, what, this.control.signal);
  }

  close(): void {
    this.leave();
    this.leave = () => {};
  }

  private async readOnce<T>(
    query: string | JoinedQuery,
    what: string,
    ms: number,
    { parse = (rows) => rows as T, maxAgeMs = 0 }: ReadOptions<T>,
  ): Promise<T> {
    const { shared, control } = this;
    const doing = `${what} as ${this.address}`;
    const { key, ids, sqlFor } =
      typeof query === "string" ? { key: query, ids: [], sqlFor: () => query } : query;
    return await shared.reads.join(key, {
      ids,
      maxAgeMs,
      limit: { ms, signal: control.signal },
      leave: (why) => (why === "aborted" ? cancelled(doing) : noReply(doing, ms)),
      run: async (sent, unused, idsOfAll) => {
        // Callers that wake at the same time get one answer.
        if (ids.length > 0) await immediate();
        const sqlNow = () => {
          const sql = sqlFor(idsOfAll());
          control.debug?.(`${doing}: ${sql}`);
          sent();
          return sql;
        };
        return parse(await shared.exchange(sqlNow, what, unused));
      },
    });
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
      if (signal?.aborted) throw cancelled(doing);
      try {
        return await attempt();
      } catch (error) {
        const delayMs = backoffMs(failures);
        const isFinal = !(error instanceof OceanBaseError) || !isRepeated(error);
        if (isFinal || Date.now() + delayMs >= deadlineMs) throw error;
        await pause(delayMs, undefined, signal ? { signal } : {}).catch(() => {
          throw cancelled(doing);
        });
      }
    }
  }
}
