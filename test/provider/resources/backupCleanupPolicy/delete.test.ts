import { describe, expect, test } from "vitest";
import type { BackupCleanupPolicyInputs } from "../../../../provider/resources/backupCleanupPolicy/inputs.ts";
import { backupCleanupPolicy } from "../../../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import type { BackupCleanupPolicyState } from "../../../../provider/resources/backupCleanupPolicy/outputs.ts";
import { Command } from "../../../../provider/resources/command.ts";
import { startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import {
  failsWith,
  onAnotherCluster,
  useBackupCleanupPolicy,
} from "../../../tools/support/backupCleanupPolicy.ts";
import { add, drop } from "../../../tools/support/cleanupPolicy.ts";
import { connectionTo, justBefore, recordingContext } from "../../../tools/support/sandbox.ts";

const { sandbox, inputs, created, remakeTenant, sent, windows } = useBackupCleanupPolicy();

describe("a delete", () => {
  test("drops the policy, even one that it had adopted", async () => {
    const { state } = await created();
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(sent()).toEqual([drop]);
    sandbox().setPolicy("mysql_tenant", "7d");
    const adopted = await created();
    expect(adopted.state.adopted).toBe(true);
    await backupCleanupPolicy.delete(adopted.state, recordingContext());
    expect(windows()).toEqual([]);
  });

  test("drops the policy of the record even when another session has changed it", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", "1d");
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(windows()).toEqual([]);
  });

  test("of a policy or a tenant that is gone succeeds and sends no statement", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", undefined);
    await backupCleanupPolicy.delete(state, recordingContext());
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().cluster.tenants.setStatus("mysql_tenant", "DROPPING");
    await backupCleanupPolicy.delete(state, recordingContext());
    remakeTenant();
    sandbox().setPolicy("mysql_tenant", "7d");
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(windows()).toEqual(["7d"]);
    sandbox().dropTenant("mysql_tenant");
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(sent()).toEqual([]);
  });

  test("drops the policy of a tenant that was renamed, and not that of its namesake", async () => {
    const { state } = await created();
    sandbox().renameTenant("mysql_tenant", "renamed");
    sandbox().addTenant("mysql_tenant");
    sandbox().setPolicy("mysql_tenant", "30d");
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(windows()).toEqual(["30d"]);
    expect(sent()).toEqual([drop.replace("mysql_tenant", "renamed")]);
  });

  test("succeeds when the tenant is dropped just before the statement", async () => {
    const { state } = await created();
    const happens = () => sandbox().dropTenant("mysql_tenant");
    justBefore(sandbox(), /DROP DELETE/, happens);
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(sent()).toEqual([drop]);
  });

  test("of a tenant that is locked or in RESTORE fails before the statement", async () => {
    const { state } = await created();
    sandbox().cluster.tenants.setStatus("mysql_tenant", "RESTORE");
    await failsWith(backupCleanupPolicy.delete(state, recordingContext()), /is RESTORE/);
    sandbox().cluster.tenants.setStatus("mysql_tenant", "NORMAL");
    sandbox().cluster.tenants.setLocked("mysql_tenant", true);
    await failsWith(backupCleanupPolicy.delete(state, recordingContext()), /is locked/);
    expect(sent()).toEqual([]);
  });

  test('of a cluster that is away fails, and is skipped when onUnreachable is "skip"', async () => {
    const { state } = await created();
    await sandbox().stop();
    await expect(backupCleanupPolicy.delete(state, recordingContext())).rejects.toMatchObject({
      kind: "unreachable",
    });
    const context = recordingContext();
    await backupCleanupPolicy.delete({ ...state, onUnreachable: "skip" }, context);
    expect(context.warnings.join()).toContain('assuming the cluster is gone (onUnreachable: "skip")');
  });

  test("sends nothing to another cluster at the same address", async () => {
    const { state } = await created();
    const record = onAnotherCluster(state);
    const failure = await backupCleanupPolicy.delete(record, recordingContext()).catch((failed) => failed);
    expect(failure).toMatchObject({ kind: "otherCluster" });
    expect(failure.message).toMatch(/correct connection, or remove the resource from the state/);
    await backupCleanupPolicy.delete({ ...record, onUnreachable: "skip" }, recordingContext());
    expect(sent()).toEqual([]);
    expect(windows()).toEqual(["7d"]);
  });

  test('with a wrong password or without the privilege fails even when onUnreachable is "skip"', async () => {
    const { state } = await created();
    const wrong = { ...state, password: "not-the-password", onUnreachable: "skip" as const };
    await expect(backupCleanupPolicy.delete(wrong, recordingContext())).rejects.toMatchObject({
      errno: 1045,
    });
    const { reader } = sandbox().logins;
    const asReader = { ...wrong, connection: connectionTo(sandbox(), reader), password: reader.password };
    await expect(backupCleanupPolicy.delete(asReader, recordingContext())).rejects.toMatchObject({
      errno: 1227,
    });
  });

  describe("leaves a policy alone that the program declares", () => {
    /** The deletion of a resource in a command whose program declares these. */
    async function deleted(state: BackupCleanupPolicyState, ...declared: BackupCleanupPolicyInputs[]) {
      const command = new Command();
      for (const each of declared)
        expect(backupCleanupPolicy.check(each, undefined, { command })).toEqual([]);
      const context = recordingContext({ command });
      sandbox().log.clear();
      await backupCleanupPolicy.delete(state, context);
      return { context, warnings: context.warnings.join() };
    }

    test("under another name, whether or not anything was done for that in this command", async () => {
      const { state } = await created();
      const { warnings } = await deleted(state, inputs());
      expect(warnings).toContain("policy of tenant mysql_tenant was left as it is: the program declares it");
      expect(sent()).toEqual([]);
    });

    test("by another address of the same cluster", async () => {
      const { state } = await created();
      const connection = { ...inputs().connection, host: "localhost" };
      expect((await deleted(state, inputs({ connection }))).warnings).toContain("the program declares it");
      expect(sent()).toEqual([]);
    });

    test("by an address that cannot be asked whose it is", async () => {
      const { state } = await created();
      const connection = { ...inputs().connection, port: 1 };
      expect((await deleted(state, inputs({ connection }))).warnings).toMatch(
        /could not be found out: .*nothing listens there/,
      );
      expect(sent()).toEqual([]);
    });

    test("but not for another tenant, or for a tenant of that name on another cluster", async () => {
      const other = await startSandbox({ clusterId: 7 });
      const { state } = await created();
      const { password } = other.logins.sys;
      const there = inputs({ connection: connectionTo(other, other.logins.sys), password });
      const { warnings } = await deleted(state, there, inputs({ tenant: "oracle_tenant" }));
      await other.stop();
      expect(warnings).toBe("");
      expect(sent()).toEqual([drop]);
    });

    test("and lets that resource change it in the same command", async () => {
      const { state } = await created();
      const news = inputs({ recoveryWindow: "8d" });
      const { context } = await deleted(state, news);
      expect((await backupCleanupPolicy.create(news, context)).state).toMatchObject({ recoveryWindow: "8d" });
      expect(sent()).toEqual([drop, add("8d")]);
      // In a later command it is a policy like any other.
      await failsWith(
        backupCleanupPolicy.create(inputs({ recoveryWindow: "9d" }), recordingContext()),
        /has a cleanup policy already/,
      );
    });
  });
});
