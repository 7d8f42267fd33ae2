import { describe, expect, test } from "vitest";
import type { BackupCleanupPolicyInputs } from "../../../../provider/resources/backupCleanupPolicy/inputs.ts";
import { backupCleanupPolicy } from "../../../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import { PartialFailure } from "../../../../provider/resources/defineResource.ts";
import {
  failsWith,
  partialFailure,
  REFUSAL,
  useBackupCleanupPolicy,
} from "../../../tools/support/backupCleanupPolicy.ts";
import { add, drop } from "../../../tools/support/cleanupPolicy.ts";
import {
  connectionTo,
  FEATURES,
  recordingContext,
  startFast,
  stopBefore,
} from "../../../tools/support/sandbox.ts";

const { sandbox, inputs, ownInputs, sent, policies, windows } = useBackupCleanupPolicy();

describe("a create", () => {
  test("adds the policy and keeps inputs and outcome in the state", async () => {
    const asked = inputs({ redundancy: 2, backupCopies: 1 });
    const { id, state } = await backupCleanupPolicy.create(asked, recordingContext());
    expect(id).toBe("mysql_tenant");
    expect(state).toEqual({
      ...asked,
      adopted: false,
      statement: add("7d", " REDUNDANCY = 2 BACKUP_COPIES = 1"),
      tenantId: "1002",
      server: { version: FEATURES.build, cluster: "obdemo", clusterId: "1001", tenant: "sys", mode: "MYSQL" },
      summary: "cleanup policy of mysql_tenant: recovery window 7d, redundancy 2, backup copies 1",
      warnings: [],
    });
    expect(sent()).toEqual([state.statement]);
    expect(backupCleanupPolicy.diff(state, asked)).toMatchObject({ changed: [] });
  });

  test.each(["mysqlTenant", "oracleTenant"] as const)(
    "as %s adds the policy of the login's own tenant",
    async (who) => {
      const { id, state } = await backupCleanupPolicy.create(ownInputs(who), recordingContext());
      expect(id).toBe(sandbox().logins[who].tenant);
      expect(sent()).toEqual(["ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default' RECOVERY_WINDOW = '7d'"]);
      expect(state).not.toHaveProperty("tenant");
      await backupCleanupPolicy.delete(state, recordingContext());
      expect(policies()).toEqual([]);
    },
  );

  test("adopts an equal policy and sends no statement", async () => {
    sandbox().setPolicy("mysql_tenant", "168h");
    const { state } = await backupCleanupPolicy.create(inputs({ overwrite: true }), recordingContext());
    expect(state).toMatchObject({ adopted: true, recoveryWindow: "168h", warnings: [] });
    expect(state).not.toHaveProperty("statement");
    expect(sent()).toEqual([]);
    // The server's way to write it is no change.
    expect(backupCleanupPolicy.diff(state, inputs({ overwrite: true }))).toMatchObject({ changed: [] });
  });

  test("that adopts a policy warns of the inputs that OceanBase does not show", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    const context = recordingContext();
    const { state } = await backupCleanupPolicy.create(inputs({ redundancy: 2 }), context);
    expect(state.warnings).toEqual([
      expect.stringContaining("which OceanBase does not show, are taken to be as asked for"),
    ]);
    expect(context.warnings).toEqual(state.warnings);
  });

  test("over a different policy fails with both windows, unless it may overwrite", async () => {
    sandbox().setPolicy("mysql_tenant", "3d");
    await failsWith(
      backupCleanupPolicy.create(inputs(), recordingContext()),
      /recovery window 3d instead of recovery window 7d; set overwrite: true/,
    );
    expect(sent()).toEqual([]);
    const { state } = await backupCleanupPolicy.create(inputs({ overwrite: true }), recordingContext());
    expect(sent()).toEqual([drop, add("7d")]);
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

  test("without the privilege fails in one line and leaves no record", async () => {
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
    const other = await startFast({ flavor });
    const login = { connection: connectionTo(other, other.logins.sys), password: other.logins.sys.password };
    await failsWith(
      backupCleanupPolicy.create(inputs(login), recordingContext()),
      /OceanBase (server )?4\.0 or later is needed/,
    );
    await other.stop();
  });

  test("that overwrites and fails puts the old policy back and leaves no record", async () => {
    sandbox().setPolicy("mysql_tenant", "3d");
    sandbox().faults.inject({ match: /ADD .*'7d'/, act: REFUSAL });
    const failure = await backupCleanupPolicy
      .create(inputs({ overwrite: true }), recordingContext())
      .catch((failed) => failed);
    expect(failure).not.toBeInstanceOf(PartialFailure);
    expect(failure.message).toContain("(recovery window 3d) was put back");
    expect(sent()).toEqual([drop, add("7d"), add("3d")]);
    expect(windows()).toEqual(["3d"]);
  });

  test("that loses the reply to its DROP has adopted nothing", async () => {
    sandbox().setPolicy("mysql_tenant", "3d");
    stopBefore(sandbox(), /DROP /);
    const hurried = recordingContext({ deadlineMs: Date.now() + 1200 });
    const { state } = await partialFailure(backupCleanupPolicy.create(inputs({ overwrite: true }), hurried));
    expect(state).toMatchObject({ adopted: false, recoveryWindow: "3d" });
    await sandbox().start();
  });

  test("that leaves the tenant without a policy is saved, and the next update adds it", async () => {
    sandbox().setPolicy("mysql_tenant", "3d");
    sandbox().faults.inject({ match: /ADD /, times: 2, act: REFUSAL });
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

describe("a create that loses the reply to its ADD", () => {
  /** The server goes away with the ADD, and stays away for as long as the view may be asked. */
  async function unfinished(window = "7d") {
    stopBefore(sandbox(), /ADD /);
    const hurried = recordingContext({ deadlineMs: Date.now() + 1200 });
    const failure = await partialFailure(
      backupCleanupPolicy.create(inputs({ recoveryWindow: window }), hurried),
    );
    await sandbox().start();
    sandbox().log.clear();
    return failure;
  }

  test("is saved as unfinished, and the next update adds the missing policy", async () => {
    const { id, state } = await unfinished();
    expect(state).toMatchObject({ unfinished: "create", recoveryWindow: "7d" });
    expect(backupCleanupPolicy.diff(state, inputs())).toMatchObject({ changed: ["unfinished"] });
    sandbox().setPolicy("mysql_tenant", undefined);
    const next = await backupCleanupPolicy.update(id, state, inputs(), recordingContext());
    expect(sent()).toEqual([add("7d")]);
    expect(next).not.toHaveProperty("unfinished");
  });

  test("is followed by no second ADD when the first had arrived, and by a replacement for another window", async () => {
    const { id, state } = await unfinished();
    sandbox().setPolicy("mysql_tenant", "7d");
    const next = await backupCleanupPolicy.update(id, state, inputs(), recordingContext());
    expect(sent()).toEqual([]);
    expect(next).toMatchObject({ adopted: false, statement: add("7d") });
    await backupCleanupPolicy.update(id, state, inputs({ recoveryWindow: "9d" }), recordingContext());
    expect(sent()).toEqual([drop, add("9d")]);
  });

  test("counts as an unfinished change once an update that may overwrite is interrupted", async () => {
    const { id, state } = await unfinished();
    sandbox().setPolicy("mysql_tenant", "3d");
    sandbox().faults.inject({ match: /ADD /, times: 2, act: REFUSAL });
    const again = backupCleanupPolicy.update(id, state, inputs({ overwrite: true }), recordingContext());
    expect((await partialFailure(again)).state).toMatchObject({ unfinished: "change" });
  });

  test("leaves a different policy alone, because another session has made it", async () => {
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
    expect(sent()).toEqual([drop]);
  });
});
