import { setTimeout as pause } from "node:timers/promises";
import mariadb from "mariadb";
import { expect, test } from "vitest";
import { FaultProxy, type Trouble } from "./proxy.ts";
import { type Target, withTarget } from "./target.ts";

/*
 * The proxy itself, under a client that shares no code with the package.
 */
async function connectionTo({ sandbox, proxy }: Target) {
  const { user, tenant, password } = sandbox.logins.sys;
  return await mariadb.createConnection({
    host: proxy.host,
    port: proxy.port,
    user: `${user}@${tenant}`,
    password,
    connectTimeout: 5000,
  });
}

/** What a query ends with; within these it has ended, or it is silence. */
type Ends = "rows" | "error" | "silence";
const LIMIT_MS: Record<Ends, number> = { rows: 15_000, error: 15_000, silence: 2000 };

/** What a query ends with within the limit for what is expected, and how often it has reached the server. */
async function queried(trouble: Trouble, expected: Ends, nth = 1): Promise<{ ends: Ends; arrived: number }> {
  return await withTarget(async (target) => {
    const connection = await connectionTo(target);
    target.proxy.trap(/SELECT 'mark'/, trouble, nth);
    const late = pause(LIMIT_MS[expected], "silence" as const, { ref: false });
    const query = connection.query("SELECT 'mark' AS M").then(
      () => "rows" as const,
      () => "error" as const,
    );
    const ends = await Promise.race([query, late]);
    connection.destroy();
    return { ends, arrived: target.sandbox.log.matching(/mark/).length };
  });
}

test.concurrent.for<[Trouble, Ends, number]>([
  [{ kind: "cut before" }, "error", 0],
  [{ kind: "happens", act: () => {} }, "error", 0],
  [{ kind: "cut after" }, "error", 1],
  [{ kind: "truncate" }, "error", 1],
  [{ kind: "stall" }, "silence", 1],
  [{ kind: "delay", ms: 300 }, "rows", 1],
  // The length of the frame: the rest of it never comes.
  [{ kind: "flip", byte: 0 }, "silence", 1],
])("%j ends with %s, and the query has arrived %i times", async ([trouble, ends, arrived]) => {
  expect(await queried(trouble, ends)).toEqual({ ends, arrived });
});

test.concurrent("a trouble for the second query leaves the first alone", async () => {
  expect(await queried({ kind: "cut before" }, "rows", 2)).toEqual({ ends: "rows", arrived: 1 });
});

test.concurrent("an address that refuses, is silent or has no name lets nobody in until it is restored", async () => {
  await withTarget(async (target) => {
    const { proxy } = target;
    for (const [act, code] of [
      [() => proxy.refuse(), "ECONNREFUSED"],
      [() => proxy.forget(), "ENOTFOUND"],
      [() => proxy.silence(), /TIMEOUT/],
    ] as const) {
      const before = await connectionTo(target);
      const cut = new Promise((resolve) => before.on("error", resolve));
      await act();
      await cut;
      const error = await connectionTo(target).catch((failure) => failure);
      expect(`${error.cause?.code ?? ""} ${error.code}`).toMatch(code);
      await proxy.restore();
      (await connectionTo(target)).destroy();
    }
  });
});

test("two proxies have names and ports of their own", async () => {
  const [one, two] = [await FaultProxy.to(1), await FaultProxy.to(1)];
  expect(one.host).not.toBe(two.host);
  expect(one.port).not.toBe(two.port);
  await Promise.all([one.close(), two.close()]);
});
