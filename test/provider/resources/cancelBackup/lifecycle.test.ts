import { describe, expect, test } from "vitest";
import type { CancelBackupInputs } from "../../../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import type { CancelBackupState } from "../../../../provider/resources/cancelBackup/outputs.ts";
import type { Context } from "../../../../provider/resources/context.ts";
import { PartialFailure } from "../../../../provider/resources/defineResource.ts";
import { startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { inputsFor, refreshed } from "../../../tools/support/cancelBackup.ts";
import { connectionTo, FAST, recordingContext, useSandbox } from "../../../tools/support/sandbox.ts";

const sandbox = useSandbox();
const cancels = () => sandbox().log.cancels;

const inputs = (changes: Partial<CancelBackupInputs> = {}) => inputsFor(sandbox(), changes);

async function created(changes: Partial<CancelBackupInputs> = {}, context: Context = recordingContext()) {
  const { id, state } = await cancelBackup.create(inputs(changes), context);
  sandbox().log.clear();
  return { id, state };
}

/** The record that a create leaves behind when the tenant's tasks cannot be stopped. */
async function unfinished(
  changes: Partial<CancelBackupInputs> = {},
): Promise<PartialFailure<CancelBackupState>> {
  sandbox().startBackup("mysql_tenant");
  sandbox().setStuck("mysql_tenant", true);
  const failure = await cancelBackup
    .create(inputs({ timeoutSeconds: 1, ...changes }), recordingContext())
    .catch((error) => error);
  if (!(failure instanceof PartialFailure)) throw failure;
  sandbox().log.clear();
  return failure;
}

/** The record as it would be if the address had belonged to another cluster then. */
function onAnotherCluster(state: CancelBackupState): CancelBackupState {
  return {
    ...state,
    server: { version: "4.2.5.1", cluster: "obdemo", clusterId: "7", tenant: "sys", mode: "MYSQL" },
  };
}

describe("create", () => {
  test("stops the backup and keeps inputs and outcome in the state", async () => {
    sandbox().startBackup("mysql_tenant");
    const { id, state } = await cancelBackup.create(inputs({ reason: "maintenance" }), recordingContext());
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(state).toMatchObject({
      ...inputs({ reason: "maintenance" }),
      outcome: "stopped",
      statement: "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`",
      jobs: [{ tenant: "mysql_tenant", status: "CANCELED" }],
      summary: "1 backup job: mysql_tenant job 1 CANCELED",
      server: { version: "4.2.5.1", cluster: "obdemo", clusterId: "1001", tenant: "sys", mode: "MYSQL" },
    });
  });

  test("says so when nothing was running", async () => {
    const { state } = await cancelBackup.create(inputs(), recordingContext());
    expect(state).toMatchObject({ outcome: "stopped", jobs: [], summary: "no backup was running" });
  });

  test("shows its warnings and keeps them", async () => {
    const context = recordingContext();
    const { state } = await cancelBackup.create(inputs(), context);
    expect(context.warnings).toEqual(state.warnings);
    expect(state.warnings.join()).toContain("no automatic cleanup policy");
  });

  test("takes the password from the environment or the configuration, and keeps neither", async () => {
    const { password } = sandbox().logins.sys;
    const { password: _, ...withoutPassword } = inputs();
    for (const context of [
      recordingContext({ env: { OCEANBASE_PASSWORD: password } }),
      recordingContext({ config: () => password }),
    ]) {
      const { state } = await cancelBackup.create(withoutPassword, context);
      expect(state.outcome).toBe("stopped");
      expect(JSON.stringify(state)).not.toContain(password);
    }
  });

  test("with a wrong tenant name fails before the statement and leaves nothing behind", async () => {
    await expect(
      cancelBackup.create(inputs({ tenants: ["Mysql_tenant"] }), recordingContext()),
    ).rejects.toThrow(/did you mean mysql_tenant/);
    expect(cancels()).toEqual([]);
  });

  test("without the privilege fails in one line and leaves nothing behind", async () => {
    const { reader } = sandbox().logins;
    const asReader = { connection: connectionTo(sandbox(), reader), password: reader.password };
    const failure = await cancelBackup.create(inputs(asReader), recordingContext()).catch((error) => error);
    expect(failure).not.toBeInstanceOf(PartialFailure);
    expect(failure.message).toContain("reader@sys");
    expect(failure.message).toContain("mysql_tenant");
    expect(failure.message).toContain("ALTER SYSTEM privilege");
  });

  test("that is interrupted leaves a record that is true", async () => {
    const failure = await unfinished();
    expect(failure.message).toContain("after 1 s not yet stopped: mysql_tenant job 1 CANCELING");
    expect(failure.state).toMatchObject({
      ...inputs({ timeoutSeconds: 1 }),
      outcome: "unfinished",
      issuedAt: expect.any(String),
      jobs: [{ status: "CANCELING" }],
    });
    expect(failure.state).not.toHaveProperty("stoppedAt");
  });

  test("that takes too long is a warning only, when that was asked for", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const context = recordingContext();
    const { state } = await cancelBackup.create(inputs({ timeoutSeconds: 1, onTimeout: "warn" }), context);
    expect(state.outcome).toBe("timedOut");
    expect(context.warnings.join()).toContain("not yet stopped");
    expect(state.warnings).toEqual(context.warnings);
    expect(cancelBackup.diff(state, inputs({ timeoutSeconds: 1, onTimeout: "warn" }))).toEqual({
      changed: [],
    });
  });

  test("does not wait when the timeout is 0", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const { state } = await cancelBackup.create(inputs({ timeoutSeconds: 0 }), recordingContext());
    expect(state).toMatchObject({ outcome: "issued", jobs: [{ status: "CANCELING" }] });
    expect(cancelBackup.diff(state, inputs({ timeoutSeconds: 0 }))).toMatchObject({ changed: [] });
  });

  test("for deletion only logs in and finds the tenants, and sends nothing", async () => {
    sandbox().startBackup("mysql_tenant");
    const context = recordingContext();
    const { state } = await cancelBackup.create(inputs({ cancelOn: ["delete"] }), context);
    expect(state).toMatchObject({ outcome: "deferred", jobs: [], server: { cluster: "obdemo" } });
    expect(state).not.toHaveProperty("statement");
    expect(context.warnings.join()).toContain("cleanup policy");
    expect(cancels()).toEqual([]);
  });

  test.each<[string, Partial<CancelBackupInputs>, string]>([
    ["an unknown tenant", { tenants: ["nowhere"] }, "nowhere does not exist"],
    ["a wrong password", { password: "not-the-password" }, "1045"],
  ])("for deletion with %s warns that it could not work as things are", async (_, change, message) => {
    const context = recordingContext();
    const { state } = await cancelBackup.create(inputs({ cancelOn: ["delete"], ...change }), context);
    expect(state).toMatchObject({ outcome: "wouldFail", jobs: [] });
    expect(state).not.toHaveProperty("server");
    expect(state.warnings).toEqual([expect.stringContaining(message)]);
    expect(context.warnings).toEqual(state.warnings);
    expect(cancels()).toEqual([]);
  });

  test("for deletion warns when the cluster cannot be reached, and the delete finds it later", async () => {
    await sandbox().stop();
    const { state } = await cancelBackup.create(inputs({ cancelOn: ["delete"] }), recordingContext());
    expect(state.warnings.join()).toContain("nothing could be cancelled at deletion");
    await sandbox().start();
    sandbox().startBackup("mysql_tenant");
    await cancelBackup.delete(state, recordingContext());
    expect(cancels()).toHaveLength(1);
  });
});

describe("diff", () => {
  test("sees no change in the same inputs, whatever the package is named by", async () => {
    const { state } = await created();
    expect(cancelBackup.diff(state, inputs())).toMatchObject({ changed: [] });
    expect(
      cancelBackup.diff({ ...state, __provider: "a" } as never, { ...inputs(), __provider: "b" } as never),
    ).toEqual({
      changed: [],
    });
  });

  test.each<[string, Partial<CancelBackupInputs>]>([
    ["tenants", { tenants: ["oracle_tenant"] }],
    ["password", { password: "new" }],
    ["triggers", { triggers: [1] }],
    ["timeoutSeconds", { timeoutSeconds: 1 }],
    ["reason", { reason: "x" }],
  ])("sees a change of %s", async (name, change) => {
    const { state } = await created();
    expect(cancelBackup.diff(state, inputs(change))).toMatchObject({ changed: [name] });
  });

  test("sees no change when a default is said or left out", async () => {
    const { connectTimeoutSeconds: _, ...connection } = inputs().connection;
    const { state } = await created({ connection });
    const said = { ...connection, connectTimeoutSeconds: 10 };
    expect(cancelBackup.diff(state, inputs({ connection: said }))).toMatchObject({ changed: [] });
    const other = { ...connection, connectTimeoutSeconds: 11 };
    expect(cancelBackup.diff(state, inputs({ connection: other }))).toMatchObject({
      changed: ["connection"],
    });
  });

  test("asks for an update as long as the last attempt is unfinished, even after a refresh", async () => {
    const { state } = await unfinished();
    expect(cancelBackup.diff(state, inputs({ timeoutSeconds: 1 }))).toMatchObject({
      changed: ["outcome"],
    });
  });
});

describe("update", () => {
  const updated = (
    state: CancelBackupState,
    changes: Partial<CancelBackupInputs>,
    context = recordingContext(),
  ) => cancelBackup.update("id", state, inputs(changes), context);

  test.each<[string, Partial<CancelBackupInputs>]>([
    ["password", { password: "not-even-right" }],
    ["timeoutSeconds", { timeoutSeconds: 3 }],
    ["onTimeout", { onTimeout: "warn" }],
    ["onUnreachable", { onUnreachable: "skip" }],
    ["reason", { reason: "why" }],
    ["cancelOn, on delete too", { cancelOn: ["create", "delete"] }],
    ["the order of tenants", { tenants: ["mysql_tenant", "mysql_tenant"] }],
  ])("of %s asks nobody, and keeps the record", async (_, change) => {
    const { state } = await created();
    const next = await updated(state, change);
    expect(next).toEqual({ ...state, ...inputs(change) });
    expect(sandbox().log.logins).toBe(0);
  });

  test("of user, endpoints or TLS asks nobody", async () => {
    const { state } = await created();
    const connection = { ...inputs().connection, user: "admin", endpoints: ["b:1"], tls: true };
    await updated(state, { connection });
    expect(sandbox().log.logins).toBe(0);
  });

  test.each<[string, Partial<CancelBackupInputs>]>([
    ["tenants", { tenants: ["mysql_tenant", "oracle_tenant"] }],
    ["triggers", { triggers: ["again"] }],
  ])("of %s sends the statement again", async (_, change) => {
    const { state } = await created();
    sandbox().startBackup("mysql_tenant");
    const next = await updated(state, change);
    expect(next.jobs).toMatchObject([{ tenant: "mysql_tenant", status: "CANCELED" }]);
    expect(cancels()).toHaveLength(1);
    expect(next.issuedAt).not.toBe(state.issuedAt);
  });

  test("of the login tenant sends the statement again", async () => {
    const { state } = await created();
    const { mysqlTenant } = sandbox().logins;
    const { tenants: _, ...own } = inputs({
      connection: connectionTo(sandbox(), mysqlTenant),
      password: mysqlTenant.password,
    });
    const next = await cancelBackup.update("id", state, own, recordingContext());
    expect(next.server?.tenant).toBe("mysql_tenant");
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP"]);
  });

  test.each([{ host: "localhost" }, { cluster: "obdemo" }])(
    "to %j sends nothing: it is the same cluster",
    async (change) => {
      const { state } = await created();
      sandbox().startBackup("mysql_tenant");
      const next = await updated(state, { connection: { ...inputs().connection, ...change } });
      expect(next.connection).toMatchObject(change);
      expect(next.issuedAt).toBe(state.issuedAt);
      expect(cancels()).toEqual([]);
      expect(sandbox().log.logins).toBe(1);
    },
  );

  test("of host or port sends the statement when it is another cluster", async () => {
    const { state } = await created();
    const other = await startSandbox({ speed: FAST, cluster: "other", clusterId: 7 });
    const login = { connection: connectionTo(other, other.logins.sys), password: other.logins.sys.password };
    const next = await updated(state, login);
    expect(next.server).toMatchObject({ cluster: "other", clusterId: "7" });
    expect(other.log.cancels).toHaveLength(1);
    expect(cancels()).toEqual([]);
    await other.stop();
  });

  test("from deferred to create sends the statement, and back only rehearses", async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    const carriedOut = await updated(state, { cancelOn: ["create", "delete"] });
    expect(carriedOut.outcome).toBe("stopped");
    expect(cancels()).toHaveLength(1);
    const deferred = await updated(carriedOut, { cancelOn: ["delete"] });
    expect(deferred.outcome).toBe("deferred");
    expect(cancels()).toHaveLength(1);
  });

  test("of an deferred resource's tenants rehearses and sends nothing", async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    const next = await updated(state, { cancelOn: ["delete"], tenants: ["oracle_tenant"] });
    expect(next.outcome).toBe("deferred");
    expect(cancels()).toEqual([]);
    const warned = await updated(state, { cancelOn: ["delete"], tenants: ["nowhere"] });
    expect(warned.warnings.join()).toContain("nowhere does not exist");
    // What could not be found out is asked again when the address changes.
    const elsewhere = { connection: { ...inputs().connection, host: "localhost" } };
    expect((await updated(warned, { cancelOn: ["delete"], ...elsewhere })).server?.cluster).toBe("obdemo");
  });

  test("of nothing looks again at a teardown in doubt, until it is in doubt no more", async () => {
    const wrong = inputs({ cancelOn: ["delete"], password: "not-the-password" });
    const { state } = await cancelBackup.create(wrong, recordingContext());
    expect(cancelBackup.diff(state, wrong)).toMatchObject({ changed: ["outcome"] });
    const next = await updated(state, { cancelOn: ["delete"] });
    expect(next).toMatchObject({ outcome: "deferred", server: { cluster: "obdemo" } });
    expect(cancelBackup.diff(next, inputs({ cancelOn: ["delete"] }))).toMatchObject({ changed: [] });
    expect(next.warnings.join()).not.toContain("nothing could be cancelled");
  });

  test("of an deferred resource while its cluster is away keeps the cluster of record", async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    await sandbox().stop();
    const next = await updated(state, { cancelOn: ["delete"], tenants: ["oracle_tenant"] });
    expect(next).toMatchObject({ outcome: "wouldFail", server: state.server });
  });

  test("takes an unfinished attempt up again without a second statement", async () => {
    const { id, state } = await unfinished();
    sandbox().setStuck("mysql_tenant", false);
    const next = await cancelBackup.update(id, state, inputs(), recordingContext());
    expect(next).toMatchObject({
      outcome: "stopped",
      jobs: [{ status: "CANCELED" }],
      issuedAt: state.issuedAt,
    });
    expect(cancels()).toEqual([]);
  });

  test("that is interrupted again leaves the same resource with a newer record", async () => {
    const { id, state } = await unfinished();
    const failure = await cancelBackup
      .update(id, state, inputs({ timeoutSeconds: 1 }), recordingContext())
      .catch((error) => error);
    expect(failure).toBeInstanceOf(PartialFailure);
    expect(failure.id).toBe(id);
    expect(failure.state).toMatchObject({ outcome: "unfinished", issuedAt: state.issuedAt });
    expect(cancels()).toEqual([]);
  });

  test("does not take up an attempt on a cluster that is another one by now", async () => {
    const { id, state } = await unfinished();
    const record = onAnotherCluster(state);
    await expect(cancelBackup.update(id, record, inputs(), recordingContext())).rejects.toMatchObject({
      kind: "otherCluster",
    });
    expect(cancels()).toEqual([]);
  });
});

describe("read", () => {
  test("finds out how a job has ended since", async () => {
    const { state } = await unfinished();
    sandbox().setStuck("mysql_tenant", false);
    await expect.poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job")).toEqual([]);
    const next = await refreshed(state, recordingContext());
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
    expect(await refreshed(state, recordingContext())).toMatchObject({ outcome: "unfinished" });
    sandbox().setStuck("mysql_tenant", false);
    await expect.poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job")).toEqual([]);
    const { issuedAt: _, ...notArrived } = state;
    expect(await refreshed(notArrived as CancelBackupState, recordingContext())).toMatchObject({
      outcome: "unfinished",
      jobs: [{ status: "CANCELED" }],
    });
  });

  test("of a record whose jobs have ended and left nothing behind asks nobody", async () => {
    sandbox().startBackup("mysql_tenant");
    const { state } = await created();
    const record = { ...state, leftovers: [] };
    expect(await refreshed(record, recordingContext())).toStrictEqual(record);
    expect(sandbox().log.logins).toBe(0);
  });

  test("never fails because the cluster is away, is another one, or refuses: it warns and keeps the record", async () => {
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

  test("leaves an attempt unfinished whose cluster backup may still start jobs", async () => {
    const { state } = await unfinished();
    sandbox().setStuck("mysql_tenant", false);
    await expect.poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job")).toEqual([]);
    const record = { ...state, startingClusterJobs: ["5"] };
    expect(await refreshed(record, recordingContext())).toMatchObject({
      outcome: "unfinished",
      jobs: [{ status: "CANCELED" }],
    });
  });

  test("takes a job for ended only when it stands in the history", async () => {
    const { state } = await unfinished();
    sandbox().clock.pause();
    sandbox().setStuck("mysql_tenant", false);
    sandbox().advanceUntilThereIs("SELECT 1 FROM oceanbase.__all_backup_job WHERE status = 'CANCELED'");
    const next = await refreshed(state, recordingContext());
    expect(next).toMatchObject({ outcome: "unfinished", jobs: [{ status: "CANCELED" }] });
    expect(next.jobs[0]).not.toHaveProperty("endedAt");
    sandbox().clock.resume();
    await expect.poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job")).toEqual([]);
    expect(await refreshed(next, recordingContext())).toMatchObject({ outcome: "stopped" });
  });

  test("of a stopped record asks nobody, even for a job that went with its tenant", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const creating = cancelBackup.create(inputs(), recordingContext());
    await expect
      .poll(() => sandbox().rows("SELECT status FROM oceanbase.__all_backup_job"))
      .toEqual([{ status: "CANCELING" }]);
    sandbox().dropTenant("mysql_tenant");
    const { state } = await creating;
    expect(state).toMatchObject({ outcome: "stopped", jobs: [{ status: "CANCELING" }] });
    sandbox().log.clear();
    expect(await refreshed(state, recordingContext())).toStrictEqual(state);
    expect(sandbox().log.logins).toBe(0);
  });

  test("of a record without jobs gives back what it got", async () => {
    const empty = { summary: "" } as CancelBackupState;
    expect(await refreshed(empty, recordingContext())).toStrictEqual(empty);
  });
});

describe("delete", () => {
  test("does nothing and needs no connection, unless it was asked for", async () => {
    const { state } = await created();
    await sandbox().stop();
    await cancelBackup.delete(state, recordingContext());
  });

  test("stops the backups that run then", async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    sandbox().startBackup("mysql_tenant");
    await cancelBackup.delete(state, recordingContext());
    expect(cancels()).toHaveLength(1);
    expect(sandbox().rows("SELECT status FROM oceanbase.__all_backup_job_history")).toEqual([
      { status: "CANCELED" },
    ]);
  });

  test("takes a tenant that is gone for stopped, and still stops the others", async () => {
    const { state } = await created({ cancelOn: ["delete"], tenants: ["mysql_tenant", "oracle_tenant"] });
    sandbox().startBackup("oracle_tenant");
    sandbox().dropTenant("mysql_tenant");
    await cancelBackup.delete(state, recordingContext());
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`"]);
    sandbox().dropTenant("oracle_tenant");
    await cancelBackup.delete(state, recordingContext());
    expect(cancels()).toHaveLength(1);
  });

  test("fails while the jobs do not stop, so that the resource stays and the next destroy tries again", async () => {
    const { state } = await created({ cancelOn: ["delete"], timeoutSeconds: 1 });
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    await expect(cancelBackup.delete(state, recordingContext())).rejects.toMatchObject({ kind: "timeout" });
    const context = recordingContext();
    await cancelBackup.delete({ ...state, onTimeout: "warn" }, context);
    expect(context.warnings.join()).toContain("not yet stopped");
  });

  test("of a cluster that is away fails, or is skipped when that was asked for", async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    await sandbox().stop();
    await expect(cancelBackup.delete(state, recordingContext())).rejects.toMatchObject({
      kind: "unreachable",
    });
    const context = recordingContext();
    await cancelBackup.delete({ ...state, onUnreachable: "skip" }, context);
    expect(context.warnings.join()).toContain('assuming the cluster is gone (onUnreachable: "skip")');
  });

  test("takes a tenant in another case for a slip, not for one that is gone", async () => {
    const { state } = await cancelBackup.create(
      inputs({ cancelOn: ["delete"], tenants: ["Mysql_tenant"] }),
      recordingContext(),
    );
    await expect(cancelBackup.delete(state, recordingContext())).rejects.toThrow(/did you mean mysql_tenant/);
    expect(cancels()).toEqual([]);
  });

  test("that has reached the cluster fails when it is lost on the way, even where an absent one is skipped", async () => {
    const { state } = await created({ cancelOn: ["delete"], timeoutSeconds: 1, onUnreachable: "skip" });
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const deleting = cancelBackup.delete(state, recordingContext());
    await expect
      .poll(() => sandbox().rows("SELECT status FROM oceanbase.__all_backup_job"))
      .toEqual([{ status: "CANCELING" }]);
    await Promise.all([sandbox().stop(), expect(deleting).rejects.toMatchObject({ kind: "unreachable" })]);
  });

  test("never reaches for another cluster at the same address", async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    const record = onAnotherCluster(state);
    await expect(cancelBackup.delete(record, recordingContext())).rejects.toMatchObject({
      kind: "otherCluster",
    });
    await cancelBackup.delete({ ...record, onUnreachable: "skip" }, recordingContext());
    expect(cancels()).toEqual([]);
  });

  test("with a wrong password or without the privilege always fails", async () => {
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

test("a preview changes nothing, whoever asks", async () => {
  const { state } = await created({ cancelOn: ["delete"] });
  const preview = recordingContext({ preview: true });
  await expect(cancelBackup.create(inputs(), preview)).rejects.toThrow(/preview/);
  await expect(cancelBackup.update("id", state, inputs(), preview)).rejects.toThrow(/preview/);
  await expect(cancelBackup.delete(state, preview)).rejects.toThrow(/preview/);
  expect(sandbox().log.logins).toBe(0);
});

test("no operation leaves a connection open", async () => {
  const { state } = await created({ cancelOn: ["delete"] });
  await cancelBackup.create(inputs({ tenants: ["nowhere"] }), recordingContext()).catch(() => {});
  await cancelBackup.delete(state, recordingContext());
  // It is kept for a moment, in case another resource of the stack comes next.
  await expect.poll(() => sandbox().openConnections).toBe(0);
});
