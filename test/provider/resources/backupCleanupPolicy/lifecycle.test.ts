import { describe, expect, test } from "vitest";
import type { BackupCleanupPolicyInputs } from "../../../../provider/resources/backupCleanupPolicy/inputs.ts";
import { backupCleanupPolicy } from "../../../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import type { BackupCleanupPolicyState } from "../../../../provider/resources/backupCleanupPolicy/outputs.ts";
import { Command } from "../../../../provider/resources/command.ts";
import type { Context } from "../../../../provider/resources/context.ts";
import { PartialFailure } from "../../../../provider/resources/defineResource.ts";
import { startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { connectionTo, FAST, recordingContext, useSandbox } from "../../../tools/support/sandbox.ts";

const sandbox = useSandbox();
const sent = () => sandbox().log.matching(/^ALTER/);
const policies = () => sandbox().rows("SELECT * FROM oceanbase.__all_backup_delete_policy");
const windows = () => policies().map((row) => row.recovery_window);

const add = (window: string, rest = "") =>
  `ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default' RECOVERY_WINDOW = '${window}'${rest} TENANT = \`mysql_tenant\``;
const DROP = "ALTER SYSTEM DROP DELETE BACKUP POLICY = 'default' TENANT = `mysql_tenant`";
const error = { kind: "error", errno: 1235, message: "injected, not supported" } as const;

/** Inputs from sys for one tenant. */
function inputs(changes: Partial<BackupCleanupPolicyInputs> = {}): BackupCleanupPolicyInputs {
  const { sys } = sandbox().logins;
  return {
    connection: connectionTo(sandbox(), sys),
    password: sys.password,
    tenant: "mysql_tenant",
    recoveryWindow: "7d",
    ...changes,
  };
}

/** Inputs from a user tenant for its own policy. */
function ownInputs(who: "mysqlTenant" | "oracleTenant" = "mysqlTenant"): BackupCleanupPolicyInputs {
  const { tenant: _, ...others } = inputs();
  const login = sandbox().logins[who];
  return { ...others, connection: connectionTo(sandbox(), login), password: login.password };
}

async function created(
  changes: Partial<BackupCleanupPolicyInputs> = {},
  context: Context = recordingContext(),
) {
  const { id, state } = await backupCleanupPolicy.create(inputs(changes), context);
  sandbox().log.clear();
  return { id, state };
}

async function partialFailure(work: Promise<unknown>): Promise<PartialFailure<BackupCleanupPolicyState>> {
  const failure = await work.catch((error) => error);
  if (!(failure instanceof PartialFailure)) throw failure;
  return failure;
}

const failsWith = (work: Promise<unknown>, message: RegExp | string) => expect(work).rejects.toThrow(message);

/** The record as it would be if the address had belonged to another cluster then. */
function onAnotherCluster(state: BackupCleanupPolicyState): BackupCleanupPolicyState {
  return { ...state, server: { ...state.server, clusterId: "7" } };
}

/** A tenant of the same name with another id. */
function remakeTenant(): void {
  sandbox().dropTenant("mysql_tenant");
  sandbox().addTenant("mysql_tenant");
}

describe("create", () => {
  test("adds the policy and keeps inputs and outcome in the state", async () => {
    const asked = inputs({ redundancy: 2, backupCopies: 1 });
    const { id, state } = await backupCleanupPolicy.create(asked, recordingContext());
    expect(id).toBe("mysql_tenant");
    expect(state).toEqual({
      ...asked,
      adopted: false,
      statement: add("7d", " REDUNDANCY = 2 BACKUP_COPIES = 1"),
      tenantId: "1002",
      server: { version: "4.2.5.1", cluster: "obdemo", clusterId: "1001", tenant: "sys", mode: "MYSQL" },
      summary: "cleanup policy of mysql_tenant: recovery window 7d, redundancy 2, backup copies 1",
      warnings: [],
    });
    expect(sent()).toEqual([state.statement]);
    expect(backupCleanupPolicy.diff(state, asked)).toMatchObject({ changed: [] });
  });

  test.each(["mysqlTenant", "oracleTenant"] as const)(
    "in a user tenant is for its own policy: %s",
    async (who) => {
      const { id, state } = await backupCleanupPolicy.create(ownInputs(who), recordingContext());
      expect(id).toBe(sandbox().logins[who].tenant);
      expect(sent()).toEqual(["ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default' RECOVERY_WINDOW = '7d'"]);
      expect(state).not.toHaveProperty("tenant");
      await backupCleanupPolicy.delete(state, recordingContext());
      expect(policies()).toEqual([]);
    },
  );

  test("adopts an equal policy and sends nothing", async () => {
    sandbox().setPolicy("mysql_tenant", "168h");
    const { state } = await backupCleanupPolicy.create(inputs({ overwrite: true }), recordingContext());
    expect(state).toMatchObject({ adopted: true, recoveryWindow: "168h", warnings: [] });
    expect(state).not.toHaveProperty("statement");
    expect(sent()).toEqual([]);
    // The server's way to write it is no change.
    expect(backupCleanupPolicy.diff(state, inputs({ overwrite: true }))).toMatchObject({ changed: [] });
  });

  test("that adopts says what cannot be seen of the policy, when that was asked for", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    const context = recordingContext();
    const { state } = await backupCleanupPolicy.create(inputs({ redundancy: 2 }), context);
    expect(state.warnings).toEqual([
      expect.stringContaining("which OceanBase does not show, are taken to be as asked for"),
    ]);
    expect(context.warnings).toEqual(state.warnings);
  });

  test("of a different policy fails with both windows, unless it may be overwritten", async () => {
    sandbox().setPolicy("mysql_tenant", "3d");
    await failsWith(
      backupCleanupPolicy.create(inputs(), recordingContext()),
      /recovery window 3d instead of recovery window 7d; set overwrite: true/,
    );
    expect(sent()).toEqual([]);
    const { state } = await backupCleanupPolicy.create(inputs({ overwrite: true }), recordingContext());
    expect(sent()).toEqual([DROP, add("7d")]);
    expect(state).toMatchObject({ adopted: false, recoveryWindow: "7d" });
  });

  test.each<[string, () => Partial<BackupCleanupPolicyInputs>, RegExp]>([
    ["an unknown tenant", () => ({ tenant: "nowhere" }), /tenant nowhere does not exist/],
    ["a tenant in another case", () => ({ tenant: "Mysql_tenant" }), /did you mean mysql_tenant/],
    ["a wrong password", () => ({ password: "not-the-password" }), /1045/],
  ])("with %s fails before any statement", async (_, changes, message) => {
    await failsWith(backupCleanupPolicy.create(inputs(changes()), recordingContext()), message);
    expect(sent()).toEqual([]);
  });

  test("for a tenant that is locked or not NORMAL fails before any statement", async () => {
    sandbox().cluster.tenants.setLocked("mysql_tenant", true);
    await failsWith(backupCleanupPolicy.create(inputs(), recordingContext()), /mysql_tenant is locked/);
    sandbox().cluster.tenants.setLocked("mysql_tenant", false);
    sandbox().cluster.tenants.setStatus("mysql_tenant", "CREATING");
    await failsWith(
      backupCleanupPolicy.create(inputs(), recordingContext()),
      /tenant mysql_tenant is CREATING, and only a NORMAL tenant takes a cleanup policy/,
    );
    expect(sent()).toEqual([]);
  });

  test("without the privilege fails in one line and leaves nothing behind", async () => {
    const { reader } = sandbox().logins;
    const asReader = { connection: connectionTo(sandbox(), reader), password: reader.password };
    const failure = await backupCleanupPolicy
      .create(inputs(asReader), recordingContext())
      .catch((error) => error);
    expect(failure).not.toBeInstanceOf(PartialFailure);
    expect(failure.message).toMatch(
      /^setting the cleanup policy of tenant mysql_tenant as reader@sys .*ALTER SYSTEM/,
    );
    expect(failure.message).not.toContain("\n");
  });

  test.each(["mysql", "oceanbase-3", "seekdb"] as const)("on %s is refused", async (flavor) => {
    const other = await startSandbox({ speed: FAST, flavor });
    const login = { connection: connectionTo(other, other.logins.sys), password: other.logins.sys.password };
    await failsWith(
      backupCleanupPolicy.create(inputs(login), recordingContext()),
      /OceanBase (server )?4\.0 or later is needed/,
    );
    await other.stop();
  });

  test("that overwrites and fails puts the old policy back, and leaves no record", async () => {
    sandbox().setPolicy("mysql_tenant", "3d");
    sandbox().faults.inject({ match: /ADD .*'7d'/, act: error });
    const failure = await backupCleanupPolicy
      .create(inputs({ overwrite: true }), recordingContext())
      .catch((failed) => failed);
    expect(failure).not.toBeInstanceOf(PartialFailure);
    expect(failure.message).toContain("(recovery window 3d) was put back");
    expect(sent()).toEqual([DROP, add("7d"), add("3d")]);
    expect(windows()).toEqual(["3d"]);
  });

  test("whose DROP nobody knows the effect of has adopted nothing", async () => {
    sandbox().setPolicy("mysql_tenant", "3d");
    sandbox().faults.inject({
      match: /DROP /,
      act: { kind: "just before", happens: () => void sandbox().stop() },
    });
    const hurried = recordingContext({ deadlineMs: Date.now() + 1200 });
    const { state } = await partialFailure(backupCleanupPolicy.create(inputs({ overwrite: true }), hurried));
    expect(state).toMatchObject({ adopted: false, recoveryWindow: "3d" });
    await sandbox().start();
  });

  test("that leaves the tenant without a policy is saved, and the next up goes on", async () => {
    sandbox().setPolicy("mysql_tenant", "3d");
    sandbox().faults.inject({ match: /ADD /, times: 2, act: error });
    const asked = inputs({ overwrite: true });
    const { id, state, message } = await partialFailure(
      backupCleanupPolicy.create(asked, recordingContext()),
    );
    expect(id).toBe("mysql_tenant");
    expect(message).toMatch(/has no cleanup policy now; the next pulumi up goes on from here$/);
    expect(state).toMatchObject({
      unfinished: "change",
      adopted: false,
      summary: "cleanup policy of mysql_tenant: not finished",
    });
    expect(state).not.toHaveProperty("recoveryWindow");
    expect(backupCleanupPolicy.diff(state, asked)).toMatchObject({
      changed: ["recoveryWindow", "unfinished"],
    });
    sandbox().log.clear();
    const next = await backupCleanupPolicy.update(id, state, asked, recordingContext());
    expect(sent()).toEqual([add("7d")]);
    expect(next).toMatchObject({ recoveryWindow: "7d", statement: add("7d"), adopted: false });
    expect(next).not.toHaveProperty("unfinished");
  });
});

describe("a create whose statement nobody knows the effect of", () => {
  /** The connection is cut with the ADD, and nobody answers for as long as the view may be asked. */
  async function unfinished(window = "7d") {
    sandbox().faults.inject({
      match: /ADD /,
      act: { kind: "just before", happens: () => void sandbox().stop() },
    });
    const hurried = recordingContext({ deadlineMs: Date.now() + 1200 });
    const failure = await partialFailure(
      backupCleanupPolicy.create(inputs({ recoveryWindow: window }), hurried),
    );
    await sandbox().start();
    sandbox().log.clear();
    return failure;
  }

  test("is saved as such, and the next up adds what is missing", async () => {
    const { id, state } = await unfinished();
    expect(state).toMatchObject({ unfinished: "create", recoveryWindow: "7d" });
    expect(backupCleanupPolicy.diff(state, inputs())).toMatchObject({ changed: ["unfinished"] });
    sandbox().setPolicy("mysql_tenant", undefined);
    const next = await backupCleanupPolicy.update(id, state, inputs(), recordingContext());
    expect(sent()).toEqual([add("7d")]);
    expect(next).not.toHaveProperty("unfinished");
  });

  test("that had arrived is not sent again, even when the program has another window by then", async () => {
    const { id, state } = await unfinished();
    sandbox().setPolicy("mysql_tenant", "7d");
    const next = await backupCleanupPolicy.update(id, state, inputs(), recordingContext());
    expect(sent()).toEqual([]);
    expect(next).toMatchObject({ adopted: false, statement: add("7d") });
    await backupCleanupPolicy.update(id, state, inputs({ recoveryWindow: "9d" }), recordingContext());
    expect(sent()).toEqual([DROP, add("9d")]);
  });

  test("may have overwritten a policy when the next one is interrupted", async () => {
    const { id, state } = await unfinished();
    sandbox().setPolicy("mysql_tenant", "3d");
    sandbox().faults.inject({ match: /ADD /, times: 2, act: error });
    const again = backupCleanupPolicy.update(id, state, inputs({ overwrite: true }), recordingContext());
    expect((await partialFailure(again)).state).toMatchObject({ unfinished: "change" });
  });

  test("leaves a different policy alone: it is somebody else's", async () => {
    const { id, state } = await unfinished();
    sandbox().setPolicy("mysql_tenant", "3d");
    await failsWith(
      backupCleanupPolicy.update(id, state, inputs(), recordingContext()),
      /recovery window 3d instead of/,
    );
    expect(await backupCleanupPolicy.read(id, state, recordingContext())).toBeUndefined();
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(sent()).toEqual([]);
    sandbox().setPolicy("mysql_tenant", "7d");
    expect(await backupCleanupPolicy.read(id, state, recordingContext())).not.toHaveProperty("unfinished");
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(sent()).toEqual([DROP]);
  });
});

describe("diff", () => {
  test("sees no change in the same inputs, whatever the package is named by", async () => {
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

describe("update", () => {
  const updated = async (
    state: BackupCleanupPolicyState,
    changes: Partial<BackupCleanupPolicyInputs>,
    context = recordingContext(),
  ) => await backupCleanupPolicy.update("mysql_tenant", state, inputs(changes), context);

  test.each<Partial<BackupCleanupPolicyInputs>>([
    { password: "not-even-right" },
    { overwrite: true },
    { onUnreachable: "skip" },
    { recoveryWindow: "168h" },
  ])("of %j asks nobody, and keeps the record", async (change) => {
    const { state } = await created();
    expect(await updated(state, change)).toEqual({ ...state, ...inputs(change), recoveryWindow: "7d" });
    expect(sandbox().log.logins).toBe(0);
  });

  test("of user, endpoints or TLS asks nobody", async () => {
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
    expect(sent()).toEqual([DROP, add("8d")]);
    expect(next).toMatchObject({ recoveryWindow: "8d", statement: add("8d"), adopted: false });
    expect(backupCleanupPolicy.diff(next, inputs({ recoveryWindow: "8d" }))).toMatchObject({ changed: [] });
  });

  test.each<[Partial<BackupCleanupPolicyInputs>, string]>([
    [{ redundancy: 2 }, " REDUNDANCY = 2"],
    [{ backupCopies: 1 }, " BACKUP_COPIES = 1"],
  ])("of %j makes the policy anew, though it looks the same", async (change, clause) => {
    const { state } = await created();
    const next = await updated(state, change);
    expect(sent()).toEqual([DROP, add("7d", clause)]);
    expect(next).toMatchObject(change);
    sandbox().log.clear();
    expect(await updated(next, {})).not.toHaveProperty(Object.keys(change));
    expect(sent()).toEqual([DROP, add("7d")]);
  });

  test("of a window that the server has already sends nothing", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", "8d");
    expect(await updated(state, { recoveryWindow: "8d" })).toMatchObject({ recoveryWindow: "8d" });
    expect(sent()).toEqual([]);
  });

  test("repairs what a refresh has found", async () => {
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
    expect(sent()).toEqual([DROP, add("7d")]);
    expect(windows()).toEqual(["7d"]);
  });

  test.each([{ host: "localhost" }, { cluster: "obdemo" }])(
    "to %j sends nothing: it is the same cluster",
    async (change) => {
      const { state } = await created();
      const connection = { ...inputs().connection, ...change };
      expect(await updated(state, { connection })).toEqual({ ...state, connection });
      expect(sent()).toEqual([]);
      expect(sandbox().log.logins).toBe(1);
    },
  );

  test("of the login, from sys to the tenant itself, sends nothing and remembers where it logs in", async () => {
    const { id, state } = await created();
    const next = await backupCleanupPolicy.update(id, state, ownInputs(), recordingContext());
    expect(next.server.tenant).toBe("mysql_tenant");
    expect(next).not.toHaveProperty("tenant");
    expect(sent()).toEqual([]);
    await backupCleanupPolicy.delete(next, recordingContext());
    expect(sent()).toEqual(["ALTER SYSTEM DROP DELETE BACKUP POLICY = 'default'"]);
  });

  test("to another cluster ensures the policy there, and says that the old one keeps its own", async () => {
    const { state } = await created();
    const other = await startSandbox({ speed: FAST, cluster: "other", clusterId: 7 });
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
    // As for a new resource, a different policy there is somebody else's.
    other.setPolicy("mysql_tenant", "3d");
    await failsWith(updated(state, login), /recovery window 3d instead of/);
    await other.stop();
  });

  test("to a tenant that was made anew under the same name ensures the policy there", async () => {
    const { state } = await created();
    remakeTenant();
    const elsewhere = { connection: { ...inputs().connection, host: "localhost" } };
    const next = await updated(state, elsewhere);
    expect(sent()).toEqual([add("7d")]);
    expect(next.tenantId).not.toBe(state.tenantId);
    expect(next.warnings).toEqual([]);
    // A different policy of the new tenant is somebody else's.
    sandbox().setPolicy("mysql_tenant", "3d");
    await failsWith(updated(state, elsewhere), /recovery window 3d instead of/);
  });

  test("of a policy that was dropped in the meantime adds it", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", undefined);
    await updated(state, { recoveryWindow: "8d" });
    expect(sent()).toEqual([add("8d")]);
  });

  test("that fails puts the old policy back as it was, and the record stays", async () => {
    const { state } = await created({ redundancy: 3 });
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: error });
    const failure = await updated(state, { recoveryWindow: "8d", redundancy: 3 }).catch((failed) => failed);
    expect(failure).not.toBeInstanceOf(PartialFailure);
    expect(failure.message).toMatch(/\(recovery window 7d\) was put back$/);
    expect(policies()).toMatchObject([{ recovery_window: "7d", redundancy: 3 }]);
  });

  test("that fails on a policy which was another one than the record's saves what is there", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", "1d");
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: error });
    const asked = { recoveryWindow: "8d" };
    const failure = await partialFailure(updated(state, asked));
    expect(failure.state).toMatchObject({ recoveryWindow: "1d" });
    expect(failure.state).not.toHaveProperty("unfinished");
    expect(backupCleanupPolicy.diff(failure.state, inputs(asked))).toMatchObject({
      changed: ["recoveryWindow"],
    });
  });

  test("that leaves the tenant without a policy is saved, and a refresh takes it for gone", async () => {
    const { id, state } = await created();
    sandbox().faults.inject({ match: /ADD /, times: 2, act: error });
    const failure = await partialFailure(updated(state, { recoveryWindow: "8d" }));
    expect(failure.state).toMatchObject({ unfinished: "change", server: state.server });
    expect(await backupCleanupPolicy.read(id, failure.state, recordingContext())).toBeUndefined();
    await backupCleanupPolicy.update(id, failure.state, inputs({ recoveryWindow: "8d" }), recordingContext());
    expect(windows()).toEqual(["8d"]);
  });

  test("whose DROP nobody knows the effect of keeps what the old policy was made with", async () => {
    const { id, state } = await created();
    sandbox().faults.inject({
      match: /DROP /,
      act: { kind: "just before", happens: () => void sandbox().stop() },
    });
    const hurried = recordingContext({ deadlineMs: Date.now() + 1200 });
    const failure = await partialFailure(updated(state, { redundancy: 2 }, hurried));
    expect(failure.state).toMatchObject({ unfinished: "change", recoveryWindow: "7d" });
    expect(failure.state).not.toHaveProperty("redundancy");
    await sandbox().start();
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().log.clear();
    await backupCleanupPolicy.update(id, failure.state, inputs({ redundancy: 2 }), recordingContext());
    expect(sent()).toEqual([DROP, add("7d", " REDUNDANCY = 2")]);
  });
});

describe("read", () => {
  const reread = (state: BackupCleanupPolicyState, context = recordingContext()) =>
    backupCleanupPolicy.read("mysql_tenant", state, context);

  test("of a policy that is as it was changes nothing and sends nothing", async () => {
    const { state } = await created({ redundancy: 2 });
    expect(await reread(state)).toEqual(state);
    expect(sent()).toEqual([]);
  });

  test("keeps the server's way to write the same window", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", "168h");
    const now = (await reread(state)) as BackupCleanupPolicyState;
    expect(now.recoveryWindow).toBe("168h");
    expect(backupCleanupPolicy.diff(now, inputs())).toMatchObject({ changed: [] });
  });

  test("of a policy whose window has gone leaves none in the state", async () => {
    const { state } = await created();
    sandbox().rows("UPDATE oceanbase.__all_backup_delete_policy SET recovery_window = ''");
    const now = (await reread(state)) as BackupCleanupPolicyState;
    expect(now).not.toHaveProperty("recoveryWindow");
    expect(backupCleanupPolicy.diff(now, inputs())).toMatchObject({ changed: ["recoveryWindow"] });
  });

  test("finds a policy gone that was dropped, or went with its tenant", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", undefined);
    expect(await reread(state)).toBeUndefined();
    sandbox().setPolicy("mysql_tenant", "7d");
    remakeTenant();
    sandbox().setPolicy("mysql_tenant", "7d");
    expect(await reread(state)).toBeUndefined();
    sandbox().dropTenant("mysql_tenant");
    expect(await reread(state)).toBeUndefined();
  });

  test("of a locked tenant works: a lock is in the way of statements only", async () => {
    const { state } = await created();
    sandbox().cluster.tenants.setLocked("mysql_tenant", true);
    expect(await reread(state)).toEqual(state);
  });

  test("never fails because the cluster is away, is another one, or refuses: it warns and keeps the record", async () => {
    const { state } = await created();
    const away = recordingContext();
    await sandbox().stop();
    expect(await reread(state, away)).toBe(state);
    expect(away.warnings.join()).toContain("the record was kept as it is");
    await sandbox().start();
    for (const record of [{ ...state, password: "not-the-password" }, onAnotherCluster(state)]) {
      const context = recordingContext();
      expect(await reread(record, context)).toBe(record);
      expect(context.warnings).toHaveLength(1);
    }
  });

  test("without the views warns and keeps the record: that the policy is gone is not what it means", async () => {
    const { state } = await created();
    const context = recordingContext();
    sandbox().faults.inject({ match: /DELETE_POLICY/, act: { kind: "error", errno: 1146 } });
    expect(await reread(state, context)).toBe(state);
    expect(context.warnings.join()).toContain("found OceanBase 4.2.5.1, which has no cleanup policies");
  });
});

describe("reading a policy that the program does not manage", () => {
  const get = (id: string, given: Partial<BackupCleanupPolicyInputs> = {}) => {
    const { tenant: _, recoveryWindow: _window, ...login } = inputs();
    return backupCleanupPolicy.read(id, { ...login, ...given } as never, recordingContext());
  };

  test("gives what the server shows", async () => {
    sandbox().setPolicy("mysql_tenant", "9d");
    expect(await get("mysql_tenant")).toMatchObject({
      tenant: "mysql_tenant",
      recoveryWindow: "9d",
      adopted: true,
      tenantId: "1002",
      summary: "cleanup policy of mysql_tenant: recovery window 9d",
    });
    const { connection, password } = ownInputs() as Required<BackupCleanupPolicyInputs>;
    expect(await get("mysql_tenant", { connection, password })).not.toHaveProperty("tenant");
    expect(sent()).toEqual([]);
  });

  test("of a tenant that is locked and not NORMAL works", async () => {
    sandbox().setPolicy("mysql_tenant", "9d");
    sandbox().cluster.tenants.setLocked("mysql_tenant", true);
    sandbox().cluster.tenants.setStatus("mysql_tenant", "RESTORE");
    expect(await get("mysql_tenant")).toMatchObject({ recoveryWindow: "9d" });
  });

  test("fails clearly when there is none", async () => {
    await failsWith(get("mysql_tenant"), /tenant mysql_tenant has no cleanup policy to read/);
    await failsWith(get("Mysql_tenant"), /did you mean mysql_tenant/);
    const { connection, password } = ownInputs() as Required<BackupCleanupPolicyInputs>;
    await failsWith(
      get("oracle_tenant", { connection, password }),
      /a login to tenant mysql_tenant sees its own cleanup policy only; give mysql_tenant as the id/,
    );
    await sandbox().stop();
    await failsWith(get("mysql_tenant"), /nothing listens there/);
  });

  test("says what is wrong with its arguments, which no check has seen, and no secret", async () => {
    const connection = { ...inputs().connection, host: "", port: 0 };
    const failure = await get("mysql_tenant", { connection, password: 5 as never, overwrite: true }).catch(
      (failed) => failed,
    );
    for (const path of ["connection.host", "connection.port", "connection.password", "overwrite"]) {
      expect(failure.message).toContain(`${path}: `);
    }
    expect(failure.message).not.toContain("\n");
    expect(sandbox().log.logins).toBe(0);
  });
});

describe("delete", () => {
  test("drops the policy, and one that was there before, too", async () => {
    const { state } = await created();
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(sent()).toEqual([DROP]);
    sandbox().setPolicy("mysql_tenant", "7d");
    const adopted = await created();
    expect(adopted.state.adopted).toBe(true);
    await backupCleanupPolicy.delete(adopted.state, recordingContext());
    expect(windows()).toEqual([]);
  });

  test("drops the policy of the record whatever somebody has made of it", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", "1d");
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(windows()).toEqual([]);
  });

  test("of a policy or a tenant that is gone succeeds and sends nothing", async () => {
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

  test("drops the policy of a tenant that has another name by now, and not that of its namesake", async () => {
    const { state } = await created();
    sandbox().renameTenant("mysql_tenant", "renamed");
    sandbox().addTenant("mysql_tenant");
    sandbox().setPolicy("mysql_tenant", "30d");
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(windows()).toEqual(["30d"]);
    expect(sent()).toEqual([DROP.replace("mysql_tenant", "renamed")]);
  });

  test("succeeds when the tenant goes at this moment", async () => {
    const { state } = await created();
    const happens = () => sandbox().dropTenant("mysql_tenant");
    sandbox().faults.inject({ match: /DROP DELETE/, act: { kind: "just before", happens } });
    await backupCleanupPolicy.delete(state, recordingContext());
    expect(sent()).toEqual([DROP]);
  });

  test("of a tenant that is locked, or not NORMAL for another reason, fails", async () => {
    const { state } = await created();
    sandbox().cluster.tenants.setStatus("mysql_tenant", "RESTORE");
    await failsWith(backupCleanupPolicy.delete(state, recordingContext()), /is RESTORE/);
    sandbox().cluster.tenants.setStatus("mysql_tenant", "NORMAL");
    sandbox().cluster.tenants.setLocked("mysql_tenant", true);
    await failsWith(backupCleanupPolicy.delete(state, recordingContext()), /is locked/);
    expect(sent()).toEqual([]);
  });

  test("of a cluster that is away fails, or is skipped when that was asked for", async () => {
    const { state } = await created();
    await sandbox().stop();
    await expect(backupCleanupPolicy.delete(state, recordingContext())).rejects.toMatchObject({
      kind: "unreachable",
    });
    const context = recordingContext();
    await backupCleanupPolicy.delete({ ...state, onUnreachable: "skip" }, context);
    expect(context.warnings.join()).toContain('assuming the cluster is gone (onUnreachable: "skip")');
  });

  test("never reaches for another cluster at the same address", async () => {
    const { state } = await created();
    const record = onAnotherCluster(state);
    const failure = await backupCleanupPolicy.delete(record, recordingContext()).catch((failed) => failed);
    expect(failure).toMatchObject({ kind: "otherCluster" });
    expect(failure.message).toMatch(/correct connection, or remove the resource from the state/);
    await backupCleanupPolicy.delete({ ...record, onUnreachable: "skip" }, recordingContext());
    expect(sent()).toEqual([]);
    expect(windows()).toEqual(["7d"]);
  });

  test("with a wrong password or without the privilege always fails", async () => {
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
      expect(sent()).toEqual([DROP]);
    });

    test("and lets that resource change it in the same command", async () => {
      const { state } = await created();
      const news = inputs({ recoveryWindow: "8d" });
      const { context } = await deleted(state, news);
      expect((await backupCleanupPolicy.create(news, context)).state).toMatchObject({ recoveryWindow: "8d" });
      expect(sent()).toEqual([DROP, add("8d")]);
      // In a later command it is a policy like any other.
      await failsWith(
        backupCleanupPolicy.create(inputs({ recoveryWindow: "9d" }), recordingContext()),
        /has a cleanup policy already/,
      );
    });
  });
});

test("a preview changes nothing, whoever asks", async () => {
  const { state } = await created();
  const preview = recordingContext({ preview: true });
  await failsWith(backupCleanupPolicy.create(inputs(), preview), /preview/);
  await failsWith(backupCleanupPolicy.update("id", state, inputs(), preview), /preview/);
  await failsWith(backupCleanupPolicy.delete(state, preview), /preview/);
  expect(sandbox().log.logins).toBe(0);
});

test("a connection that is made again leads to the same cluster, or nothing more is sent", async () => {
  const other = await startSandbox({ speed: FAST, cluster: "other", clusterId: 7 });
  other.cluster.tenants.setPassword("sys", "root", sandbox().logins.sys.password);
  const { state } = await created();
  const connection = { ...inputs().connection, endpoints: [`127.0.0.1:${other.port}`] };
  sandbox().faults.inject({
    match: /DROP DELETE/,
    act: { kind: "just before", happens: () => void sandbox().stop() },
  });
  const failure = await partialFailure(
    backupCleanupPolicy.update(
      "mysql_tenant",
      state,
      inputs({ connection, recoveryWindow: "8d" }),
      recordingContext(),
    ),
  );
  expect(failure.message).toContain("run the command again, or correct connection");
  expect(other.log.matching(/^ALTER|DELETE_POLICY/)).toEqual([]);
  await other.stop();
});

test("no operation leaves a connection open, and no state holds what was not given", async () => {
  const { state } = await created();
  await backupCleanupPolicy.create(inputs({ tenant: "nowhere" }), recordingContext()).catch(() => {});
  await backupCleanupPolicy.read("mysql_tenant", state, recordingContext());
  await backupCleanupPolicy.delete(state, recordingContext());
  await expect.poll(() => sandbox().openConnections).toBe(0);
  const { password: _, ...withoutPassword } = inputs();
  const env = { OCEANBASE_PASSWORD: sandbox().logins.sys.password };
  const fresh = await backupCleanupPolicy.create(withoutPassword, recordingContext({ env }));
  expect(JSON.stringify(fresh.state)).not.toContain(env.OCEANBASE_PASSWORD);
});
