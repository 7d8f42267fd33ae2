import { describe, expect, test } from "vitest";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import { type CancelBackupState, NO_LISTS } from "../../../../provider/resources/cancelBackup/outputs.ts";
import { onAnotherCluster, refreshed, useCancelBackup } from "../../../tools/support/cancelBackup.ts";
import { recordingContext } from "../../../tools/support/sandbox.ts";

const { sandbox, created, unfinished, inputs, running, cancels, liveJobs } = useCancelBackup();

describe("a refresh", () => {
  test("reads how a job has ended since", async () => {
    const { state } = await unfinished();
    sandbox().setStuck("mysql_tenant", false);
    await expect.poll(() => liveJobs()).toEqual([]);
    const next = await refreshed(state);
    expect(next).toMatchObject({
      outcome: "stopped",
      stoppedAt: expect.any(String),
      jobs: [{ status: "CANCELED", endedAt: expect.any(String) }],
      summary: "1 backup job: mysql_tenant job 1 CANCELED",
    });
    expect(cancels()).toEqual([]);
  });

  test("leaves an attempt unfinished whose job is still stopping, or whose statement may not have arrived", async () => {
    const { state } = await unfinished();
    expect(await refreshed(state)).toMatchObject({ outcome: "unfinished" });
    sandbox().setStuck("mysql_tenant", false);
    await expect.poll(() => liveJobs()).toEqual([]);
    const { issuedAt: _, ...notArrived } = state;
    expect(await refreshed(notArrived as CancelBackupState)).toMatchObject({
      outcome: "unfinished",
      jobs: [{ status: "CANCELED" }],
    });
  });

  test("leaves an attempt unfinished whose cluster backup may still start jobs", async () => {
    const { state } = await unfinished();
    sandbox().setStuck("mysql_tenant", false);
    await expect.poll(() => liveJobs()).toEqual([]);
    const record = { ...state, startingClusterJobs: ["5"] };
    expect(await refreshed(record)).toMatchObject({
      outcome: "unfinished",
      jobs: [{ status: "CANCELED" }],
    });
  });

  test("takes a job for ended only when it stands in the history", async () => {
    const { state } = await unfinished();
    sandbox().clock.pause();
    sandbox().setStuck("mysql_tenant", false);
    sandbox().advanceUntilThereIs("SELECT 1 FROM oceanbase.__all_backup_job WHERE status = 'CANCELED'");
    const next = await refreshed(state);
    expect(next).toMatchObject({ outcome: "unfinished", jobs: [{ status: "CANCELED" }] });
    expect(next.jobs[0]).not.toHaveProperty("endedAt");
    sandbox().clock.resume();
    await expect.poll(() => liveJobs()).toEqual([]);
    expect(await refreshed(next)).toMatchObject({ outcome: "stopped" });
  });

  test("of a record whose jobs have ended without leftovers makes no connection", async () => {
    sandbox().startBackup("mysql_tenant");
    const { state } = await created();
    const record = { ...state, leftovers: [] };
    expect(await refreshed(record)).toStrictEqual(record);
    expect(sandbox().log.logins).toBe(0);
  });

  test("of a stopped record makes no connection, even for a job that was dropped with its tenant", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const context = recordingContext();
    const creating = cancelBackup.create(inputs(), context);
    await expect.poll(() => context.status.join()).toContain("job 1 CANCELING");
    sandbox().dropTenant("mysql_tenant");
    const { state } = await creating;
    expect(state).toMatchObject({ outcome: "stopped", jobs: [{ status: "CANCELING" }] });
    sandbox().log.clear();
    expect(await refreshed(state)).toStrictEqual(state);
    expect(sandbox().log.logins).toBe(0);
  });

  test("of a record without jobs asks no server", async () => {
    const empty = { summary: "" } as CancelBackupState;
    expect(await refreshed(empty)).toStrictEqual({ ...NO_LISTS, ...empty });
  });

  test("warns and keeps the record when the cluster is away, is another one, or refuses the login", async () => {
    const { state } = await unfinished();
    const away = recordingContext();
    await sandbox().stop();
    expect(await refreshed(state, away)).toStrictEqual(state);
    expect(away.warnings.join()).toContain("the record was kept as it is");
    await sandbox().start();
    for (const record of [{ ...state, password: "not-the-password" }, onAnotherCluster(state)]) {
      const context = recordingContext();
      expect(await refreshed(record, context)).toStrictEqual(record);
      expect(context.warnings).toHaveLength(1);
    }
  });

  test("brings the jobs up to date even when the view of backup sets cannot be read", async () => {
    await running("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const { state } = await created({ timeoutSeconds: 0 });
    sandbox().setStuck("mysql_tenant", false);
    await expect.poll(() => liveJobs()).toEqual([]);
    sandbox().faults.inject({ match: /SET_FILES/, act: { kind: "error", errno: 1146 } });
    const context = recordingContext();
    expect(await refreshed(state, context)).toMatchObject({
      outcome: "stopped",
      jobs: [{ status: "CANCELED" }],
    });
    expect(context.warnings.join()).toContain("what the backups have left behind could not be read");
  });

  test("brings the leftovers up to date until they are removed, and then makes no connection", async () => {
    await running("mysql_tenant");
    const { state } = await created();
    const staysBecause = "the tenant has no automatic cleanup policy";
    expect(state.leftovers).toMatchObject([{ fileStatus: "INCOMPLETE", staysBecause }]);
    sandbox().setPolicy("mysql_tenant", "7d");
    const covered = await refreshed(state);
    expect(covered.leftovers).toMatchObject([
      { fileStatus: "INCOMPLETE", removedAfter: expect.stringMatching(/^\d{4}-/) },
    ]);
    expect(covered.leftovers?.[0]).not.toHaveProperty("staysBecause");
    sandbox().clock.advance(8 * 86_400);
    sandbox().cleanUpNow();
    await expect
      .poll(() => sandbox().rows("SELECT file_status FROM oceanbase.__all_backup_set_files"))
      .toEqual([{ file_status: "DELETED" }]);
    const gone = await refreshed(covered);
    expect(gone).toEqual({ ...state, leftovers: [] });
    sandbox().log.clear();
    await refreshed(gone);
    expect(sandbox().log.logins).toBe(0);
  });
});
