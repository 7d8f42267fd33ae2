import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { FRONTS } from "../tools/support/fronts.ts";
import { Stack } from "./engine.ts";
import { SLACK_SECONDS } from "./expectations.ts";
import { FAULTS } from "./faults.ts";
import { MOMENTS } from "./phases.ts";
import { checkTruth, inputsFor, nobodyConnected, type Target, withTarget } from "./target.ts";

/*
 * Nobody knows what a statement without a clear answer has done. It is never repeated for that alone.
 */
vi.spyOn(console, "error").mockImplementation(() => {});

const transient = FAULTS.filter((fault) => fault.class === "transient").map(({ name }) => [
  name,
  Number(/\d+/.exec(name)?.[0]),
]) as [string, number][];

describe.each(FRONTS)("%s", (front) => {
  test.concurrent.for(transient)(
    "%s that the statement took effect with: it is not repeated",
    async ([, errno]) => {
      await withTarget(async (target) => {
        target.sandbox.startBackup("mysql_tenant");
        target.sandbox.faults.inject({ match: MOMENTS.issue.match, act: { kind: "error after", errno } });
        const stack = new Stack(undefined, front);
        await stack.up(inputsFor(target));
        checkTruth(target.sandbox, stack);
        expect(target.sandbox.log.cancels).toHaveLength(1);
      });
    },
  );

  /** Runs an `up` whose statement arrives and whose every question after it does not, and then what a test does with it. */
  async function lost(act: (target: Target, stack: Stack, again: () => Promise<boolean>) => Promise<void>) {
    await withTarget(async (target) => {
      const { sandbox, proxy } = target;
      sandbox.startBackup("mysql_tenant");
      sandbox.setStuck("mysql_tenant", true);
      proxy.trap(MOMENTS.issue.match, { kind: "cut after" });
      proxy.trap(MOMENTS.watch.match, { kind: "happens", act: () => proxy.refuse() }, MOMENTS.watch.nth);
      const stack = new Stack(undefined, front);
      const inputs = inputsFor(target);
      await expect(stack.up(inputs)).rejects.toThrow(/nothing listens there/);
      expect(stack.saved?.state).toMatchObject({ outcome: "unfinished", jobs: [{ status: "DOING" }] });
      expect(stack.saved?.state).not.toHaveProperty("issuedAt");
      await proxy.restore();
      await act(target, stack, () => stack.up(inputs));
      expect(sandbox.log.cancels).toHaveLength(1);
    });
  }

  test.concurrent("a statement that nobody could be asked about is not sent again by the next up, which finds the job being cancelled", async () => {
    await lost(async ({ sandbox }, stack, again) => {
      const looks = () => sandbox.log.matching(/BACKUP_JOBS/).length;
      const before = looks();
      const resuming = again();
      while (looks() === before) await pause(10);
      sandbox.setStuck("mysql_tenant", false);
      await resuming;
      expect(stack.saved?.state).toMatchObject({ outcome: "stopped", jobs: [{ status: "CANCELED" }] });
      // What nobody has ever known is not in the record.
      expect(stack.saved?.state).not.toHaveProperty("issuedAt");
    });
  });

  test.concurrent("a statement that nobody could be asked about is not sent again by the next up, which finds the job in the history", async () => {
    await lost(async ({ sandbox }, stack, again) => {
      sandbox.setStuck("mysql_tenant", false);
      while (sandbox.rows("SELECT 1 FROM oceanbase.__all_backup_job").length > 0) sandbox.clock.advance(1);
      await again();
      expect(stack.saved?.state).toMatchObject({
        outcome: "stopped",
        jobs: [{ status: "CANCELED", endedAt: expect.any(String) }],
      });
    });
  });

  test.concurrent("a statement that is cut on its way every time is given up after five, with pauses that grow", async () => {
    await withTarget(async (target) => {
      const { sandbox, proxy } = target;
      sandbox.startBackup("mysql_tenant");
      const sentAt: number[] = [];
      for (let i = 0; i < 6; i += 1) {
        proxy.trap(MOMENTS.issue.match, { kind: "happens", act: () => sentAt.push(Date.now()) });
      }
      const stack = new Stack(undefined, front);
      const inputs = inputsFor(target);
      await expect(stack.up(inputs)).rejects.toThrow(/the connection was cut/);
      expect(sentAt).toHaveLength(5);
      const pauses = sentAt.slice(1).map((at, i) => at - (sentAt[i] as number));
      for (const [i, leastMs] of [500, 1000, 2000, 2500].entries()) {
        expect(pauses[i]).toBeGreaterThanOrEqual(leastMs - 100);
      }
      expect(stack.saved?.state).toMatchObject({ outcome: "unfinished", jobs: [{ status: "DOING" }] });
      expect(sandbox.log.cancels).toEqual([]);
      // The sixth is still in wait for the next up, which gets through at its second try.
      await nobodyConnected(sandbox);
      await stack.up(inputs);
      checkTruth(sandbox, stack);
      expect(sandbox.log.cancels).toHaveLength(1);
    });
  });

  /** Length of the reply to the statement: four bytes of frame, seven of "it is done". */
  const REPLY_BYTES = 11;

  test.concurrent.for(Array.from({ length: REPLY_BYTES }, (_, byte) => byte))(
    "a reply whose byte %i has changed on its way is no reason to send it again",
    async (byte) => {
      await withTarget(async (target) => {
        const { sandbox, proxy } = target;
        sandbox.startBackup("mysql_tenant");
        proxy.trap(MOMENTS.issue.match, { kind: "flip", byte });
        const stack = new Stack(undefined, front);
        const inputs = inputsFor(target);
        const startedAt = Date.now();
        await stack.up(inputs).catch(() => {});
        expect(Date.now() - startedAt).toBeLessThan((43 + SLACK_SECONDS) * 1000);
        await nobodyConnected(sandbox);
        await stack.up(inputs);
        expect(stack.saved?.state).toMatchObject({ outcome: "stopped", jobs: [{ status: "CANCELED" }] });
        expect(sandbox.log.cancels).toHaveLength(1);
      });
    },
  );
});
