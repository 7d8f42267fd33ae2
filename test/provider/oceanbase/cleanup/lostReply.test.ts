import { describe, expect, test } from "vitest";
import type { PolicyReport } from "../../../../provider/oceanbase/cleanup/cleanupPolicyChange.ts";
import { add, drop, replacing, usePolicyChange } from "../../../tools/support/cleanupPolicy.ts";
import { justBefore, stopBefore } from "../../../tools/support/sandbox.ts";

const { sandbox, ensure, sent, policies, windows } = usePolicyChange();

describe("a statement without a clear answer", () => {
  test("is not sent again when it has added the policy", async () => {
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "cut after" } });
    const report = await ensure({ recoveryWindow: "7d" });
    expect(report).toMatchObject({ certain: true, interrupted: undefined, policy: { recoveryWindow: "7d" } });
    expect(sent()).toEqual([add("7d")]);
  });

  test.each([
    { kind: "cut before" } as const,
    { kind: "stall" } as const,
    { kind: "error", errno: 4012 } as const,
  ])("is sent again when it had no effect (%j)", async (act) => {
    sandbox().faults.inject({ match: /ADD DELETE/, act });
    const report = await ensure({ recoveryWindow: "7d" });
    expect(report.interrupted).toBeUndefined();
    expect(sent()).toEqual([add("7d"), add("7d")]);
    expect(windows()).toEqual(["7d"]);
  });

  test("is given time to take effect before the view is read", async () => {
    const arrives = () => sandbox().setPolicy("mysql_tenant", "7d");
    const happens = () => void setTimeout(arrives, 250);
    justBefore(sandbox(), /DELETE_POLICY/, happens);
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "error", errno: 4012 } });
    await ensure({ recoveryWindow: "7d" });
    expect(sent()).toEqual([add("7d")]);
  });

  test("is not sent again when it has dropped the policy, and the new one is added", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /DROP DELETE/, act: { kind: "cut after" } });
    await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent()).toEqual([drop, add("8d")]);
  });

  test("is sent again when it has not dropped the policy, before the new one is added", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /DROP DELETE/, act: { kind: "cut before" } });
    // The window is the same: only the record tells that this one is still the old policy.
    await ensure({ recoveryWindow: "7d", redundancy: 2 }, { ...replacing, record: { recoveryWindow: "7d" } });
    expect(sent()).toEqual([drop, drop, add("7d", " REDUNDANCY = 2")]);
    expect(policies()).toMatchObject([{ redundancy: 2 }]);
  });

  test("is tried three times after pauses that grow, and its error is thrown when no policy has changed", async () => {
    sandbox().faults.inject({ match: /ADD DELETE/, times: 99, act: { kind: "error", errno: 4038 } });
    const startedAt = Date.now();
    await expect(ensure({ recoveryWindow: "7d" })).rejects.toMatchObject({ kind: "transient", errno: 4038 });
    // 0.5, 1 and 1.5 s; a timer may be a little early.
    expect(Date.now() - startedAt).toBeGreaterThan(2900);
    expect(sent()).toHaveLength(3);
    sandbox().log.clear();
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /DROP DELETE/, times: 99, act: { kind: "error", errno: 4038 } });
    await expect(ensure({ recoveryWindow: "8d" }, replacing)).rejects.toMatchObject({
      errno: 4038,
      message: expect.stringMatching(/^setting the cleanup policy of tenant mysql_tenant /),
    });
    expect(sent()).toEqual([drop, drop, drop]);
    expect(windows()).toEqual(["7d"]);
  }, 30_000);

  test("with an unknown error number is not sent again, and is a success when the view shows the policy", async () => {
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "error", errno: 9999 } });
    await expect(ensure({ recoveryWindow: "7d" })).rejects.toMatchObject({ errno: 9999 });
    expect(sent()).toHaveLength(1);
    const happens = () => sandbox().setPolicy("mysql_tenant", "7d");
    justBefore(sandbox(), /ADD DELETE/, happens);
    // The server answers 1062, because another session has added the same policy.
    expect(await ensure({ recoveryWindow: "7d" })).toMatchObject({ interrupted: undefined });
  });

  test("is reported with the policy that there may be when the server stays away", async () => {
    let report: PolicyReport | undefined;
    stopBefore(sandbox(), /ADD DELETE/);
    report = await ensure({ recoveryWindow: "7d" }, {}, { patienceMs: 300 });
    expect(report).toMatchObject({
      policy: { recoveryWindow: "7d" },
      certain: false,
      hasDropped: false,
      interrupted: {
        kind: "unreachable",
        message: expect.stringContaining(
          "it is unknown whether tenant mysql_tenant has a cleanup policy now",
        ),
      },
    });
    await sandbox().start();
    sandbox().setPolicy("mysql_tenant", "7d");
    stopBefore(sandbox(), /DROP DELETE/);
    const record = { recoveryWindow: "7d", redundancy: 4 };
    report = await ensure({ recoveryWindow: "8d" }, { ...replacing, record }, { patienceMs: 300 });
    // If it has one, it is the old one: the new one was never sent.
    expect(report).toMatchObject({ policy: record, certain: false, statement: undefined });
  });

  test("is waited for no longer when the caller cancels", async () => {
    const controller = new AbortController();
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "stall" } });
    setTimeout(() => controller.abort(), 200);
    const report = await ensure({ recoveryWindow: "7d" }, {}, { signal: controller.signal });
    expect(report).toMatchObject({ certain: false, interrupted: { kind: "aborted" } });
    expect(sent()).toHaveLength(1);
  });
});
