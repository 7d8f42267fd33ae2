import { beforeEach, describe, expect, test } from "vitest";
import { type Clock, manualClock } from "../../../sdk/sandbox/clock.ts";
import { errno, runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { Sandbox } from "../../../sdk/sandbox/sandbox.ts";

/*
 * What cleanup policies do, on a clock that stands still. It begins at 08:00, and the server looks at the policies
 * at 09:00, 10:00 and so on.
 */
let clock: Clock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = manualClock();
  sandbox = new Sandbox({ clock });
});

const run = (tenantName: string, sql: string, userName?: string) =>
  runStatement(sandbox, tenantName, sql, userName);

const cleanups = (view: "JOBS" | "JOB_HISTORY", columns = "TENANT_ID, STATUS, RESULT") =>
  run("sys", `SELECT ${columns} FROM oceanbase.CDB_OB_BACKUP_DELETE_${view} ORDER BY TENANT_ID, JOB_ID`);
const starts = () =>
  ["JOBS", "JOB_HISTORY"].flatMap((view) =>
    cleanups(view as "JOBS", "START_TIMESTAMP").map((row) => String(row.START_TIMESTAMP).slice(11, 19)),
  );
const fileStatuses = (tenantId = 1002) =>
  run(
    "sys",
    `SELECT FILE_STATUS FROM oceanbase.CDB_OB_BACKUP_SET_FILES WHERE TENANT_ID = ${tenantId} ORDER BY BACKUP_SET_ID`,
  ).map((row) => row.FILE_STATUS);

/** Moves the clock to a time of the cluster's first day, in its own zone. */
function until(time: string): void {
  clock.advance((Date.parse(`2026-01-01T${time}+08:00`) - clock.now()) / 1000);
}

/** Leaves a backup set INCOMPLETE; takes 32 s. */
function leaveIncompleteSet(tenantName = "mysql_tenant"): void {
  run(tenantName, "ALTER SYSTEM BACKUP DATABASE");
  clock.advance(1);
  run(tenantName, "ALTER SYSTEM CANCEL BACKUP");
  clock.advance(31);
  expect(fileStatuses(sandbox.tenant(tenantName).id).at(-1)).toBe("INCOMPLETE");
}

describe("a check of the policies", () => {
  test("finds an incomplete backup set and removes it", () => {
    sandbox.setPolicy("mysql_tenant", "1s");
    leaveIncompleteSet();
    const state = () => [
      cleanups("JOBS", "STATUS, TASK_COUNT, SUCCESS_TASK_COUNT, END_TIMESTAMP"),
      fileStatuses(),
    ];
    const job = { STATUS: "INIT", TASK_COUNT: 0, SUCCESS_TASK_COUNT: 0, END_TIMESTAMP: null };
    until("08:59:59.999");
    expect(state()).toEqual([[], ["INCOMPLETE"]]);
    until("09:00:00");
    expect(state()).toEqual([[job], ["INCOMPLETE"]]);
    clock.advance(0.2);
    expect(state()).toEqual([[{ ...job, STATUS: "DOING", TASK_COUNT: 1 }], ["DELETING"]]);
    clock.advance(0.2);
    const done = {
      STATUS: "COMPLETED",
      TASK_COUNT: 1,
      SUCCESS_TASK_COUNT: 1,
      END_TIMESTAMP: "2026-01-01 09:00:00.400000",
    };
    expect(state()).toEqual([[done], ["DELETED"]]);
    expect(cleanups("JOB_HISTORY")).toEqual([]);
    clock.advance(0.2);
    expect(state()).toEqual([[], ["DELETED"]]);
    expect(cleanups("JOB_HISTORY", "*")).toEqual([
      {
        ...done,
        TENANT_ID: 1002,
        JOB_ID: 1,
        INCARNATION: 1,
        INITIATOR_TENANT_ID: 1002,
        INITIATOR_JOB_ID: 1,
        EXECUTOR_TENANT_ID: "1002",
        TYPE: "DELETE OBSOLETE BACKUP",
        PARAMETER: "2026-01-01 08:59:59.000000",
        JOB_LEVEL: "USER_TENANT",
        START_TIMESTAMP: "2026-01-01 09:00:00.000000",
        RESULT: 0,
        COMMENT: "",
      },
    ]);
    const [set] = run("sys", "SELECT STATUS, RESULT FROM oceanbase.CDB_OB_BACKUP_SET_FILES");
    expect(set).toEqual({ STATUS: "FAILED", RESULT: 0 });
  });

  test("shows its job to the tenant it is for, in either mode", () => {
    for (const tenantName of ["mysql_tenant", "oracle_tenant"]) {
      sandbox.setPolicy(tenantName, "1s");
      leaveIncompleteSet(tenantName);
    }
    until("09:00:00");
    const columns = "JOB_ID, STATUS, START_TIMESTAMP";
    expect(run("mysql_tenant", `SELECT ${columns} FROM oceanbase.DBA_OB_BACKUP_DELETE_JOBS`)).toEqual([
      { JOB_ID: 1, STATUS: "INIT", START_TIMESTAMP: "2026-01-01 09:00:00.000000" },
    ]);
    expect(run("oracle_tenant", `SELECT ${columns} FROM SYS.DBA_OB_BACKUP_DELETE_JOBS`)).toEqual([
      { JOB_ID: 1, STATUS: "INIT", START_TIMESTAMP: "2026-01-01 09:00:00" },
    ]);
  });

  test("leaves what is complete and what is being written, and removes the rest in one job", () => {
    sandbox.setPolicy("mysql_tenant", "1s");
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    clock.advance(610);
    leaveIncompleteSet();
    leaveIncompleteSet();
    until("08:59:00");
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    until("09:00:01");
    expect(fileStatuses()).toEqual(["AVAILABLE", "DELETED", "DELETED", "COPYING"]);
    expect(cleanups("JOB_HISTORY", "TASK_COUNT, SUCCESS_TASK_COUNT")).toEqual([
      { TASK_COUNT: 2, SUCCESS_TASK_COUNT: 2 },
    ]);
  });

  test("starts a job every hour, also where there is nothing to remove", () => {
    sandbox.setPolicy("mysql_tenant", "1s");
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    until("11:00:01");
    expect(fileStatuses()).toEqual(["AVAILABLE"]);
    expect(starts()).toEqual(["09:00:00", "10:00:00", "11:00:00"]);
    expect(cleanups("JOB_HISTORY", "STATUS, TASK_COUNT, RESULT")).toEqual(
      Array(3).fill({ STATUS: "COMPLETED", TASK_COUNT: 0, RESULT: 0 }),
    );
  });

  test("passes over a tenant without a policy, and one that is not NORMAL", () => {
    sandbox.setPolicy("oracle_tenant", "1s");
    leaveIncompleteSet();
    leaveIncompleteSet("oracle_tenant");
    sandbox.cluster.tenants.setStatus("oracle_tenant", "RESTORE");
    until("10:00:01");
    expect(starts()).toEqual([]);
    expect(fileStatuses(1004)).toEqual(["INCOMPLETE"]);
    sandbox.cluster.tenants.setStatus("oracle_tenant", "NORMAL");
    until("11:00:01");
    expect(cleanups("JOB_HISTORY", "TENANT_ID")).toEqual([{ TENANT_ID: 1004 }]);
    expect([fileStatuses(1002), fileStatuses(1004)]).toEqual([["INCOMPLETE"], ["DELETED"]]);
  });

  test("starts a second job beside one that is not done", () => {
    sandbox.setPolicy("mysql_tenant", "1s");
    leaveIncompleteSet();
    sandbox.cluster.backups.timing.wakeSeconds = 5000;
    until("10:00:00");
    expect(cleanups("JOBS", "JOB_ID, STATUS")).toEqual([
      { JOB_ID: 1, STATUS: "INIT" },
      { JOB_ID: 2, STATUS: "INIT" },
    ]);
  });

  test.each([
    ["0.1 s before a check", "08:59:29.500", "09:00:00"],
    ["0.1 s after a check", "08:59:29.700", "10:00:00"],
  ])("removes what was left %s at its own time, without a look in between", (_, startedAt, removedAt) => {
    sandbox.setPolicy("mysql_tenant", "100ms");
    // The rounds of a backup thread are 0.2, 0.4 and 30.4 s after the start of its first job.
    until(startedAt);
    run("mysql_tenant", "ALTER SYSTEM BACKUP DATABASE");
    clock.advance(1);
    run("mysql_tenant", "ALTER SYSTEM CANCEL BACKUP");
    until("16:00:00");
    const removing = run(
      "sys",
      "SELECT START_TIMESTAMP AS T FROM oceanbase.CDB_OB_BACKUP_DELETE_JOB_HISTORY WHERE TASK_COUNT > 0",
    );
    expect(removing.map((row) => String(row.T).slice(11, 19))).toEqual([removedAt]);
    expect(fileStatuses()).toEqual(["DELETED"]);
  });
});

describe("the time of a check", () => {
  beforeEach(() => {
    sandbox.setPolicy("mysql_tenant", "1s");
    leaveIncompleteSet();
  });

  test("may be now, and the next one is a full period later", () => {
    until("08:50:00");
    sandbox.cleanUpNow();
    expect(cleanups("JOBS")).toEqual([{ TENANT_ID: 1002, STATUS: "INIT", RESULT: 0 }]);
    clock.advance(1);
    leaveIncompleteSet();
    until("09:49:59");
    expect(fileStatuses()).toEqual(["DELETED", "INCOMPLETE"]);
    until("09:50:01");
    expect(fileStatuses()).toEqual(["DELETED", "DELETED"]);
    expect(starts()).toEqual(["08:50:00", "09:50:00"]);
  });

  test("that is already due comes before the one that is asked for", () => {
    until("09:10:00");
    sandbox.cleanUpNow();
    expect(starts().toSorted()).toEqual(["09:00:00", "09:10:00"]);
  });

  test("follows the period when a test makes it shorter, but never lies in the past", () => {
    until("08:50:00");
    expect(starts()).toEqual([]);
    sandbox.cluster.backups.timing.cleanupSeconds = 60;
    clock.advance(1);
    expect(starts()).toEqual(["08:50:00"]);
    leaveIncompleteSet();
    clock.advance(60);
    expect(starts()).toEqual(["08:50:00", "08:51:00"]);
  });

  test("never comes by itself with an endless period, only when asked for", () => {
    sandbox.cluster.backups.timing.cleanupSeconds = Number.POSITIVE_INFINITY;
    clock.advance(7 * 24 * 3600);
    expect(starts()).toEqual([]);
    sandbox.cleanUpNow();
    expect(starts()).toEqual(["08:00:32"]);
    clock.advance(1);
    expect(fileStatuses()).toEqual(["DELETED"]);
  });

  test("comes to an end even with a period of nothing", () => {
    sandbox.cluster.backups.timing.cleanupSeconds = 0;
    clock.advance(60);
    expect(fileStatuses()).toEqual(["DELETED"]);
  });

  test("is given when the sandbox is made", () => {
    clock = manualClock();
    sandbox = new Sandbox({ clock, timing: { cleanupSeconds: 100 } });
    sandbox.setPolicy("mysql_tenant", "1s");
    leaveIncompleteSet();
    clock.advance(100);
    expect(starts()).toEqual(["08:01:40"]);
  });
});

describe("a cleanup job", () => {
  beforeEach(() => {
    sandbox.setPolicy("mysql_tenant", "1s");
    leaveIncompleteSet();
    sandbox.cleanUpNow();
  });

  test("that is cancelled has its result at once, and what it was removing stays DELETING", () => {
    clock.advance(0.2);
    expect(fileStatuses()).toEqual(["DELETING"]);
    run("sys", "ALTER SYSTEM CANCEL DELETE BACKUP DESCRIPTION 'x'");
    expect(cleanups("JOBS")).toEqual([{ TENANT_ID: 1002, STATUS: "CANCELING", RESULT: -4072 }]);
    expect(fileStatuses()).toEqual(["DELETING"]);
    clock.advance(0.2);
    const ended = {
      STATUS: "CANCELED",
      RESULT: -4072,
      TASK_COUNT: 1,
      SUCCESS_TASK_COUNT: 0,
      END_TIMESTAMP: "2026-01-01 08:00:32.400000",
    };
    const columns = Object.keys(ended).join(", ");
    expect(cleanups("JOBS", columns)).toEqual([ended]);
    clock.advance(0.2);
    expect(cleanups("JOBS")).toEqual([]);
    expect(cleanups("JOB_HISTORY", columns)).toEqual([ended]);
    expect(fileStatuses()).toEqual(["DELETING"]);
    clock.advance(3600);
    expect(fileStatuses()).toEqual(["DELETED"]);
  });

  test("that is cancelled while INIT has touched nothing, and the next check begins again", () => {
    run("mysql_tenant", "ALTER SYSTEM CANCEL DELETE BACKUP");
    clock.advance(1);
    expect(cleanups("JOB_HISTORY", "JOB_ID, STATUS, TASK_COUNT")).toEqual([
      { JOB_ID: 1, STATUS: "CANCELED", TASK_COUNT: 0 },
    ]);
    expect(fileStatuses()).toEqual(["INCOMPLETE"]);
    clock.advance(3600);
    expect(cleanups("JOB_HISTORY", "JOB_ID, STATUS")).toEqual([
      { JOB_ID: 1, STATUS: "CANCELED" },
      { JOB_ID: 2, STATUS: "COMPLETED" },
    ]);
    expect(fileStatuses()).toEqual(["DELETED"]);
  });

  test("that is done when the cancel comes stays COMPLETED", () => {
    clock.advance(0.4);
    run("sys", "ALTER SYSTEM CANCEL DELETE BACKUP");
    expect(cleanups("JOBS")).toEqual([{ TENANT_ID: 1002, STATUS: "COMPLETED", RESULT: 0 }]);
    clock.advance(0.2);
    expect(cleanups("JOB_HISTORY")).toEqual([{ TENANT_ID: 1002, STATUS: "COMPLETED", RESULT: 0 }]);
  });

  test("of another tenant is not cancelled", () => {
    sandbox.setPolicy("oracle_tenant", "1s");
    leaveIncompleteSet("oracle_tenant");
    leaveIncompleteSet();
    sandbox.cleanUpNow();
    run("oracle_tenant", "ALTER SYSTEM CANCEL DELETE BACKUP");
    const states = () => cleanups("JOBS", "STATUS").map((row) => row.STATUS);
    expect(states()).toEqual(["INIT", "CANCELING"]);
    run("sys", "ALTER SYSTEM CANCEL DELETE BACKUP TENANT = mysql_tenant, META$1004");
    expect(states()).toEqual(["CANCELING", "CANCELING"]);
  });

  test.each([
    ["without the privilege", "sys", "ALTER SYSTEM CANCEL DELETE BACKUP", "reader", 1227],
    ["with a wrong name", "sys", "ALTER SYSTEM CANCEL DELETE BACKUP TENANT = mysql_tenant, no", "root", 5160],
    ["for a tenant by itself", "mysql_tenant", "ALTER SYSTEM CANCEL DELETE BACKUP TENANT = x", "root", 1235],
    ["of backups", "sys", "ALTER SYSTEM CANCEL BACKUP", "root", 0],
  ])("goes on after a cancel %s", (_, tenantName, sql, userName, number) => {
    expect(errno(() => run(tenantName, sql, userName))).toBe(number);
    clock.advance(1);
    expect(fileStatuses()).toEqual(["DELETED"]);
  });

  test("of a tenant that is not NORMAL is passed over by the cancel, and waits", () => {
    sandbox.cluster.tenants.setStatus("mysql_tenant", "RESTORE");
    run("sys", "ALTER SYSTEM CANCEL DELETE BACKUP TENANT = mysql_tenant");
    clock.advance(600);
    expect(cleanups("JOBS")).toEqual([{ TENANT_ID: 1002, STATUS: "INIT", RESULT: 0 }]);
    sandbox.cluster.tenants.setStatus("mysql_tenant", "NORMAL");
    clock.advance(31);
    expect(cleanups("JOB_HISTORY")).toEqual([{ TENANT_ID: 1002, STATUS: "COMPLETED", RESULT: 0 }]);
  });

  test("is woken by the cancel, however long its thread would sleep", () => {
    sandbox.cluster.tenants.setStatus("mysql_tenant", "RESTORE");
    clock.advance(0.2);
    expect(cleanups("JOBS", "STATUS")).toEqual([{ STATUS: "INIT" }]);
    sandbox.cluster.tenants.setStatus("mysql_tenant", "NORMAL");
    run("sys", "ALTER SYSTEM CANCEL DELETE BACKUP");
    clock.advance(0.2);
    expect(cleanups("JOBS", "STATUS")).toEqual([{ STATUS: "CANCELED" }]);
  });

  test("goes on when its policy is dropped", () => {
    run("mysql_tenant", "ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'");
    clock.advance(1);
    expect(fileStatuses()).toEqual(["DELETED"]);
  });

  test.each([
    ["by statement", () => run("sys", "DROP TENANT mysql_tenant FORCE")],
    ["behind the server's back", () => sandbox.dropTenant("mysql_tenant")],
  ])("goes with its tenant, and so does the history, when that is dropped %s", (_, drop) => {
    clock.advance(1);
    leaveIncompleteSet();
    sandbox.cleanUpNow();
    expect([cleanups("JOBS"), cleanups("JOB_HISTORY")]).toMatchObject([[{}], [{}]]);
    drop();
    clock.advance(3601);
    expect([cleanups("JOBS"), cleanups("JOB_HISTORY")]).toEqual([[], []]);
  });
});

test("a policy is added, replaced and removed behind the server's back", () => {
  const policies = () => run("sys", "SELECT * FROM oceanbase.CDB_OB_BACKUP_DELETE_POLICY");
  const policy = { TENANT_ID: 1004, POLICY_NAME: "default", RECOVERY_WINDOW: "7d" };
  sandbox.setPolicy("oracle_tenant", undefined);
  sandbox.setPolicy("oracle_tenant", "7d");
  expect(policies()).toEqual([policy]);
  sandbox.setPolicy("oracle_tenant", "12h");
  expect(policies()).toEqual([{ ...policy, RECOVERY_WINDOW: "12h" }]);
  expect(errno(() => sandbox.setPolicy("oracle_tenant", "2 weeks"))).toBe(1235);
  expect(policies()).toEqual([{ ...policy, RECOVERY_WINDOW: "12h" }]);
  sandbox.setPolicy("oracle_tenant", undefined);
  expect(policies()).toEqual([]);
});

test("a policy that is set has no part in the checks before", () => {
  leaveIncompleteSet();
  until("09:10:00");
  sandbox.setPolicy("mysql_tenant", "1s");
  expect(starts()).toEqual([]);
});
