import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Pool, type Pooled } from "../../../../provider/oceanbase/connection/pool.ts";

/*
 * The pool alone, with connections that do nothing: limit, order, failures, and callers that leave.
 */
class FakeConnection implements Pooled {
  isOver = false;
  /** Whether it keeps the process alive. */
  isRef = true;
  isEnded = false;
  private closed = () => {};
  onClose(closed: () => void): void {
    this.closed = closed;
  }
  ref(): void {
    this.isRef = true;
  }
  unref(): void {
    this.isRef = false;
  }
  async end(): Promise<void> {
    this.isEnded = true;
  }
  destroy(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.closed();
  }
}

/** An attempt to connect that a test decides. */
interface Attempt {
  succeed(): FakeConnection;
  fail(error?: Error): void;
  signal: AbortSignal;
}

let attempts: Attempt[];
let limit: number;
let pool: Pool<FakeConnection>;

beforeEach(() => {
  attempts = [];
  limit = 4;
  pool = new Pool<FakeConnection>({
    limit: () => limit,
    connect: (signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<FakeConnection>();
      const succeed = () => {
        const connection = new FakeConnection();
        resolve(connection);
        return connection;
      };
      attempts.push({ signal, succeed, fail: (error = new Error("refused")) => reject(error) });
      return promise;
    },
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets everything that is due run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Uses a connection until `done` is called; says what it got. */
function using(signal?: AbortSignal) {
  const done = Promise.withResolvers<void>();
  let connection: FakeConnection | undefined;
  const used = pool.use(signal, async (got) => {
    connection = got;
    await done.promise;
    return "done";
  });
  used.catch(() => {});
  return { used, connection: () => connection, done: () => done.resolve() };
}

async function connected(): Promise<FakeConnection> {
  const connection = attempts.at(-1)?.succeed() as FakeConnection;
  await settled();
  return connection;
}

describe("a caller", () => {
  test("gets the connection that is made for it, and its work's result", async () => {
    const caller = using();
    expect(attempts).toHaveLength(1);
    const connection = await connected();
    expect(caller.connection()).toBe(connection);
    caller.done();
    expect(await caller.used).toBe("done");
    expect(pool.size).toBe(1);
  });

  test("gets a connection that is idle, without another one being made", async () => {
    const first = using();
    const connection = await connected();
    first.done();
    await first.used;
    const second = using();
    await settled();
    expect(second.connection()).toBe(connection);
    expect(attempts).toHaveLength(1);
  });

  test("whose work fails gives its connection back, unless that is over", async () => {
    const first = expect(pool.use(undefined, async () => Promise.reject(new Error("a bug"))));
    const failed = first.rejects.toThrow("a bug");
    await connected();
    await failed;
    expect(pool.size).toBe(1);
    const second = pool.use(undefined, async (connection) => {
      connection.destroy();
      throw new Error("cut");
    });
    await expect(second).rejects.toThrow("cut");
    expect(pool.size).toBe(0);
  });
});

describe("callers that come together", () => {
  test("are served in their order on one connection as long as there is none", async () => {
    const callers = [using(), using(), using()];
    expect(attempts).toHaveLength(1);
    limit = 1;
    const connection = await connected();
    expect(callers.map((caller) => caller.connection())).toEqual([connection, undefined, undefined]);
    callers[0]?.done();
    await settled();
    expect(callers.map((caller) => caller.connection() === connection)).toEqual([true, true, false]);
  });

  test("get connections of their own up to the limit, and no more than there are callers", async () => {
    const callers = Array.from({ length: 6 }, () => using());
    await connected();
    expect(attempts).toHaveLength(4);
    for (const attempt of attempts.slice(1)) attempt.succeed();
    await settled();
    expect(callers.filter((caller) => caller.connection() !== undefined)).toHaveLength(4);
    expect(pool.size).toBe(4);
  });

  test("all fail with the attempt that leaves them without a connection", async () => {
    const callers = Array.from({ length: 50 }, () => using());
    attempts[0]?.fail(new Error("away"));
    const results = await Promise.allSettled(callers.map(({ used }) => used));
    expect(new Set(results.map((result) => String((result as PromiseRejectedResult).reason)))).toEqual(
      new Set(["Error: away"]),
    );
    expect(attempts).toHaveLength(1);
  });

  test("go on with the connection there is when a further one is refused, and ask for none for 5 s", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    limit = 2;
    const callers = [using(), using()];
    const connection = await connected();
    expect(attempts).toHaveLength(2);
    attempts[1]?.fail();
    await settled();
    callers[0]?.done();
    await settled();
    expect(callers[1]?.connection()).toBe(connection);
    vi.setSystemTime(Date.now() + 4_999);
    using();
    expect(attempts).toHaveLength(2);
    vi.setSystemTime(Date.now() + 1);
    using();
    expect(attempts).toHaveLength(3);
  });

  test("are not failed by an attempt while another one is on its way", async () => {
    const first = using();
    await connected();
    const second = [using(), using()];
    expect(attempts).toHaveLength(3);
    first.connection()?.destroy();
    first.done();
    await settled();
    attempts[1]?.fail();
    await settled();
    attempts[2]?.succeed();
    await settled();
    expect(second[0]?.connection()).toBeDefined();
  });
});

describe("a caller that cancels", () => {
  test("before it has a connection fails with its reason, and an attempt that no other caller waits for is aborted", async () => {
    const leaving = new AbortController();
    const caller = using(leaving.signal);
    leaving.abort(new Error("enough"));
    await expect(caller.used).rejects.toThrow("enough");
    expect(attempts[0]?.signal.aborted).toBe(true);
  });

  test("leaves the attempt to the others", async () => {
    const leaving = new AbortController();
    using(leaving.signal);
    const other = using();
    leaving.abort();
    expect(attempts[0]?.signal.aborted).toBe(false);
    const connection = await connected();
    expect(other.connection()).toBe(connection);
  });

  test("before it begins never makes a connection", async () => {
    await expect(using(AbortSignal.abort(new Error("enough"))).used).rejects.toThrow("enough");
    expect(attempts).toEqual([]);
  });

  test("is followed by one that gets an attempt of its own once the aborted one has ended", async () => {
    const leaving = new AbortController();
    using(leaving.signal);
    leaving.abort();
    const late = using();
    expect(attempts).toHaveLength(1);
    attempts[0]?.fail();
    await settled();
    expect(attempts).toHaveLength(2);
    const connection = await connected();
    expect(late.connection()).toBe(connection);
  });

  test("too late for an attempt to be stopped leaves no connection open", async () => {
    const leaving = new AbortController();
    using(leaving.signal);
    leaving.abort();
    const connection = await connected();
    expect(connection.isOver).toBe(true);
    expect(pool.size).toBe(0);
  });

  test("too late, when another one has come, leaves the connection to that one", async () => {
    const leaving = new AbortController();
    using(leaving.signal);
    leaving.abort();
    const late = using();
    const connection = await connected();
    expect(late.connection()).toBe(connection);
    expect(attempts).toHaveLength(1);
  });
});

describe("a connection", () => {
  test("keeps the process alive while it is used, and not while it is idle", async () => {
    const first = using();
    const connection = await connected();
    expect(connection.isRef).toBe(true);
    first.done();
    await first.used;
    expect(connection.isRef).toBe(false);
    using();
    expect(connection.isRef).toBe(true);
  });

  test("that ends while it is idle is not handed out", async () => {
    const first = using();
    const connection = await connected();
    first.done();
    await first.used;
    connection.destroy();
    expect(pool.size).toBe(0);
    const second = using();
    const other = await connected();
    expect(second.connection()).toBe(other);
    expect(other).not.toBe(connection);
  });

  test("that ends right after it was made is replaced by another one for the caller", async () => {
    const caller = using();
    const dead = attempts[0]?.succeed() as FakeConnection;
    dead.destroy();
    await settled();
    expect(caller.connection()).toBeUndefined();
    expect(attempts).toHaveLength(2);
  });
});

describe("closing", () => {
  test("logs out of every connection, and cuts it", async () => {
    const [idle, busy] = [using(), using()];
    const first = await connected();
    const second = await connected();
    idle.done();
    await idle.used;
    await pool.close();
    for (const connection of [first, second]) {
      expect(connection).toMatchObject({ isEnded: true, isOver: true });
    }
    busy.done();
    await settled();
    expect(pool.size).toBe(0);
  });

  test("waits no longer than 250 ms for a server that does not answer", async () => {
    vi.useFakeTimers();
    const caller = using();
    const connection = attempts[0]?.succeed() as FakeConnection;
    await vi.advanceTimersByTimeAsync(0);
    expect(caller.connection()).toBe(connection);
    connection.end = () => new Promise(() => {});
    let isClosed = false;
    pool.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(249);
    expect(isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isClosed).toBe(true);
    expect(connection.isOver).toBe(true);
  });

  test("ends even when a connection cannot log out", async () => {
    using();
    const connection = await connected();
    connection.end = () => Promise.reject(new Error("cut"));
    await pool.close();
    expect(connection.isOver).toBe(true);
  });
});
