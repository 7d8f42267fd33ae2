import { describe, expect, test } from "vitest";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import { onAnotherCluster, useCancelBackup } from "../../../tools/support/cancelBackup.ts";
import { connectionTo, recordingContext } from "../../../tools/support/sandbox.ts";

const { sandbox, inputs, created, cancels, liveJobs, endedJobs } = useCancelBackup();

describe("a delete", () => {
  test("makes no connection unless it was asked to cancel", async () => {
    const { state } = await created();
    await sandbox().stop();
    await cancelBackup.delete(state, recordingContext());
  });

  test("stops the backups that run at that time", async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    sandbox().startBackup("mysql_tenant");
    await cancelBackup.delete(state, recordingContext());
    expect(cancels()).toHaveLength(1);
    expect(endedJobs()).toMatchObject([{ status: "CANCELED" }]);
  });

  test("takes a tenant that does not exist for stopped, and still stops the others", async () => {
    const { state } = await created({ cancelOn: ["delete"], tenants: ["mysql_tenant", "oracle_tenant"] });
    sandbox().startBackup("oracle_tenant");
    sandbox().dropTenant("mysql_tenant");
    await cancelBackup.delete(state, recordingContext());
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`"]);
    sandbox().dropTenant("oracle_tenant");
    await cancelBackup.delete(state, recordingContext());
    expect(cancels()).toHaveLength(1);
  });

  test("refuses a tenant whose name differs from an existing one only in case", async () => {
    const { state } = await cancelBackup.create(
      inputs({ cancelOn: ["delete"], tenants: ["Mysql_tenant"] }),
      recordingContext(),
    );
    await expect(cancelBackup.delete(state, recordingContext())).rejects.toThrow(/did you mean mysql_tenant/);
    expect(cancels()).toEqual([]);
  });

  test('fails while the jobs do not stop, and only warns when onTimeout is "warn"', async () => {
    const { state } = await created({ cancelOn: ["delete"], timeoutSeconds: 1 });
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    await expect(cancelBackup.delete(state, recordingContext())).rejects.toMatchObject({ kind: "timeout" });
    const context = recordingContext();
    await cancelBackup.delete({ ...state, onTimeout: "warn" }, context);
    expect(context.warnings.join()).toContain("not yet stopped");
  });

  test('of a cluster that is away fails, and is skipped when onUnreachable is "skip"', async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    await sandbox().stop();
    await expect(cancelBackup.delete(state, recordingContext())).rejects.toMatchObject({
      kind: "unreachable",
    });
    const context = recordingContext();
    await cancelBackup.delete({ ...state, onUnreachable: "skip" }, context);
    expect(context.warnings.join()).toContain('assuming the cluster is gone (onUnreachable: "skip")');
  });

  test('that loses its cluster during the wait fails even when onUnreachable is "skip"', async () => {
    const { state } = await created({ cancelOn: ["delete"], timeoutSeconds: 1, onUnreachable: "skip" });
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const deleting = cancelBackup.delete(state, recordingContext());
    await expect.poll(() => liveJobs()).toMatchObject([{ status: "CANCELING" }]);
    await Promise.all([sandbox().stop(), expect(deleting).rejects.toMatchObject({ kind: "unreachable" })]);
  });

  test("sends nothing to another cluster at the same address", async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    const record = onAnotherCluster(state);
    await expect(cancelBackup.delete(record, recordingContext())).rejects.toMatchObject({
      kind: "otherCluster",
    });
    await cancelBackup.delete({ ...record, onUnreachable: "skip" }, recordingContext());
    expect(cancels()).toEqual([]);
  });

  test('with a wrong password or without the privilege fails even when onUnreachable is "skip"', async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    const wrong = { ...state, password: "not-the-password", onUnreachable: "skip" as const };
    await expect(cancelBackup.delete(wrong, recordingContext())).rejects.toMatchObject({ errno: 1045 });
    const { reader } = sandbox().logins;
    const asReader = {
      ...state,
      connection: connectionTo(sandbox(), reader),
      password: reader.password,
      onUnreachable: "skip" as const,
    };
    await expect(cancelBackup.delete(asReader, recordingContext())).rejects.toMatchObject({ errno: 1227 });
  });
});

describe("a delete that stops backups", () => {
  test("says a line for each job, with its end and with what is left behind where", async () => {
    const { state } = await created({ cancelOn: ["delete"], tenants: ["mysql_tenant", "oracle_tenant"] });
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    const context = recordingContext();
    await cancelBackup.delete(state, context);
    expect(context.lines).toEqual([
      expect.stringMatching(
        /^mysql_tenant job 1 CANCELED; left behind: mysql_tenant set 1 \(INCOMPLETE.*\) at \S+/,
      ),
      expect.stringMatching(
        /^oracle_tenant job 1 CANCELED; left behind: oracle_tenant set 1 \(INCOMPLETE.*\) at \S+/,
      ),
    ]);
  });

  test("says nothing when nothing ran", async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    const context = recordingContext();
    await cancelBackup.delete(state, context);
    expect(context.lines).toEqual([]);
  });
});
