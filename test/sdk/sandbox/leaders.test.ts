import { beforeEach, describe, expect, test } from "vitest";
import { type Clock, manualClock } from "../../../sdk/sandbox/clock.ts";
import { errno, runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { Sandbox } from "../../../sdk/sandbox/sandbox.ts";

/*
 * Tenants whose meta tenant has no leader: 1002 mysql_tenant, 1004 oracle_tenant, 1006 third. It is the second that
 * loses its leader.
 */
let clock: Clock;
let sandbox: Sandbox;

beforeEach(() => {
  clock = manualClock();
  sandbox = new Sandbox({ clock });
  sandbox.addTenant("third");
});

const run = (sql: string, tenantName = "sys") => runStatement(sandbox, tenantName, sql);
const number = (sql: string, tenantName = "sys") => errno(() => run(sql, tenantName));
const JOBS = "oceanbase.CDB_OB_BACKUP_JOBS";
const statuses = (tenantIds: string) =>
  run(`SELECT STATUS FROM ${JOBS} WHERE TENANT_ID IN (${tenantIds}) ORDER BY TENANT_ID`).map(
    (row) => row.STATUS,
  );

describe("a read while a tenant has no leader", () => {
  beforeEach(() => sandbox.loseLeader("oracle_tenant"));

  test.each([
    ["without a condition", `SELECT * FROM ${JOBS}`, 4012],
    ["of the tenant", `SELECT * FROM ${JOBS} WHERE TENANT_ID = 1004`, 4012],
    ["of several and the tenant", `SELECT * FROM ${JOBS} WHERE TENANT_ID IN (1002, 1004)`, 4012],
    ["of another tenant", `SELECT * FROM ${JOBS} WHERE TENANT_ID = 1002`, 0],
    ["of other tenants", `SELECT * FROM ${JOBS} WHERE TENANT_ID IN (1, 1002, 1006)`, 0],
    ["of others, as texts", `SELECT * FROM ${JOBS} WHERE TENANT_ID IN ('1002')`, 0],
    ["of others and by status", `SELECT * FROM ${JOBS} WHERE STATUS = 'DOING' AND TENANT_ID = 1002`, 0],
    ["of others, sorted", `SELECT * FROM ${JOBS} WHERE TENANT_ID = 1002 ORDER BY JOB_ID LIMIT 1`, 0],
    ["of others under a name", `SELECT j.STATUS FROM ${JOBS} j WHERE j.TENANT_ID IN (1002)`, 0],
    [
      "of what both conditions leave",
      `SELECT * FROM ${JOBS} WHERE TENANT_ID IN (1, 1004) AND TENANT_ID = 1`,
      0,
    ],
    ["of others or by status", `SELECT * FROM ${JOBS} WHERE TENANT_ID = 1002 OR STATUS = 'DOING'`, 4012],
    [
      "of others and a status, or by status",
      `SELECT * FROM ${JOBS} WHERE TENANT_ID = 1002 AND RESULT = 0 OR STATUS = 'DOING'`,
      4012,
    ],
    [
      "of others and by one of two statuses",
      `SELECT * FROM ${JOBS} WHERE TENANT_ID = 1002 AND (STATUS = 'INIT' OR STATUS = 'DOING')`,
      0,
    ],
    [
      "of all beside a condition in other parentheses",
      `SELECT * FROM (SELECT * FROM ${JOBS}) AS X, (SELECT 1 FROM oceanbase.DBA_OB_TENANTS WHERE TENANT_ID = 1 AND LOCKED = 'NO') AS Y`,
      4012,
    ],
    ["of all but the tenant", `SELECT * FROM ${JOBS} WHERE TENANT_ID <> 1004`, 4012],
    ["of a range", `SELECT * FROM ${JOBS} WHERE TENANT_ID < 1004`, 4012],
    ["by pairs", `SELECT * FROM ${JOBS} WHERE (TENANT_ID, JOB_ID) IN ((1002, 1))`, 4012],
    ["by another id", `SELECT * FROM ${JOBS} WHERE JOB_ID IN (1002)`, 4012],
    [
      "in two parts of which one is of all",
      `SELECT JOB_ID FROM ${JOBS} WHERE TENANT_ID = 1002 UNION ALL SELECT JOB_ID FROM ${JOBS}`,
      4012,
    ],
    [
      "in two parts of which each is limited",
      `SELECT JOB_ID FROM ${JOBS} WHERE TENANT_ID = 1002 UNION ALL SELECT JOB_ID FROM ${JOBS} WHERE TENANT_ID = 1`,
      0,
    ],
    [
      "of all inside of one that is limited",
      `SELECT * FROM (SELECT * FROM ${JOBS}) AS X WHERE TENANT_ID = 1002`,
      4012,
    ],
    ["of sys itself", "SELECT * FROM oceanbase.DBA_OB_BACKUP_JOBS", 0],
    ["of the tenants", "SELECT * FROM oceanbase.DBA_OB_TENANTS", 0],
    ["of the policies", "SELECT * FROM oceanbase.CDB_OB_BACKUP_DELETE_POLICY", 4012],
  ])("%s from sys ends with its number", (_, sql, expected) => {
    expect(number(sql)).toBe(expected);
  });

  test("from the tenant fails, from another works", () => {
    expect(number("SELECT * FROM SYS.DBA_OB_BACKUP_JOBS", "oracle_tenant")).toBe(600);
    expect(number("SELECT * FROM oceanbase.DBA_OB_BACKUP_JOBS", "mysql_tenant")).toBe(0);
  });

  test("works again when it has one", () => {
    sandbox.regainLeader("oracle_tenant");
    expect(number(`SELECT * FROM ${JOBS}`)).toBe(0);
  });
});

test.each([4012, 4654, 4721, 4722] as const)("the number of the error can be %i", (leaderErrno) => {
  sandbox.loseLeader("oracle_tenant", leaderErrno);
  expect(number(`SELECT * FROM ${JOBS}`)).toBe(leaderErrno);
  expect(number("ALTER SYSTEM CANCEL BACKUP")).toBe(leaderErrno);
});

describe("a cancel while a tenant has no leader", () => {
  beforeEach(() => {
    for (const tenantName of ["mysql_tenant", "oracle_tenant", "third"]) sandbox.startBackup(tenantName);
    clock.advance(1);
    sandbox.loseLeader("oracle_tenant");
  });

  test("stops at it: tenants before it are marked, those after it not, however often it is sent", () => {
    for (let times = 0; times < 2; times += 1) {
      expect(number("ALTER SYSTEM CANCEL BACKUP")).toBe(4012);
      expect(statuses("1002, 1006")).toEqual(["CANCELING", "DOING"]);
    }
  });

  test("goes through a list in its order", () => {
    const list = "third, oracle_tenant, mysql_tenant";
    expect(number(`ALTER SYSTEM CANCEL BACKUP TENANT = ${list}`)).toBe(4012);
    expect(statuses("1002, 1006")).toEqual(["DOING", "CANCELING"]);
  });

  test("works for the others when they are named", () => {
    expect(number("ALTER SYSTEM CANCEL BACKUP TENANT = mysql_tenant, third")).toBe(0);
    clock.advance(31);
    expect(statuses("1002, 1006")).toEqual([]);
  });

  test("leaves the tenant's own thread standing still until it has a leader", () => {
    sandbox.regainLeader("oracle_tenant");
    run("ALTER SYSTEM CANCEL BACKUP");
    sandbox.loseLeader("oracle_tenant");
    clock.advance(600);
    sandbox.regainLeader("oracle_tenant");
    expect(statuses("1004")).toEqual(["CANCELED"]);
    clock.advance(1);
    expect(statuses("1004")).toEqual([]);
  });
});

describe("other statements for a tenant without a leader", () => {
  beforeEach(() => sandbox.loseLeader("oracle_tenant"));

  test.each([
    ["BACKUP TENANT = oracle_tenant", 4012],
    ["CANCEL DELETE BACKUP", 4012],
    ["ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW '7d' TENANT = oracle_tenant", 4012],
    ["DROP DELETE BACKUP POLICY 'default' TENANT = oracle_tenant", 4012],
    ["BACKUP DATABASE", 0],
  ])("ALTER SYSTEM %s ends with its number", (what, expected) => {
    expect(number(`ALTER SYSTEM ${what}`)).toBe(expected);
  });

  test("a backup of all leaves it out", () => {
    run("ALTER SYSTEM BACKUP DATABASE");
    const [parent] = run("SELECT EXECUTOR_TENANT_ID AS IDS FROM oceanbase.DBA_OB_BACKUP_JOBS");
    expect(parent).toEqual({ IDS: "1002,1006" });
  });
});

test("a cluster backup waits for a tenant that has lost its leader, and goes on when it has one", () => {
  sandbox.startClusterBackup(["mysql_tenant", "oracle_tenant"]);
  sandbox.loseLeader("oracle_tenant");
  clock.advance(60);
  const parent = () => run("SELECT STATUS FROM oceanbase.DBA_OB_BACKUP_JOBS").map((row) => row.STATUS);
  expect([parent(), statuses("1002")]).toEqual([["INIT"], ["DOING"]]);
  sandbox.regainLeader("oracle_tenant");
  clock.advance(61);
  expect([parent(), statuses("1004")]).toEqual([["DOING"], ["DOING"]]);
});

test("a tenant that has a leader again waits a full hour for its next cleanup", () => {
  sandbox.setPolicy("oracle_tenant", "1s");
  const started = () => run("SELECT START_TIMESTAMP AS T FROM oceanbase.CDB_OB_BACKUP_DELETE_JOB_HISTORY");
  clock.advance(1800);
  sandbox.loseLeader("oracle_tenant");
  sandbox.regainLeader("oracle_tenant");
  clock.advance(3599);
  expect(started()).toEqual([]);
  clock.advance(2);
  expect(started()).toEqual([{ T: "2026-01-01 09:30:00.000000" }]);
});
