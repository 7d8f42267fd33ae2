import { describe, expect, test } from "vitest";
import type { BackupCleanupPolicyInputs } from "../../../../provider/resources/backupCleanupPolicy/inputs.ts";
import { backupCleanupPolicy } from "../../../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import type { BackupCleanupPolicyState } from "../../../../provider/resources/backupCleanupPolicy/outputs.ts";
import { PartialFailure } from "../../../../provider/resources/defineResource.ts";
import {
  failsWith,
  partialFailure,
  REFUSAL,
  useBackupCleanupPolicy,
} from "../../../tools/support/backupCleanupPolicy.ts";
import { add, drop } from "../../../tools/support/cleanupPolicy.ts";
import { connectionTo, recordingContext, startFast, stopBefore } from "../../../tools/support/sandbox.ts";

const { sandbox, inputs, ownInputs, created, remakeTenant, sent, policies, windows } =
  useBackupCleanupPolicy();

const updated = async (
  state: BackupCleanupPolicyState,
  changes: Partial<BackupCleanupPolicyInputs>,
  context = recordingContext(),
) => await backupCleanupPolicy.update("mysql_tenant", state, inputs(changes), context);

describe("a diff", () => {
  test("sees no change in the same inputs, even under another reference to the code", async () => {
    const { state } = await created();
    expect(backupCleanupPolicy.diff(state, inputs({ recoveryWindow: "168h" }))).toMatchObject({
      changed: [],
    });
    expect(
      backupCleanupPolicy.diff(
        { ...state, __provider: "a" } as never,
        { ...inputs(), __provider: "b" } as never,
      ),
    ).toMatchObject({ changed: [] });
  });

  test.each<Partial<BackupCleanupPolicyInputs>>([
    { recoveryWindow: "8d" },
    { redundancy: 2 },
    { backupCopies: 1 },
    { overwrite: true },
    { onUnreachable: "skip" },
    { password: "new" },
  ])("asks for an update for %j", async (change) => {
    const { state } = await created();
    expect(backupCleanupPolicy.diff(state, inputs(change))).toMatchObject({ changed: Object.keys(change) });
  });

  test("asks for a replacement for another tenant", async () => {
    const { state } = await created();
    expect(backupCleanupPolicy.diff(state, inputs({ tenant: "oracle_tenant" }))).toEqual({
      changed: ["tenant"],
      replaces: ["tenant"],
    });
  });
});

describe("an update", () => {
  test.each<Partial<BackupCleanupPolicyInputs>>([
    { password: "not-even-right" },
    { overwrite: true },
    { onUnreachable: "skip" },
    { recoveryWindow: "168h" },
  ])("of %j keeps the record and makes no connection", async (change) => {
    const { state } = await created();
    expect(await updated(state, change)).toEqual({ ...state, ...inputs(change), recoveryWindow: "7d" });
    expect(sandbox().log.logins).toBe(0);
  });

  test("of user, endpoints or TLS makes no connection", async () => {
    const { state } = await created();
    const connection = { ...inputs().connection, user: "admin", endpoints: ["b:1"], tls: true };
    expect((await updated(state, { connection })).connection).toEqual(connection);
    expect(sandbox().log.logins).toBe(0);
  });

  test("of the window drops the policy and adds the new one", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    const { state } = await created();
    expect(state.adopted).toBe(true);
    const next = await updated(state, { recoveryWindow: "8d" });
    expect(sent()).toEqual([drop, add("8d")]);
    expect(next).toMatchObject({ recoveryWindow: "8d", statement: add("8d"), adopted: false });
    expect(backupCleanupPolicy.diff(next, inputs({ recoveryWindow: "8d" }))).toMatchObject({ changed: [] });
  });

  test.each<[Partial<BackupCleanupPolicyInputs>, string]>([
    [{ redundancy: 2 }, " REDUNDANCY = 2"],
    [{ backupCopies: 1 }, " BACKUP_COPIES = 1"],
  ])("of %j replaces the policy, although the server shows no difference", async (change, clause) => {
    const { state } = await created();
    const next = await updated(state, change);
    expect(sent()).toEqual([drop, add("7d", clause)]);
    expect(next).toMatchObject(change);
    sandbox().log.clear();
    expect(await updated(next, {})).not.toHaveProperty(Object.keys(change));
    expect(sent()).toEqual([drop, add("7d")]);
  });

  test("to a window that the server has already sends no statement", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", "8d");
    expect(await updated(state, { recoveryWindow: "8d" })).toMatchObject({ recoveryWindow: "8d" });
    expect(sent()).toEqual([]);
  });

  test("repairs the drift that a refresh has found", async () => {
    const { id, state } = await created();
    sandbox().setPolicy("mysql_tenant", "1d");
    const drifted = (await backupCleanupPolicy.read(
      id,
      state,
      recordingContext(),
    )) as BackupCleanupPolicyState;
    expect(drifted.recoveryWindow).toBe("1d");
    expect(drifted.summary).toBe("cleanup policy of mysql_tenant: recovery window 1d");
    expect(backupCleanupPolicy.diff(drifted, inputs())).toMatchObject({ changed: ["recoveryWindow"] });
    await updated(drifted, {});
    expect(sent()).toEqual([drop, add("7d")]);
    expect(windows()).toEqual(["7d"]);
  });

  test.each([{ host: "localhost" }, { cluster: "obdemo" }])(
    "to %j sends no statement, because it is the same cluster",
    async (change) => {
      const { state } = await created();
      const connection = { ...inputs().connection, ...change };
      expect(await updated(state, { connection })).toEqual({ ...state, connection });
      expect(sent()).toEqual([]);
      expect(sandbox().log.logins).toBe(1);
    },
  );

  test("of the login from sys to the tenant itself sends no statement, and the delete uses the new login", async () => {
    const { id, state } = await created();
    const next = await backupCleanupPolicy.update(id, state, ownInputs(), recordingContext());
    expect(next.server.tenant).toBe("mysql_tenant");
    expect(next).not.toHaveProperty("tenant");
    expect(sent()).toEqual([]);
    await backupCleanupPolicy.delete(next, recordingContext());
    expect(sent()).toEqual(["ALTER SYSTEM DROP DELETE BACKUP POLICY = 'default'"]);
  });

  test("to another cluster adds the policy there and warns that the old cluster keeps its own", async () => {
    const { state } = await created();
    const other = await startFast({ cluster: "other", clusterId: 7 });
    const login = { connection: connectionTo(other, other.logins.sys), password: other.logins.sys.password };
    const context = recordingContext();
    const next = await updated(state, login, context);
    expect(next.server).toMatchObject({ cluster: "other", clusterId: "7" });
    expect(next.warnings).toEqual([
      "the connection leads to another cluster now; cluster obdemo (id 1001) keeps its cleanup policy for tenant mysql_tenant",
    ]);
    expect(context.warnings).toEqual(next.warnings);
    expect(other.log.matching(/^ALTER/)).toEqual([add("7d")]);
    expect(sent()).toEqual([]);
    // As for a new resource: a different policy there was made by another session.
    other.setPolicy("mysql_tenant", "3d");
    await failsWith(updated(state, login), /recovery window 3d instead of/);
    await other.stop();
  });

  test("to a tenant that was made anew under the same name adds the policy there", async () => {
    const { state } = await created();
    remakeTenant();
    const elsewhere = { connection: { ...inputs().connection, host: "localhost" } };
    const next = await updated(state, elsewhere);
    expect(sent()).toEqual([add("7d")]);
    expect(next.tenantId).not.toBe(state.tenantId);
    expect(next.warnings).toEqual([]);
    // A different policy of the new tenant was made by another session.
    sandbox().setPolicy("mysql_tenant", "3d");
    await failsWith(updated(state, elsewhere), /recovery window 3d instead of/);
  });

  test("of a policy that was dropped in the meantime adds it", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", undefined);
    await updated(state, { recoveryWindow: "8d" });
    expect(sent()).toEqual([add("8d")]);
  });
});

describe("an update that fails", () => {
  test("puts the old policy back as it was, and the record stays", async () => {
    const { state } = await created({ redundancy: 3 });
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: REFUSAL });
    const failure = await updated(state, { recoveryWindow: "8d", redundancy: 3 }).catch((failed) => failed);
    expect(failure).not.toBeInstanceOf(PartialFailure);
    expect(failure.message).toMatch(/\(recovery window 7d\) was put back$/);
    expect(policies()).toMatchObject([{ recovery_window: "7d", redundancy: 3 }]);
  });

  test("saves the policy that is there when it was another one than the record's", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", "1d");
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: REFUSAL });
    const asked = { recoveryWindow: "8d" };
    const failure = await partialFailure(updated(state, asked));
    expect(failure.state).toMatchObject({ recoveryWindow: "1d" });
    expect(failure.state).not.toHaveProperty("unfinished");
    expect(backupCleanupPolicy.diff(failure.state, inputs(asked))).toMatchObject({
      changed: ["recoveryWindow"],
    });
  });

  test("and leaves the tenant without a policy is saved, and a refresh takes the policy for gone", async () => {
    const { id, state } = await created();
    sandbox().faults.inject({ match: /ADD /, times: 2, act: REFUSAL });
    const failure = await partialFailure(updated(state, { recoveryWindow: "8d" }));
    expect(failure.state).toMatchObject({ unfinished: "change", server: state.server });
    expect(await backupCleanupPolicy.read(id, failure.state, recordingContext())).toBeUndefined();
    await backupCleanupPolicy.update(id, failure.state, inputs({ recoveryWindow: "8d" }), recordingContext());
    expect(windows()).toEqual(["8d"]);
  });

  test("because the reply to its DROP is lost keeps what the old policy was made with", async () => {
    const { id, state } = await created();
    stopBefore(sandbox(), /DROP /);
    const hurried = recordingContext({ deadlineMs: Date.now() + 1200 });
    const failure = await partialFailure(updated(state, { redundancy: 2 }, hurried));
    expect(failure.state).toMatchObject({ unfinished: "change", recoveryWindow: "7d" });
    expect(failure.state).not.toHaveProperty("redundancy");
    await sandbox().start();
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().log.clear();
    await backupCleanupPolicy.update(id, failure.state, inputs({ redundancy: 2 }), recordingContext());
    expect(sent()).toEqual([drop, add("7d", " REDUNDANCY = 2")]);
  });
});
