import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ask, cancelled, isAlive, noReply } from "../../../../provider/oceanbase/connection/ask.ts";
import type { Connection, Row } from "../../../../provider/oceanbase/connection/driver.ts";
import type { DriverFailure } from "../../../../provider/oceanbase/connection/driverFailure.ts";
import type { Login } from "../../../../provider/oceanbase/connection/login.ts";

/*
 * One statement, or a ping, on a connection whose replies a test decides.
 */
const LOGIN: Login = {
  endpoints: [{ host: "db", port: 2881 }],
  user: "root",
  tenant: "sys",
  password: "geheim-1",
  connectTimeoutSeconds: 10,
  replyTimeoutSeconds: 2,
};

const never = new Promise<never>(() => {});
/** A connection that answers everything in this way, and whether it was cut. */
const connectionWith = (reply: () => Promise<Row[]>) => {
  const destroy = vi.fn();
  const connection = { query: reply, ping: reply, destroy } as unknown as Connection;
  return { connection, destroy };
};
const failing = (failure: DriverFailure) => connectionWith(() => Promise.reject(failure));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a statement", () => {
  const asking = { login: LOGIN, doing: "reading the jobs as root@sys at db:2881" };

  test("gives its rows, and keeps the connection", async () => {
    const { connection, destroy } = connectionWith(async () => [{ A: "1" }]);
    expect(await ask(connection, "SELECT 1", asking)).toEqual([{ A: "1" }]);
    expect(destroy).not.toHaveBeenCalled();
  });

  test("without a reply in time is cut, and its effect is unknown", async () => {
    const { connection, destroy } = connectionWith(() => never);
    const asked = ask(connection, "SELECT 1", asking);
    const failed = expect(asked).rejects.toMatchObject({
      kind: "unreachable",
      outcomeUnknown: true,
      message: "reading the jobs as root@sys at db:2881: no reply within 2 s",
    });
    await vi.advanceTimersByTimeAsync(1999);
    expect(destroy).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await failed;
    expect(destroy).toHaveBeenCalledOnce();
  });

  test("whose caller cancels is cut, and its effect is unknown", async () => {
    const { connection, destroy } = connectionWith(() => never);
    const caller = new AbortController();
    const asked = ask(connection, "SELECT 1", { ...asking, signal: caller.signal });
    caller.abort();
    await expect(asked).rejects.toMatchObject({
      kind: "aborted",
      outcomeUnknown: true,
      message: "reading the jobs as root@sys at db:2881: cancelled by the caller",
    });
    expect(destroy).toHaveBeenCalledOnce();
  });

  test("that the server refuses says so without the password, and keeps the connection", async () => {
    const { connection, destroy } = failing({ errno: 1227, sqlMessage: "geheim-1 may not" });
    await expect(ask(connection, "SELECT 1", asking)).rejects.toMatchObject({
      kind: "refused",
      errno: 1227,
      message: expect.stringContaining('the server said "*** may not"'),
    });
    expect(destroy).not.toHaveBeenCalled();
  });

  test.each<[string, DriverFailure]>([
    ["the server ends the session with", { errno: 4064, sqlMessage: "killed" }],
    ["belongs to the 8xxx errors", { errno: 8001, sqlMessage: "starting" }],
    ["the driver calls fatal", { fatal: true, code: "ECONNRESET" }],
  ])("with an error that %s cuts the connection", async (_, failure) => {
    const { connection, destroy } = failing(failure);
    await expect(ask(connection, "SELECT 1", asking)).rejects.toThrow(/^reading the jobs as /);
    expect(destroy).toHaveBeenCalledOnce();
  });

  test("that was found to be none of the server's keeps its error and the connection", async () => {
    const own = noReply("reading the jobs", 5_001);
    const { connection, destroy } = connectionWith(() => Promise.reject(own));
    await expect(ask(connection, "SELECT 1", asking)).rejects.toBe(own);
    expect(own).toMatchObject({ outcomeUnknown: false, message: "reading the jobs: no reply within 6 s" });
    expect(cancelled("pinging")).toMatchObject({ outcomeUnknown: false });
    expect(destroy).not.toHaveBeenCalled();
  });
});

describe("a ping", () => {
  test("that is answered shows that the server is there, and so does an error", async () => {
    for (const { connection, destroy } of [
      connectionWith(async () => []),
      failing({ errno: 1047, sqlMessage: "Unknown command" }),
    ]) {
      expect(await isAlive(connection, "root@sys at db:2881", 1000)).toBe(true);
      expect(destroy).not.toHaveBeenCalled();
    }
  });

  test.each<[string, DriverFailure]>([
    ["ends the session", { errno: 4064, sqlMessage: "killed" }],
    ["is fatal", { fatal: true, sqlMessage: "bye" }],
    ["is no answer", { code: "ECONNRESET" }],
  ])("whose error %s cuts the connection, and another is to be made", async (_, failure) => {
    const { connection, destroy } = failing(failure);
    expect(await isAlive(connection, "root@sys at db:2881", 1000)).toBe(false);
    expect(destroy).toHaveBeenCalledOnce();
  });

  test("without an answer in time is a failure: another connection would wait as long", async () => {
    const { connection, destroy } = connectionWith(() => never);
    const failed = expect(isAlive(connection, "root@sys at db:2881", 1500)).rejects.toMatchObject({
      kind: "unreachable",
      message:
        "pinging root@sys at db:2881: no answer within 1.5 s; check connection.host, connection.port and firewalls",
    });
    await vi.advanceTimersByTimeAsync(1500);
    await failed;
    expect(destroy).toHaveBeenCalledOnce();
  });
});
