import { afterEach, describe, expect, test } from "vitest";
import {
  dropCleanupPolicy,
  ensureCleanupPolicy,
  type PolicyReport,
} from "../../../../provider/oceanbase/cleanup/cleanupPolicyChange.ts";
import type { PolicyPlace } from "../../../../provider/oceanbase/cleanup/policySender.ts";
import { identify } from "../../../../provider/oceanbase/cluster/cluster.ts";
import type { Tenant } from "../../../../provider/oceanbase/cluster/server.ts";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import { type Sandbox, startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import type { VersionName } from "../../../../sdk/sandbox/versions.ts";
import { loginOf } from "../../../tools/support/sandbox.ts";

/*
 * What differs between versions when a cleanup policy is added, replaced and dropped.
 */
let sandbox: Sandbox;
afterEach(() => sandbox.stop());

async function inPlace<T>(act: (place: PolicyPlace) => Promise<T>): Promise<T> {
  const session = await openSession(loginOf(sandbox, sandbox.logins.sys));
  try {
    const cluster = await identify(session);
    const tenant = cluster.server.tenants.find(({ name }) => name === "mysql_tenant") as Tenant;
    return await act({ cluster, tenant });
  } finally {
    session.close();
  }
}
const start = async (version: VersionName) => {
  sandbox = await startSandbox({ version });
};
const ensure = (recoveryWindow: string): Promise<PolicyReport> =>
  inPlace((place) => ensureCleanupPolicy(place, { wanted: { recoveryWindow }, mayReplace: () => true }));
const policies = () =>
  sandbox
    .rows("SELECT policy_name, recovery_window FROM oceanbase.__all_backup_delete_policy")
    .map(({ policy_name: name, recovery_window: window }) => `${name} ${window}`.trim());
const sent = () => sandbox.log.matching(/^ALTER/);

/** Another session adds a policy just before ours does. */
function overtakenBy(recoveryWindow: string): void {
  const happens = () => sandbox.setPolicy("mysql_tenant", recoveryWindow);
  sandbox.faults.inject({ match: /ADD DELETE/, act: { kind: "just before", happens } });
}

describe.each(["4.2.5", "4.4.2", "4.6.0"] as const)("on %s", (version) => {
  test("a policy that another session adds meanwhile is taken over when it is the same", async () => {
    await start(version);
    overtakenBy("7d");
    expect(await ensure("7d")).toMatchObject({ policy: { recoveryWindow: "7d" }, certain: true });
    expect(policies()).toEqual(["default 7d"]);
  });

  test("a policy that another session drops meanwhile counts as dropped", async () => {
    await start(version);
    sandbox.setPolicy("mysql_tenant", "7d");
    const happens = () => sandbox.setPolicy("mysql_tenant", undefined);
    sandbox.faults.inject({ match: /DROP DELETE/, act: { kind: "just before", happens } });
    await inPlace((place) => dropCleanupPolicy(place));
    expect(policies()).toEqual([]);
    expect(sent()).toHaveLength(1);
  });
});

test("a policy log_only in the way (4.4) is named, with what to do, and is left alone", async () => {
  await start("4.4.2");
  sandbox.setDataBackupDest("mysql_tenant", undefined);
  sandbox.setPolicy("mysql_tenant", "1d", "log_only");
  await expect(ensure("7d")).rejects.toMatchObject({
    kind: "refused",
    message: expect.stringMatching(
      /tenant mysql_tenant has the policy log_only already, which cleans no backup sets, .* one policy for a tenant; drop that one by hand first \(ALTER SYSTEM DROP DELETE BACKUP POLICY 'log_only'\)/,
    ),
  });
  expect(policies()).toEqual(["log_only 1d"]);
  expect(sent()).toHaveLength(1);
});

describe("a policy without a window", () => {
  test.each(["4.0.0", "4.2.5", "4.4.2"] as const)(
    "can be put back on %s, so it is replaced",
    async (version) => {
      await start(version);
      sandbox.setPolicy("mysql_tenant", "");
      expect(await ensure("7d")).toMatchObject({ policy: { recoveryWindow: "7d" }, hasDropped: true });
      sandbox.setPolicy("mysql_tenant", undefined);
      sandbox.setPolicy("mysql_tenant", "");
      sandbox.faults.inject({ match: /ADD DELETE.*7d/, act: { kind: "error", errno: 4016 } });
      const report = await ensure("7d");
      expect(report.interrupted?.message).toContain(
        "the policy that was there (no recovery window) was put back",
      );
      expect(policies()).toEqual(["default"]);
    },
  );

  test.each(["", "0d"])("(%j) could not be put back on 4.6, so it is never dropped", async (window) => {
    await start("4.6.0");
    sandbox.inheritPolicy("mysql_tenant", window);
    await expect(ensure("7d")).rejects.toThrow(
      /could not be put back if something went wrong \(OceanBase 4\.6\.0\.0 takes none without a recovery window\), so it was left as it is; drop it by hand/,
    );
    expect(sent()).toEqual([]);
    expect(policies()).toEqual([`default ${window}`.trim()]);
  });
});
