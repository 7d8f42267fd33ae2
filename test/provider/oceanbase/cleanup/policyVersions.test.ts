import { afterEach, describe, expect, test } from "vitest";
import { dropCleanupPolicy } from "../../../../provider/oceanbase/cleanup/cleanupPolicyChange.ts";
import { type Sandbox, startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { VERSIONS, type VersionName } from "../../../../sdk/sandbox/versions.ts";
import { policyChangesOn, replacing } from "../../../tools/support/cleanupPolicy.ts";
import { justBefore } from "../../../tools/support/sandbox.ts";

/*
 * What differs between versions when a cleanup policy is added, replaced and dropped.
 */
let sandbox: Sandbox;
afterEach(() => sandbox.stop());

const { inPlace, ensure, sent, policies } = policyChangesOn(() => sandbox);

const start = async (version: VersionName) => {
  sandbox = await startSandbox({ version });
};
const names = () =>
  policies().map(({ policy_name: name, recovery_window: window }) => `${name} ${window}`.trim());

/** Another session adds a policy just before ours does. */
function overtakenBy(recoveryWindow: string): void {
  justBefore(sandbox, /ADD DELETE/, () => sandbox.setPolicy("mysql_tenant", recoveryWindow));
}

describe.each(VERSIONS)("on %s", (version) => {
  test("an equal policy that another session adds first is taken over", async () => {
    await start(version);
    overtakenBy("7d");
    expect(await ensure({ recoveryWindow: "7d" }, replacing)).toMatchObject({
      policy: { recoveryWindow: "7d" },
      certain: true,
    });
    expect(names()).toEqual(["default 7d"]);
  });

  test("a policy that another session drops first counts as dropped", async () => {
    await start(version);
    sandbox.setPolicy("mysql_tenant", "7d");
    justBefore(sandbox, /DROP DELETE/, () => sandbox.setPolicy("mysql_tenant", undefined));
    await inPlace((place) => dropCleanupPolicy(place));
    expect(names()).toEqual([]);
    expect(sent()).toHaveLength(1);
    // The answer is clear in every version: nothing is asked after it.
    expect(sandbox.log.matching(/^SELECT .*OB_BACKUP_DELETE_POLICY/)).toHaveLength(1);
  });
});

test("a policy log_only on 4.4 is named in a refusal with what to do, and is left alone", async () => {
  await start("4.4.2");
  sandbox.setDataBackupDest("mysql_tenant", undefined);
  sandbox.setPolicy("mysql_tenant", "1d", "log_only");
  await expect(ensure({ recoveryWindow: "7d" }, replacing)).rejects.toMatchObject({
    kind: "refused",
    message: expect.stringMatching(
      /tenant mysql_tenant has the policy log_only already; it cleans no backup sets, .* one policy for a tenant; drop that one by hand first \(ALTER SYSTEM DROP DELETE BACKUP POLICY 'log_only'\)/,
    ),
  });
  expect(names()).toEqual(["log_only 1d"]);
  expect(sent()).toHaveLength(1);
});

describe("a policy without a window", () => {
  test.each(["4.0.0", "4.2.5", "4.4.2"] as const)(
    "is replaced on %s, where it can be put back",
    async (version) => {
      await start(version);
      sandbox.setPolicy("mysql_tenant", "");
      expect(await ensure({ recoveryWindow: "7d" }, replacing)).toMatchObject({
        policy: { recoveryWindow: "7d" },
        hasDropped: true,
      });
      sandbox.setPolicy("mysql_tenant", undefined);
      sandbox.setPolicy("mysql_tenant", "");
      sandbox.faults.inject({ match: /ADD DELETE.*7d/, act: { kind: "error", errno: 4016 } });
      const report = await ensure({ recoveryWindow: "7d" }, replacing);
      expect(report.interrupted?.message).toContain(
        "the policy that was there (no recovery window) was put back",
      );
      expect(names()).toEqual(["default"]);
    },
  );

  test.each(["", "0d"])("(%j) is never dropped on 4.6, where it could not be put back", async (window) => {
    await start("4.6.0");
    sandbox.inheritPolicy("mysql_tenant", window);
    await expect(ensure({ recoveryWindow: "7d" }, replacing)).rejects.toThrow(
      /could not be put back if something went wrong \(OceanBase 4\.6\.0\.0 takes none without a recovery window\), so it was left as it is; drop it by hand/,
    );
    expect(sent()).toEqual([]);
    expect(names()).toEqual([`default ${window}`.trim()]);
  });
});
