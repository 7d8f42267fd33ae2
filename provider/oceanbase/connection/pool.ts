import { withinTime } from "./withinTime";

/** What a pool needs of a connection. */
export interface Pooled {
  readonly isOver: boolean;
  /** Calls back once, when it is over. */
  onClose(closed: () => void): void;
  /** Whether an open connection keeps the process alive. */
  ref(): void;
  unref(): void;
  /** Logs out. */
  end(): Promise<void>;
  /** Cuts it. */
  destroy(): void;
}

/** What a pool is made for. */
export interface PoolOptions<C> {
  /** Makes a connection; called as often as the pool needs one. Ends when the signal is aborted. */
  connect(signal: AbortSignal): Promise<C>;
  /** Most connections at this moment. */
  limit(): number;
}

/** After a server refused a further connection it is not asked for one for this long, as long as another is open. */
const NO_GROWTH_MS = 5_000;

/** Longest time that logging out may take. */
const CLOSE_TIMEOUT_MS = 250;

/** A caller that has no connection yet. */
interface Waiter<C> {
  take(connection: C): void;
  fail(error: unknown): void;
}

/**
 * A few connections for many callers, in the order in which they come.
 *
 * Unlike mysql2's own pool it fails every waiting caller with the first attempt that leaves it without a connection,
 * instead of one after the other; makes no connection that no caller waits for any more; and never keeps the process
 * alive for a connection that is not in use.
 */
export class Pool<C extends Pooled> {
  private readonly options: PoolOptions<C>;
  private readonly idle = new Set<C>();
  private readonly busy = new Set<C>();
  private readonly waiters = new Set<Waiter<C>>();
  /** Attempts to connect that have not ended. */
  private readonly attempts = new Set<AbortController>();
  /** The server refused a further connection; it is not asked for one before, in milliseconds since 1970. */
  private noGrowthBeforeMs = 0;

  constructor(options: PoolOptions<C>) {
    this.options = options;
  }

  /** How many connections are open. */
  get size(): number {
    return this.idle.size + this.busy.size;
  }

  /**
   * Runs work on a connection that no other caller uses meanwhile. Fails with what kept the connection from being made,
   * or with the signal's reason when the caller cancels before it has one.
   */
  async use<T>(signal: AbortSignal | undefined, work: (connection: C) => Promise<T>): Promise<T> {
    const connection = await this.acquire(signal);
    try {
      return await work(connection);
    } finally {
      this.busy.delete(connection);
      this.keep(connection);
    }
  }

  /** Closes every connection. Never fails, never takes long. */
  async close(): Promise<void> {
    this.abortUnusedAttempts();
    await Promise.all(
      [...this.idle, ...this.busy].map(async (connection) => {
        const late = () => new Error("logging out took too long");
        await withinTime(connection.end(), { ms: CLOSE_TIMEOUT_MS }, late).catch(() => {});
        connection.destroy();
      }),
    );
  }

  private acquire(signal: AbortSignal | undefined): Promise<C> {
    return new Promise<C>((resolve, reject) => {
      const waiter: Waiter<C> = {
        take: (connection) => {
          leave();
          resolve(connection);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      const onAbort = () => {
        waiter.fail(signal?.reason);
        this.abortUnusedAttempts();
      };
      const leave = () => {
        this.waiters.delete(waiter);
        signal?.removeEventListener("abort", onAbort);
      };
      this.waiters.add(waiter);
      signal?.addEventListener("abort", onAbort, { once: true });
      if (signal?.aborted) onAbort();
      else this.serve();
    });
  }

  /** Hands idle connections to waiting callers, and makes new ones within the limit. */
  private serve(): void {
    for (const waiter of this.waiters) {
      const [connection] = this.idle;
      if (connection === undefined) break;
      this.idle.delete(connection);
      this.busy.add(connection);
      connection.ref();
      waiter.take(connection);
    }
    while (this.attempts.size < this.waiters.size && this.size + this.attempts.size < this.limit) {
      this.connect();
    }
  }

  private get limit(): number {
    if (this.size === 0) return 1;
    return Date.now() < this.noGrowthBeforeMs ? this.size : this.options.limit();
  }

  private connect(): void {
    const attempt = new AbortController();
    this.attempts.add(attempt);
    this.options.connect(attempt.signal).then(
      (connection) => {
        this.attempts.delete(attempt);
        connection.onClose(() => this.idle.delete(connection));
        // Made in vain: the last caller left while it was being made.
        if (attempt.signal.aborted && this.waiters.size === 0) connection.destroy();
        this.keep(connection);
      },
      (failure: unknown) => {
        this.attempts.delete(attempt);
        // Callers that wait now came after the attempt was aborted; how it ended is not their failure.
        if (attempt.signal.aborted) this.serve();
        else this.fail(failure);
      },
    );
  }

  /** A failure to connect is every waiting caller's, unless another connection is there or on its way. */
  private fail(failure: unknown): void {
    this.noGrowthBeforeMs = Date.now() + NO_GROWTH_MS;
    if (this.size + this.attempts.size > 0) return;
    for (const waiter of this.waiters) waiter.fail(failure);
  }

  private keep(connection: C): void {
    if (!connection.isOver) {
      this.idle.add(connection);
      connection.unref();
    }
    this.serve();
  }

  private abortUnusedAttempts(): void {
    if (this.waiters.size > 0) return;
    for (const attempt of this.attempts) attempt.abort();
  }
}
