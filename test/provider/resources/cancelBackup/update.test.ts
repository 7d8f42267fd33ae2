import { describe, expect, test } from "vitest";
import type { CancelBackupInputs } from "../../../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import type { CancelBackupState } from "../../../../provider/resources/cancelBackup/outputs.ts";
import { PartialFailure } from "../../../../provider/resources/defineResource.ts";
import { onAnotherCluster, useCancelBackup } from "../../../tools/support/cancelBackup.ts";
import { connectionTo, recordingContext, startFast } from "../../../tools/support/sandbox.ts";

const { sandbox, inputs, created, unfinished, running, cancels } = useCancelBackup();

const updated = (
  state: CancelBackupState,
  changes: Partial<CancelBackupInputs>,
  context = recordingContext(),
) => cancelBackup.update("id", state, inputs(changes), context);

describe("a diff", () => {
  test("sees no change in the same inputs, even under another reference to the code", async () => {
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

  test("sees no change when a default is written out, and sees another value", async () => {
    const { connectTimeoutSeconds: _, ...connection } = inputs().connection;
    const { state } = await created({ connection });
    const said = { ...connection, connectTimeoutSeconds: 10 };
    expect(cancelBackup.diff(state, inputs({ connection: said }))).toMatchObject({ changed: [] });
    const other = { ...connection, connectTimeoutSeconds: 11 };
    expect(cancelBackup.diff(state, inputs({ connection: other }))).toMatchObject({
      changed: ["connection"],
    });
  });

  test("asks for an update while the last attempt is unfinished", async () => {
    const { state } = await unfinished();
    expect(cancelBackup.diff(state, inputs({ timeoutSeconds: 1 }))).toMatchObject({ changed: ["outcome"] });
  });
});

describe("an update", () => {
  test.each<[string, Partial<CancelBackupInputs>]>([
    ["password", { password: "not-even-right" }],
    ["timeoutSeconds", { timeoutSeconds: 3 }],
    ["onTimeout", { onTimeout: "warn" }],
    ["onUnreachable", { onUnreachable: "skip" }],
    ["reason", { reason: "why" }],
    ["cancelOn, with delete added", { cancelOn: ["create", "delete"] }],
    ["the order of tenants", { tenants: ["mysql_tenant", "mysql_tenant"] }],
  ])("of %s keeps the record and makes no connection", async (_, change) => {
    const { state } = await created();
    const next = await updated(state, change);
    expect(next).toEqual({ ...state, ...inputs(change) });
    expect(sandbox().log.logins).toBe(0);
  });

  test("of user, endpoints or TLS makes no connection", async () => {
    const { state } = await created();
    const connection = { ...inputs().connection, user: "admin", endpoints: ["b:1"], tls: true };
    await updated(state, { connection });
    expect(sandbox().log.logins).toBe(0);
  });

  test("of an option alone sends no statement", async () => {
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
    const next = await cancelBackup.update(id, state, news, recordingContext());
    expect(next).toMatchObject({ ...options, outcome: "stopped" });
    expect(cancels()).toEqual([]);
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
    "to %j sends no statement, because it is the same cluster",
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

  test("of host and port sends the statement when they lead to another cluster", async () => {
    const { state } = await created();
    const other = await startFast({ cluster: "other", clusterId: 7 });
    const login = { connection: connectionTo(other, other.logins.sys), password: other.logins.sys.password };
    const next = await updated(state, login);
    expect(next.server).toMatchObject({ cluster: "other", clusterId: "7" });
    expect(other.log.cancels).toHaveLength(1);
    expect(cancels()).toEqual([]);
    await other.stop();
  });

  test("resumes an unfinished attempt without a second statement", async () => {
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

  test("that is interrupted again keeps the resource with a newer record", async () => {
    const { id, state } = await unfinished();
    const failure = await cancelBackup
      .update(id, state, inputs({ timeoutSeconds: 1 }), recordingContext())
      .catch((error) => error);
    expect(failure).toBeInstanceOf(PartialFailure);
    expect(failure.id).toBe(id);
    expect(failure.state).toMatchObject({ outcome: "unfinished", issuedAt: state.issuedAt });
    expect(cancels()).toEqual([]);
  });

  test("does not resume an attempt on another cluster", async () => {
    const { id, state } = await unfinished();
    const record = onAnotherCluster(state);
    await expect(cancelBackup.update(id, record, inputs(), recordingContext())).rejects.toMatchObject({
      kind: "otherCluster",
    });
    expect(cancels()).toEqual([]);
  });

  test("resumes the wait for a cleanup that the create did not see the end of", async () => {
    sandbox().cluster.backups.timing.cleanupSeconds = 1_000_000;
    sandbox().setPolicy("mysql_tenant", "1s");
    await running("mysql_tenant");
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

describe("an update of a deferred resource", () => {
  test("to one that cancels on create sends the statement, and back again only rehearses", async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    const carriedOut = await updated(state, { cancelOn: ["create", "delete"] });
    expect(carriedOut.outcome).toBe("stopped");
    expect(cancels()).toHaveLength(1);
    const deferred = await updated(carriedOut, { cancelOn: ["delete"] });
    expect(deferred.outcome).toBe("deferred");
    expect(cancels()).toHaveLength(1);
  });

  test("rehearses with other tenants and sends no statement", async () => {
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

  test("is asked for while its teardown would fail, and not once a rehearsal has succeeded", async () => {
    const wrong = inputs({ cancelOn: ["delete"], password: "not-the-password" });
    const { state } = await cancelBackup.create(wrong, recordingContext());
    expect(cancelBackup.diff(state, wrong)).toMatchObject({ changed: ["outcome"] });
    const next = await updated(state, { cancelOn: ["delete"] });
    expect(next).toMatchObject({ outcome: "deferred", server: { cluster: "obdemo" } });
    expect(cancelBackup.diff(next, inputs({ cancelOn: ["delete"] }))).toMatchObject({ changed: [] });
    expect(next.warnings.join()).not.toContain("nothing could be cancelled");
  });

  test("keeps the cluster of record when that cluster is away", async () => {
    const { state } = await created({ cancelOn: ["delete"] });
    await sandbox().stop();
    const next = await updated(state, { cancelOn: ["delete"], tenants: ["oracle_tenant"] });
    expect(next).toMatchObject({ outcome: "wouldFail", server: state.server });
  });
});
