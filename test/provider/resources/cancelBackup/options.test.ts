import { describe, expect, test } from "vitest";
import type { CancelBackupInputs } from "../../../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import { PartialFailure } from "../../../../provider/resources/defineResource.ts";
import { inputsFor, refreshed } from "../../../tools/support/cancelBackup.ts";
import { recordingContext, useSandbox } from "../../../tools/support/sandbox.ts";

const sandbox = useSandbox();
const cancels = () => sandbox().log.cancels;

const inputs = (changes: Partial<CancelBackupInputs> = {}) => inputsFor(sandbox(), changes);

async function created(changes: Partial<CancelBackupInputs> = {}) {
  const { id, state } = await cancelBackup.create(inputs(changes), recordingContext());
  sandbox().log.clear();
  return { id, state };
}

async function running(tenant = "mysql_tenant"): Promise<void> {
  sandbox().startBackup(tenant);
  await expect
    .poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job WHERE status <> 'DOING'"))
    .toEqual([]);
}

async function runningIn(tenant: string): Promise<void> {
  sandbox().startBackup(tenant);
  const id = sandbox().tenant(tenant).id;
  const rows = () => sandbox().rows(`SELECT status FROM oceanbase.__all_backup_job WHERE tenant_id = ${id}`);
  await expect.poll(rows).toEqual([{ status: "DOING" }]);
}

test("a backup that starts while the action looks on is in the record, with its initiator", async () => {
  await running();
  const creating = cancelBackup.create(inputs({ settleSeconds: 2 }), recordingContext());
  await expect.poll(cancels).toHaveLength(1);
  await expect.poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job")).toEqual([]);
  sandbox().startBackup("mysql_tenant");
  const { state } = await creating;
  expect(state.restarted).toMatchObject([{ tenant: "mysql_tenant", jobId: "2", initiator: "tenant" }]);
});

test("a view of backup sets that cannot be read does not keep a refresh from the jobs", async () => {
  await running();
  sandbox().setStuck("mysql_tenant", true);
  const { state } = await created({ timeoutSeconds: 0 });
  sandbox().setStuck("mysql_tenant", false);
  await expect.poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job")).toEqual([]);
  sandbox().faults.inject({ match: /SET_FILES/, act: { kind: "error", errno: 1146 } });
  const context = recordingContext();
  expect(await refreshed(state, context)).toMatchObject({
    outcome: "stopped",
    jobs: [{ status: "CANCELED" }],
  });
  expect(context.warnings.join()).toContain("what the backups have left behind could not be read");
});

describe("the check", () => {
  test.each<[Partial<CancelBackupInputs> | object, string, string]>([
    [{ keepStopped: "yes" }, "keepStopped", "must be true or false"],
    [{ keepStopped: true, cancelOn: ["delete"] }, "keepStopped", 'has no use without "create" in cancelOn'],
    [{ requireRestorePoint: 1 }, "requireRestorePoint", "must be true or false"],
    [{ waitForCleanup: true, timeoutSeconds: 0 }, "waitForCleanup", "requires timeoutSeconds greater than 0"],
    [{ settleSeconds: 5, timeoutSeconds: 0 }, "settleSeconds", "requires timeoutSeconds greater than 0"],
    [{ settleSeconds: 3601 }, "settleSeconds", "from 0 to 3600"],
    [{ onlyOlderThanSeconds: -1 }, "onlyOlderThanSeconds", "must be a number of seconds from 0"],
    [{ onlyTypes: [] }, "onlyTypes", 'must be a list with "full", "incremental"'],
    [{ onlyTypes: ["Full"] }, "onlyTypes", 'must be a list with "full", "incremental"'],
  ])("of %j names %s", (changes, path, reason) => {
    const problems = cancelBackup.check({ ...inputs(), ...changes } as CancelBackupInputs);
    expect(problems).toEqual([{ path, reason: expect.stringContaining(reason) }]);
  });

  test("takes what is right, and passes over what is not known yet", () => {
    const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const options = [
      "keepStopped",
      "requireRestorePoint",
      "waitForCleanup",
      "onlyOlderThanSeconds",
      "onlyTypes",
    ];
    for (const option of [...options, "settleSeconds"]) {
      expect(cancelBackup.check({ ...inputs(), [option]: UNKNOWN } as CancelBackupInputs)).toEqual([]);
    }
    const right = { keepStopped: true, requireRestorePoint: false, waitForCleanup: true, settleSeconds: 60 };
    const filter = { onlyOlderThanSeconds: 0, onlyTypes: ["full", "incremental"] as const };
    expect(cancelBackup.check(inputs({ ...right, ...filter }))).toEqual([]);
  });
});

test("a change of an option alone sends nothing", async () => {
  const { id, state } = await created();
  const options: Partial<CancelBackupInputs> = {
    keepStopped: true,
    requireRestorePoint: true,
    settleSeconds: 1,
    onlyTypes: ["full"],
    onlyOlderThanSeconds: 5,
  };
  const news = inputs(options);
  expect(cancelBackup.diff(state, news)).toMatchObject({
    changed: expect.arrayContaining(Object.keys(options)),
  });
  const updated = await cancelBackup.update(id, state, news, recordingContext());
  expect(updated).toMatchObject({ ...options, outcome: "stopped" });
  expect(cancels()).toEqual([]);
});

describe("a tenant that is kept stopped", () => {
  test("drifts when a backup runs again; the next update stops it", async () => {
    await running();
    const { id, state } = await created({ keepStopped: true });
    await running();
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
    expect(mended).not.toHaveProperty("drift");
    expect(cancels()).toHaveLength(1);
    expect(cancelBackup.diff(mended, inputs({ keepStopped: true }))).toMatchObject({ changed: [] });
  });

  test("is stopped again for the record when the job has ended by itself", async () => {
    const { state } = await created({ keepStopped: true });
    await running();
    const drifted = await refreshed(state, recordingContext());
    expect(drifted.outcome).toBe("drifted");
    sandbox().finishBackup("mysql_tenant");
    await expect.poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job")).toEqual([]);
    const again = await refreshed(drifted, recordingContext());
    expect(again).toMatchObject({ outcome: "stopped", summary: "no backup was running" });
    expect(again).not.toHaveProperty("drift");
  });

  test("is left alone once the option is taken away", async () => {
    const { id, state } = await created({ keepStopped: true });
    await running();
    const drifted = await refreshed(state, recordingContext());
    const released = await cancelBackup.update(id, drifted, inputs(), recordingContext());
    expect(released).toMatchObject({ outcome: "stopped" });
    expect(released).not.toHaveProperty("drift");
    expect(cancels()).toEqual([]);
    expect(cancelBackup.diff(released, inputs())).toMatchObject({ changed: [] });
  });

  test("does not drift by a job that its filter excludes, nor by one of another tenant", async () => {
    const { state } = await created({ keepStopped: true, onlyTypes: ["incremental"] });
    await running();
    await running("oracle_tenant");
    expect(await refreshed(state, recordingContext())).toMatchObject({ outcome: "stopped" });
  });

  test("is none without the option: a new backup is nobody's business", async () => {
    const { state } = await created();
    await running();
    expect(await refreshed(state, recordingContext())).toStrictEqual(state);
    expect(sandbox().log.logins).toBe(0);
  });

  test("is not repaired on another cluster that answers by now", async () => {
    const { id, state } = await created({ keepStopped: true });
    await running();
    const drifted = await refreshed(state, recordingContext());
    sandbox().log.clear();
    const elsewhere = { ...drifted, server: { ...drifted.server, clusterId: "777" } } as typeof drifted;
    await expect(
      cancelBackup.update(id, elsewhere, inputs({ keepStopped: true }), recordingContext()),
    ).rejects.toMatchObject({ kind: "otherCluster" });
    expect(cancels()).toEqual([]);
  });

  test("has its jobs brought up to date even while it drifts", async () => {
    await running();
    sandbox().setStuck("mysql_tenant", true);
    const { state } = await created({ tenants: "all", keepStopped: true, timeoutSeconds: 0 });
    expect(state).toMatchObject({ outcome: "issued", jobs: [{ status: "CANCELING" }] });
    await runningIn("oracle_tenant");
    const drifted = await refreshed(state, recordingContext());
    expect(drifted).toMatchObject({ outcome: "drifted", drift: [{ tenant: "oracle_tenant" }] });
    sandbox().setStuck("mysql_tenant", false);
    sandbox().finishBackup("oracle_tenant");
    await expect.poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job")).toEqual([]);
    const again = await refreshed(drifted, recordingContext());
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

describe("what was left behind", () => {
  test("is brought up to date by a refresh, until it is gone", async () => {
    await running();
    const { state } = await created();
    const staysBecause = "the tenant has no automatic cleanup policy";
    expect(state.leftovers).toMatchObject([{ fileStatus: "INCOMPLETE", staysBecause }]);
    sandbox().setPolicy("mysql_tenant", "1s");
    const covered = await refreshed(state, recordingContext());
    expect(covered.leftovers).toMatchObject([
      { fileStatus: "INCOMPLETE", removedAfter: expect.stringMatching(/^\d{4}-/) },
    ]);
    expect(covered.leftovers?.[0]).not.toHaveProperty("staysBecause");
    sandbox().cleanUpNow();
    await expect
      .poll(() => sandbox().rows("SELECT file_status FROM oceanbase.__all_backup_set_files"))
      .toEqual([{ file_status: "DELETED" }]);
    const gone = await refreshed(covered, recordingContext());
    expect(gone).toEqual({ ...state, leftovers: [] });
    sandbox().log.clear();
    await refreshed(gone, recordingContext());
    expect(sandbox().log.logins).toBe(0);
  });

  test("and is waited for keeps the resource unfinished; an update takes the wait up again", async () => {
    sandbox().cluster.backups.timing.cleanupSeconds = 1_000_000;
    sandbox().setPolicy("mysql_tenant", "1s");
    await running();
    const waiting = inputs({ waitForCleanup: true, timeoutSeconds: 2 });
    const failure = await cancelBackup.create(waiting, recordingContext()).catch((error) => error);
    expect(failure).toBeInstanceOf(PartialFailure);
    expect(failure.message).toContain(
      "their incomplete data is still there: mysql_tenant set 1 (INCOMPLETE, removed after ",
    );
    expect(failure.state).toMatchObject({ outcome: "unfinished", leftovers: [{ backupSetId: "1" }] });
    sandbox().cleanUpNow();
    const done = await cancelBackup.update(failure.id, failure.state, waiting, recordingContext());
    expect(done).toMatchObject({ outcome: "stopped", leftovers: [], jobs: [{ status: "CANCELED" }] });
    expect(cancels()).toHaveLength(1);
  });
});

describe("a filter", () => {
  test("that excludes everything makes a record that says so", async () => {
    await running();
    const { state } = await created({ onlyTypes: ["incremental"] });
    expect(state).toMatchObject({
      outcome: "excluded",
      jobs: [],
      excluded: [{ tenant: "mysql_tenant", reason: "job 1 is a full backup" }],
      summary: "nothing cancelled; excluded mysql_tenant (job 1 is a full backup)",
    });
    expect(state).not.toHaveProperty("statement");
    expect(cancelBackup.diff(state, inputs({ onlyTypes: ["incremental"] }))).toMatchObject({ changed: [] });
  });

  test("that lets some through names the excluded ones in the summary", async () => {
    await running();
    await running("oracle_tenant");
    sandbox().clock.advance(10_000);
    sandbox().startClusterBackup(["mysql_tenant"]);
    await expect
      .poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job WHERE tenant_id = 1002"))
      .toHaveLength(2);
    const { state } = await created({ tenants: "all", onlyOlderThanSeconds: 5000 });
    expect(state.summary).toMatch(
      /^1 backup job: oracle_tenant job 1 CANCELED; excluded mysql_tenant \(job 2 is \d+ s old/,
    );
  });
});

test("a restore point that is missing fails the create and leaves nothing behind", async () => {
  await running();
  await expect(
    cancelBackup.create(inputs({ requireRestorePoint: true }), recordingContext()),
  ).rejects.toThrow(/no complete full backup to restore mysql_tenant from/);
  expect(cancels()).toEqual([]);
});

test("a teardown that would be refused for want of a restore point is in doubt on the day it is declared", async () => {
  const { state } = await created({ requireRestorePoint: true, cancelOn: ["delete"] });
  expect(state).toMatchObject({
    outcome: "wouldFail",
    warnings: [expect.stringContaining("no complete full backup to restore mysql_tenant")],
  });
});
