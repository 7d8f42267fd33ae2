import { describe, expect, test } from "vitest";
import { manualClock } from "../../../sdk/sandbox/clock.ts";
import { errno, runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { VERSIONS, type VersionName } from "../../../sdk/sandbox/versions.ts";

/*
 * How CANCEL BACKUP differs between versions, on a clock that stands still.
 */
const of = (version: VersionName) => new Sandbox({ clock: manualClock(), version });
const cancel = "ALTER SYSTEM CANCEL BACKUP";

const statuses = (sandbox: Sandbox, view = "JOBS") =>
  runStatement(
    sandbox,
    "sys",
    `SELECT STATUS FROM oceanbase.CDB_OB_BACKUP_${view} ORDER BY TENANT_ID, JOB_ID`,
  ).map((row) => row.STATUS);

/** A sandbox whose mysql_tenant has a backup that runs since a second. */
function withRunningBackup(version: VersionName): Sandbox {
  const sandbox = of(version);
  sandbox.startBackup("mysql_tenant");
  sandbox.clock.advance(1);
  expect(statuses(sandbox)).toEqual(["DOING"]);
  return sandbox;
}

test.each([
  ["4.0.0", 300],
  ["4.1.0", 300],
  ["4.2.1", 30],
  ["4.2.5", 30],
  ["4.3.5", 30],
  ["4.4.2", 30],
  ["4.5.0", 30],
  ["4.6.0", 0],
] as const)("a cancel is noticed on %s after %i seconds at most", (version, idleSeconds) => {
  const sandbox = withRunningBackup(version);
  runStatement(sandbox, "mysql_tenant", cancel);
  // The thread has had its last round 0.4 s after the start of the backup, and the cancel came at 1 s.
  if (idleSeconds > 0) {
    sandbox.clock.advance(idleSeconds - 0.7);
    expect(statuses(sandbox)).toEqual(["CANCELING"]);
  }
  sandbox.clock.advance(0.7);
  expect([statuses(sandbox), statuses(sandbox, "JOB_HISTORY")]).toEqual([[], ["CANCELED"]]);
});

test("a time that is given counts more than that of the version", () => {
  const sandbox = new Sandbox({ clock: manualClock(), version: "4.0.0", timing: { roundSeconds: 10 } });
  sandbox.startBackup("mysql_tenant");
  sandbox.clock.advance(1);
  runStatement(sandbox, "mysql_tenant", cancel);
  sandbox.clock.advance(10);
  expect(statuses(sandbox, "JOB_HISTORY")).toEqual(["CANCELED"]);
});

test.each([
  ["4.0.0", "CANCELING"],
  ["4.1.0", undefined],
  ["4.2.5", undefined],
] as const)("a cancel while the log archive is interrupted leaves on %s a job %s", (version, left) => {
  const sandbox = withRunningBackup(version);
  sandbox.setLogArchiveStatus("mysql_tenant", "INTERRUPTED");
  runStatement(sandbox, "mysql_tenant", cancel);
  sandbox.clock.advance(3600);
  expect(statuses(sandbox)).toEqual(left === undefined ? [] : [left]);
  sandbox.setLogArchiveStatus("mysql_tenant", "DOING");
  sandbox.clock.advance(301);
  expect(statuses(sandbox, "JOB_HISTORY")).toEqual(["CANCELED"]);
});

test.each(VERSIONS)("a job that was cancelled has on %s the comment of its version", (version) => {
  const sandbox = withRunningBackup(version);
  runStatement(sandbox, "mysql_tenant", cancel);
  sandbox.clock.advance(301);
  const sql = "SELECT STATUS, RESULT, COMMENT FROM oceanbase.CDB_OB_BACKUP_JOB_HISTORY";
  const COMMENT = version === "4.0.0" || version === "4.1.0" ? "Operation canceled" : "";
  expect(runStatement(sandbox, "sys", sql)).toEqual([{ STATUS: "CANCELED", RESULT: -4072, COMMENT }]);
});

describe("a tenant that the statement is not for", () => {
  test.each([
    ["4.0.0", "CANCELING"],
    ["4.1.0", "CANCELING"],
    ["4.2.1", "CANCELING"],
    ["4.2.5", "DOING"],
    ["4.3.5", "DOING"],
    ["4.4.2", "DOING"],
    ["4.5.0", "DOING"],
    ["4.6.0", "DOING"],
  ] as const)("is on %s, in the recycle bin, left with a job that is %s", (version, status) => {
    const sandbox = withRunningBackup(version);
    sandbox.setInRecycleBin("mysql_tenant");
    const [tenant] = runStatement(
      sandbox,
      "sys",
      "SELECT STATUS, IN_RECYCLEBIN FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_ID = 1002",
    );
    expect(tenant).toEqual({ STATUS: "NORMAL", IN_RECYCLEBIN: "YES" });
    expect(errno(() => runStatement(sandbox, "sys", cancel))).toBe(0);
    expect(statuses(sandbox)).toEqual([status]);
    sandbox.setInRecycleBin("mysql_tenant", false);
    runStatement(sandbox, "sys", cancel);
    expect(statuses(sandbox)).toEqual(["CANCELING"]);
  });

  test.each([
    ["4.2.5", "CANCELING"],
    ["4.3.5", "DOING"],
  ] as const)("is on %s, restoring from a remote place, left with a job that is %s", (version, status) => {
    const sandbox = withRunningBackup(version);
    sandbox.setRestoreDataMode("mysql_tenant", "REMOTE");
    runStatement(sandbox, "sys", cancel);
    expect(statuses(sandbox)).toEqual([status]);
  });

  test.each(["CREATING_STANDBY", "RESTORE", "CREATING", "DROPPING"])("is passed over while %s", (status) => {
    const sandbox = withRunningBackup("4.2.5");
    sandbox.setTenantStatus("mysql_tenant", status);
    expect(errno(() => runStatement(sandbox, "sys", `${cancel} TENANT = mysql_tenant`))).toBe(0);
    expect(statuses(sandbox)).toEqual(["DOING"]);
  });

  test("cannot be CREATING_STANDBY before 4.2", () => {
    expect(() => of("4.1.0").setTenantStatus("mysql_tenant", "CREATING_STANDBY")).toThrow(
      "OceanBase 4.1.0 has no tenants that are CREATING_STANDBY",
    );
  });
});

describe("three job rows of one tenant", () => {
  /** The tenant's own backup, a child of sys, and one that has ended and not moved; another tenant has one. */
  function withThreeRows(version: VersionName): Sandbox {
    const sandbox = of(version);
    sandbox.startBackup("mysql_tenant");
    sandbox.startClusterBackup(["mysql_tenant"]);
    sandbox.startBackup("oracle_tenant");
    sandbox.clock.advance(3);
    sandbox.addEndedJobRow("mysql_tenant");
    return sandbox;
  }

  test.each([
    ["4.0.0", 4016],
    ["4.1.0", 4016],
    ["4.2.1", 4016],
    ["4.2.5", 4016],
    ["4.3.5", 0],
    ["4.4.2", 0],
    ["4.5.0", 0],
    ["4.6.0", 0],
  ] as const)("make a cancel on %s end with %i, after it has changed them", (version, number) => {
    const sandbox = withThreeRows(version);
    expect(errno(() => runStatement(sandbox, "mysql_tenant", cancel))).toBe(number);
    const own = "SELECT STATUS FROM oceanbase.DBA_OB_BACKUP_JOBS ORDER BY JOB_ID";
    expect(runStatement(sandbox, "mysql_tenant", own).map((row) => row.STATUS)).toEqual([
      "CANCELING",
      "CANCELING",
      "COMPLETED",
    ]);
  });

  test("keep a cancel of all from the tenants behind theirs", () => {
    const sandbox = withThreeRows("4.2.5");
    expect(errno(() => runStatement(sandbox, "sys", cancel))).toBe(4016);
    expect(statuses(sandbox)).toEqual(["CANCELING", "CANCELING", "CANCELING", "COMPLETED", "DOING"]);
  });

  test("are two again once the row that has ended is moved", () => {
    const sandbox = withThreeRows("4.2.5");
    sandbox.clock.advance(31);
    expect(errno(() => runStatement(sandbox, "mysql_tenant", cancel))).toBe(0);
    expect(statuses(sandbox, "JOB_HISTORY")).toEqual(["COMPLETED"]);
  });
});

test.each(VERSIONS)("the sys tenant in a list is on %s refused with the text of its version", (version) => {
  const act = () => runStatement(of(version), "sys", `${cancel} TENANT = sys`);
  const text = version === "4.6.0" ? "tenant list should not contain system tenant" : "Internal error";
  expect(act).toThrow(text);
  expect(errno(act)).toBe(4016);
});

test.each(["BACKUPSET", "BACKUPPIECE"])(
  "CANCEL BACKUP %s takes no number, and needs the privilege",
  (form) => {
    const sandbox = of("4.2.5");
    const number = (sql: string, user?: string) => errno(() => runStatement(sandbox, "sys", sql, user));
    expect(number(`${cancel} ${form}`)).toBe(1235);
    expect(number(`${cancel} ${form} 1`)).toBe(1064);
    expect(number(`${cancel} ${form}`, "reader")).toBe(1227);
  },
);

test("a user of an Oracle-mode tenant can cancel without a privilege", () => {
  const sandbox = of("4.2.5");
  sandbox.addUser("oracle_tenant", { name: "NARROW", password: "", alterSystem: false });
  sandbox.startBackup("oracle_tenant");
  runStatement(sandbox, "oracle_tenant", cancel, "NARROW");
  expect(statuses(sandbox)).toEqual(["CANCELING"]);
  const start = () => runStatement(sandbox, "oracle_tenant", "ALTER SYSTEM BACKUP DATABASE", "NARROW");
  expect(errno(start)).toBe(600);
});

describe("the status of a running task", () => {
  const taskStatus = (sandbox: Sandbox) =>
    runStatement(sandbox, "sys", "SELECT STATUS FROM oceanbase.CDB_OB_BACKUP_TASKS")[0]?.STATUS;

  /** The words that a task goes through, each once; the last one is seen before it moves to the history. */
  function words(version: VersionName): unknown[] {
    const sandbox = of(version);
    sandbox.startBackup("mysql_tenant");
    const seen = new Set<unknown>();
    for (let i = 0; i < 603; i += 1) {
      sandbox.clock.advance(i === 0 ? 0.2 : 1);
      seen.add(taskStatus(sandbox));
    }
    seen.delete(undefined);
    return [...seen];
  }

  test.each(["4.0.0", "4.1.0", "4.2.1", "4.2.5"] as const)(
    "goes on %s over three words for data",
    (version) => {
      expect(words(version)).toEqual([
        "INIT",
        "BACKUP_SYS_META",
        "BACKUP_USER_META",
        "BACKUP_DATA_SYS",
        "BACKUP_DATA_MINOR",
        "BACKUP_DATA_MAJOR",
        "BEFORE_BACKUP_LOG",
        "BACKUP_LOG",
        "COMPLETED",
      ]);
    },
  );

  test.each(["4.3.5", "4.4.2", "4.5.0", "4.6.0"] as const)("goes on %s over one word for data", (version) => {
    expect(words(version)).toEqual([
      "INIT",
      "BACKUP_SYS_META",
      "BACKUP_USER_META",
      "BACKUP_META_FINISH",
      "BACKUP_USER_DATA",
      "BACKUP_FUSE_TABLET_META",
      "PREPARE_BACKUP_LOG",
      "BEFORE_BACKUP_LOG",
      "BACKUP_LOG",
      "COMPLETED",
    ]);
  });
});

test.each([
  ["fails", { result: -9082, comment: "no space" }, -9082],
  ["is cancelled", undefined, 0],
])("the result of a set whose backup %s is that of its job, or 0", (_, failure, result) => {
  const sandbox = withRunningBackup("4.2.5");
  if (failure === undefined) runStatement(sandbox, "mysql_tenant", cancel);
  else sandbox.finishBackup("mysql_tenant", failure);
  sandbox.clock.advance(31);
  const sql = "SELECT STATUS, FILE_STATUS, RESULT FROM oceanbase.CDB_OB_BACKUP_SET_FILES";
  expect(runStatement(sandbox, "sys", sql)).toEqual([
    { STATUS: "FAILED", FILE_STATUS: "INCOMPLETE", RESULT: result },
  ]);
});
