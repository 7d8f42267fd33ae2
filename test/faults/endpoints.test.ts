import { describe, expect, test, vi } from "vitest";
import { FRONTS } from "../tools/support/fronts.ts";
import { Stack } from "./engine.ts";
import { SLACK_SECONDS } from "./expectations.ts";
import { FAULTS } from "./faults.ts";
import { MOMENTS, PHASES } from "./phases.ts";
import { FaultProxy } from "./proxy.ts";
import { checkTruth, inputsFor, type Target, withTarget } from "./target.ts";

/*
 * Several servers of one cluster: one sandbox, behind a proxy for each.
 */
vi.spyOn(console, "error").mockImplementation(() => {});

describe.each(FRONTS)("%s", (front) => {
  /** A stack that knows three servers of the target's cluster, in this order. */
  async function withThreeServers<T>(
    act: (
      target: Target,
      proxies: readonly [FaultProxy, FaultProxy, FaultProxy],
      up: () => Promise<Stack>,
    ) => T,
  ) {
    return await withTarget(async (target) => {
      const [second, third] = [
        await FaultProxy.to(target.sandbox.port),
        await FaultProxy.to(target.sandbox.port),
      ];
      try {
        const inputs = inputsFor(target);
        const endpoints = [second, third].map(({ host, port }) => `${host}:${port}`);
        const stack = new Stack(undefined, front);
        return await act(target, [target.proxy, second, third], async () => {
          await stack.up({ ...inputs, connection: { ...inputs.connection, endpoints } });
          return stack;
        });
      } finally {
        await Promise.all([second.close(), third.close()]);
      }
    });
  }

  const accepted = (proxies: readonly FaultProxy[]) => proxies.map((proxy) => proxy.accepted);
  const away = FAULTS.filter((fault) => fault.class === "away");

  const cases = away.flatMap((fault) => PHASES.map((phase) => [fault.name, phase, fault] as const));
  test.concurrent.for(cases)(
    "when a server goes away (%s, in phase %s) the next one takes over, and the statement is sent once",
    async ([, phase, fault]) => {
      await withThreeServers(async (target, proxies, up) => {
        target.sandbox.startBackup("mysql_tenant");
        await fault.strike(target, phase === "look" ? undefined : MOMENTS[phase]);
        const startedAt = Date.now();
        const stack = await up();
        checkTruth(target.sandbox, stack);
        expect(target.sandbox.log.cancels).toHaveLength(1);
        expect(accepted(proxies).slice(1)).toEqual([1, 0]);
        // A server that says nothing costs the time of one login.
        expect(Date.now() - startedAt).toBeLessThan((5 + 5 + SLACK_SECONDS) * 1000);
      });
    },
  );

  test.concurrent("endpoints are tried once each, in the order in which they are given, and all are named", async () => {
    await withThreeServers(async ({ sandbox }, proxies, up) => {
      for (const proxy of proxies) proxy.silence();
      const error: Error = await up().catch((failure) => failure);
      const places = proxies.map((proxy) => error.message.indexOf(`${proxy.host}:${proxy.port}`));
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(Math.min(...places)).toBeGreaterThan(0);
      expect(accepted(proxies)).toEqual([1, 1, 1]);
      expect(sandbox.log.entries).toEqual([]);
    });
  });

  test.concurrent("endpoints begin with the first one again when the one that took over is lost, too", async () => {
    await withThreeServers(async (target, proxies, up) => {
      const [first, second] = proxies;
      target.sandbox.startBackup("mysql_tenant");
      first.trap(MOMENTS.issue.match, { kind: "happens", act: () => first.refuse() });
      // The second server is lost when the jobs are asked what became of the statement; by then the first is back.
      second.trap(/BACKUP_JOBS/, {
        kind: "happens",
        act: async () => {
          await first.restore();
          await second.refuse();
        },
      });
      checkTruth(target.sandbox, await up());
      expect(accepted(proxies)).toEqual([2, 1, 0]);
      expect(target.sandbox.log.cancels).toHaveLength(1);
    });
  });

  test.concurrent("endpoints that are busy are passed over, and asked again when none is left", async () => {
    await withThreeServers(async (target, proxies, up) => {
      target.sandbox.startBackup("mysql_tenant");
      target.sandbox.faults.inject({ match: /^login/, times: 4, act: { kind: "error", errno: 8001 } });
      checkTruth(target.sandbox, await up());
      expect(accepted(proxies)).toEqual([2, 2, 1]);
    });
  });

  test.concurrent("endpoints that stay busy fail within the time of a login", async () => {
    await withThreeServers(async (target, proxies, up) => {
      target.sandbox.faults.inject({ match: /^login/, times: 999, act: { kind: "error", errno: 8001 } });
      const startedAt = Date.now();
      await expect(up()).rejects.toThrow(/8001/);
      expect(Date.now() - startedAt).toBeLessThan((5 + SLACK_SECONDS) * 1000);
      // With pauses that grow, five seconds are enough for a handful of rounds.
      expect(proxies[0].accepted).toBeGreaterThan(2);
      expect(proxies[0].accepted).toBeLessThan(12);
      expect(target.sandbox.log.cancels).toEqual([]);
    });
  });
});
