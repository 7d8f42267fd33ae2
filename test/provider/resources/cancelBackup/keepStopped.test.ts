import { describe, expect, test } from "vitest";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import { refreshed, useCancelBackup } from "../../../tools/support/cancelBackup.ts";
import { recordingContext } from "../../../tools/support/sandbox.ts";

const { sandbox, inputs, created, running, cancels, liveJobs } = useCancelBackup();

describe("a tenant that is kept stopped", () => {
  test("drifts when a backup runs again, and the next update stops it", async () => {
    await running("mysql_tenant");
    const { id, state } = await created({ keepStopped: true });
    await running("mysql_tenant");
    const context = recordingContext();
    const drifted = await refreshed(state, context);
    expect(drifted).toMatchObject({
      outcome: "drifted",
      drift: [{ tenant: "mysql_tenant", jobId: "2", status: "DOING" }],
      jobs: [{ jobId: "1", status: "CANCELED" }],
      summary: "1 backup job running where backups are to be kept stopped: mysql_tenant job 2 DOING",
    });
    expect(context.warnings).toEqual([
      "a backup runs where backups are to be kept stopped: mysql_tenant job 2 DOING; the next pulumi up stops it",
    ]);
    expect(cancels()).toEqual([]);
    expect(cancelBackup.diff(drifted, inputs({ keepStopped: true }))).toMatchObject({ changed: ["outcome"] });
    const mended = await cancelBackup.update(id, drifted, inputs({ keepStopped: true }), recordingContext());
    expect(mended).toMatchObject({ outcome: "stopped", jobs: [{ jobId: "2", status: "CANCELED" }] });
    expect(mended).toHaveProperty("drift", []);
    expect(cancels()).toHaveLength(1);
    expect(cancelBackup.diff(mended, inputs({ keepStopped: true }))).toMatchObject({ changed: [] });
  });

  test("drifts no longer when the job has ended by itself", async () => {
    const { state } = await created({ keepStopped: true });
    await running("mysql_tenant");
    const drifted = await refreshed(state);
    expect(drifted.outcome).toBe("drifted");
    sandbox().finishBackup("mysql_tenant");
    await expect.poll(() => liveJobs()).toEqual([]);
    const again = await refreshed(drifted);
    expect(again).toMatchObject({ outcome: "stopped", summary: "no backup was running" });
    expect(again).toHaveProperty("drift", []);
  });

  test("is left alone by an update that takes the option away", async () => {
    const { id, state } = await created({ keepStopped: true });
    await running("mysql_tenant");
    const drifted = await refreshed(state);
    const released = await cancelBackup.update(id, drifted, inputs(), recordingContext());
    expect(released).toMatchObject({ outcome: "stopped" });
    expect(released).toHaveProperty("drift", []);
    expect(cancels()).toEqual([]);
    expect(cancelBackup.diff(released, inputs())).toMatchObject({ changed: [] });
  });

  test("does not drift by a job that its filter excludes, nor by a job of another tenant", async () => {
    const { state } = await created({ keepStopped: true, onlyTypes: ["incremental"] });
    await running("mysql_tenant");
    await running("oracle_tenant");
    expect(await refreshed(state)).toMatchObject({ outcome: "stopped" });
  });

  test("is not stopped again on another cluster", async () => {
    const { id, state } = await created({ keepStopped: true });
    await running("mysql_tenant");
    const drifted = await refreshed(state);
    sandbox().log.clear();
    const elsewhere = { ...drifted, server: { ...drifted.server, clusterId: "777" } } as typeof drifted;
    await expect(
      cancelBackup.update(id, elsewhere, inputs({ keepStopped: true }), recordingContext()),
    ).rejects.toMatchObject({ kind: "otherCluster" });
    expect(cancels()).toEqual([]);
  });

  test("has its jobs brought up to date even while it drifts", async () => {
    await running("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const { state } = await created({ tenants: "all", keepStopped: true, timeoutSeconds: 0 });
    expect(state).toMatchObject({ outcome: "issued", jobs: [{ status: "CANCELING" }] });
    await running("oracle_tenant");
    const drifted = await refreshed(state);
    expect(drifted).toMatchObject({ outcome: "drifted", drift: [{ tenant: "oracle_tenant" }] });
    sandbox().setStuck("mysql_tenant", false);
    sandbox().finishBackup("oracle_tenant");
    await expect.poll(() => liveJobs()).toEqual([]);
    const again = await refreshed(drifted);
    expect(again).toMatchObject({ outcome: "stopped", jobs: [{ status: "CANCELED" }] });
    expect(again.leftovers).toHaveLength(1);
  });

  test("keeps its record when the cluster is away", async () => {
    const { state } = await created({ keepStopped: true });
    await sandbox().stop();
    const context = recordingContext();
    expect(await refreshed(state, context)).toStrictEqual(state);
    expect(context.warnings).toEqual([expect.stringContaining("the record was kept as it is")]);
  });
});

test("a refresh without keepStopped makes no connection when a backup runs again", async () => {
  const { state } = await created();
  await running("mysql_tenant");
  expect(await refreshed(state)).toStrictEqual(state);
  expect(sandbox().log.logins).toBe(0);
});
