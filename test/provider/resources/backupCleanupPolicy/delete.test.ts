import { describe, expect, test } from "vitest";
import { backupCleanupPolicy } from "../../../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import {
  failsWith,
  onAnotherCluster,
  useBackupCleanupPolicy,
} from "../../../tools/support/backupCleanupPolicy.ts";
import { drop } from "../../../tools/support/cleanupPolicy.ts";
import { connectionTo, justBefore, recordingContext } from "../../../tools/support/sandbox.ts";

const { sandbox, inputs, created, remakeTenant, sent, policies, windows } = useBackupCleanupPolicy();

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

  test("leaves a policy alone that another resource has adopted in the same command", async () => {
    const { state } = await created();
    const claimed = new Set<string>();
    // A resource under a new name is made first; the one under the old name is deleted at the end of the command.
    const renamed = await backupCleanupPolicy.create(inputs(), recordingContext({ claimed }));
    expect(renamed.state.adopted).toBe(true);
    const context = recordingContext({ claimed });
    await backupCleanupPolicy.delete(state, context);
    expect(context.warnings.join()).toContain("another resource of this stack has taken it over");
    expect(sent()).toEqual([]);
    // The policy of another tenant, or a later command, is another matter.
    sandbox().setPolicy("oracle_tenant", "7d");
    const other = await created({ tenant: "oracle_tenant" });
    await backupCleanupPolicy.delete(other.state, recordingContext({ claimed }));
    await backupCleanupPolicy.delete(renamed.state, recordingContext({ claimed: new Set() }));
    expect(policies()).toEqual([]);
  });
});
