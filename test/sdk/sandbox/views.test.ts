import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { manualClock } from "../../../sdk/sandbox/clock.ts";
import type { User } from "../../../sdk/sandbox/cluster/tenants.ts";
import { errno, runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { type Column, TYPE } from "../../../sdk/sandbox/sql/result.ts";
import { Session } from "../../../sdk/sandbox/sql/session.ts";
import { VERSIONS, type VersionName } from "../../../sdk/sandbox/versions.ts";

/** For every view, as `oceanbase.NAME` or `SYS.NAME`: where it exists, and its columns. */
type Views = Record<string, string>;

const recorded: { versions: Record<string, Views> } = JSON.parse(
  readFileSync(join(import.meta.dirname, "ob-views.json"), "utf8"),
);

/** The recorded version that is nearest to each played one; 4.2.5 descends from 4.2.3, and nothing was recorded after 4.3.5.1. */
const NEAREST: Record<VersionName, string> = {
  "4.0.0": "4.0.0_CE",
  "4.1.0": "4.1.0_CE",
  "4.2.1": "4.2.1_CE",
  "4.2.5": "4.2.3_CE_BETA",
  "4.3.5": "4.3.5.1",
  "4.4.2": "4.3.5.1",
  "4.5.0": "4.3.5.1",
  "4.6.0": "4.3.5.1",
};

/** What 4.6.0 is known to have besides. */
const SINCE_4_6_0 = ", ZONE_UNIT_NUM_LIST, FLASHBACK_LOG_SCN, COMMENT, PROTECTION_MODE, PROTECTION_LEVEL";

function expectedViews(version: VersionName): Views {
  const views = { ...recorded.versions[NEAREST[version]] };
  if (version === "4.6.0") views["oceanbase.DBA_OB_TENANTS"] += SINCE_4_6_0;
  return views;
}

/** A tenant of each kind that a login can have. */
const LOGINS = ["sys", "mysql_tenant", "oracle_tenant"];

function columnsIn(sandbox: Sandbox, tenantName: string, sql: string): Column[] {
  const tenant = sandbox.tenant(tenantName);
  const [user] = tenant.users as [User];
  return (new Session(sandbox.cluster, tenant, user, 1).execute(sql) as { columns: Column[] }).columns;
}

/** The columns of a view, or the number that a query of it fails with. */
function look(sandbox: Sandbox, tenantName: string, view: string): string | number {
  const sql = `SELECT * FROM ${view}`;
  const failure = errno(() => columnsIn(sandbox, tenantName, sql));
  if (failure !== 0) return failure;
  return columnsIn(sandbox, tenantName, sql)
    .map((column) => column.name)
    .join(", ");
}

describe.each(VERSIONS)("the views of %s", (version) => {
  const sandbox = new Sandbox({ clock: manualClock(), version });
  const expected = expectedViews(version);
  // Every view of any version, so that one that should not be there is looked for as well.
  const names = new Set(Object.values(recorded.versions).flatMap((views) => Object.keys(views)));

  test.each([...names])("have in %s the recorded columns, where the view exists", (view) => {
    const [place, columns] = expected[view]?.split(": ") ?? [];
    const schema = view.split(".")[0];
    const found = Object.fromEntries(LOGINS.map((login) => [login, look(sandbox, login, view)]));
    const ifAnywhere = (isThere: boolean, missing: number) => (isThere && columns ? columns : missing);
    expect(found).toEqual({
      sys: ifAnywhere(schema === "oceanbase", 1146),
      mysql_tenant: ifAnywhere(schema === "oceanbase" && place === "every tenant", 1146),
      oracle_tenant: ifAnywhere(schema === "SYS" && place === "every tenant", 942),
    });
  });
});

describe("the columns of a view", () => {
  const typesOf = (columns: Column[]) => Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  const SELECT = "SELECT JOB_ID, STATUS, START_TIMESTAMP, END_TIMESTAMP FROM";

  test("have the same types with rows and without", () => {
    const sandbox = new Sandbox({ clock: manualClock() });
    const types = () => typesOf(columnsIn(sandbox, "sys", `${SELECT} oceanbase.CDB_OB_BACKUP_JOBS`));
    const expected = {
      JOB_ID: TYPE.longlong,
      STATUS: TYPE.varString,
      START_TIMESTAMP: TYPE.timestamp,
      END_TIMESTAMP: TYPE.timestamp,
    };
    expect(types()).toEqual(expected);
    sandbox.startBackup("mysql_tenant");
    expect(types()).toEqual(expected);
  });

  test("keep their types under another name", () => {
    const sandbox = new Sandbox({ clock: manualClock() });
    const [column] = columnsIn(sandbox, "sys", "SELECT JOB_ID AS J FROM oceanbase.CDB_OB_BACKUP_JOBS");
    expect(column).toEqual({ name: "J", type: TYPE.longlong });
  });

  test("are numbers and texts in Oracle mode, but for one TIMESTAMP", () => {
    const sandbox = new Sandbox({ clock: manualClock() });
    expect(typesOf(columnsIn(sandbox, "oracle_tenant", `${SELECT} SYS.DBA_OB_BACKUP_JOBS`))).toEqual({
      JOB_ID: TYPE.newDecimal,
      STATUS: TYPE.varString,
      START_TIMESTAMP: TYPE.varString,
      END_TIMESTAMP: TYPE.varString,
    });
    const sets = columnsIn(sandbox, "oracle_tenant", "SELECT * FROM SYS.DBA_OB_BACKUP_SET_FILES");
    const isTimestamp = ({ type }: Column) => type === TYPE.oracleTimestamp;
    expect(sets.filter(isTimestamp).map(({ name }) => name)).toEqual(["START_REPLAY_SCN_DISPLAY"]);
  });

  test("that count SCNs have no sign", () => {
    const sandbox = new Sandbox({ clock: manualClock() });
    const [column] = columnsIn(sandbox, "sys", "SELECT START_SCN FROM oceanbase.CDB_OB_BACKUP_TASKS");
    expect(column).toEqual({ name: "START_SCN", type: TYPE.longlong, unsigned: true });
  });

  test.each([
    ["4.0.0", "", TYPE.varString],
    ["4.1.0", null, TYPE.timestamp],
  ] as const)("show on %s the end of a live row as %j", (version, end, type) => {
    const sandbox = new Sandbox({ clock: manualClock(), version });
    sandbox.startBackup("mysql_tenant");
    sandbox.startBackup("oracle_tenant");
    sandbox.clock.advance(1);
    for (const view of ["JOBS", "TASKS", "SET_FILES"]) {
      const sql = `SELECT END_TIMESTAMP FROM oceanbase.CDB_OB_BACKUP_${view} WHERE TENANT_ID = 1002`;
      expect(runStatement(sandbox, "sys", sql)).toEqual([{ END_TIMESTAMP: end }]);
      expect(columnsIn(sandbox, "sys", sql)).toEqual([{ name: "END_TIMESTAMP", type }]);
      const inOracleMode = `SELECT END_TIMESTAMP FROM SYS.DBA_OB_BACKUP_${view}`;
      expect(runStatement(sandbox, "oracle_tenant", inOracleMode)).toEqual([{ END_TIMESTAMP: null }]);
    }
  });
});

describe("a login that the tenants' view does not exist for", () => {
  test("is told by the functions which tenant it is in", () => {
    const sandbox = new Sandbox({ clock: manualClock(), version: "4.0.0" });
    const sql = "SELECT OB_VERSION() AS V, EFFECTIVE_TENANT_ID() AS ID";
    expect(runStatement(sandbox, "mysql_tenant", `${sql}, EFFECTIVE_TENANT() AS T`)).toEqual([
      { V: "4.0.0.0", ID: 1002, T: "mysql_tenant" },
    ]);
    expect(runStatement(sandbox, "oracle_tenant", `${sql} FROM DUAL`)).toEqual([{ V: "4.0.0.0", ID: 1004 }]);
    const name = () => runStatement(sandbox, "oracle_tenant", "SELECT EFFECTIVE_TENANT() AS T FROM DUAL");
    expect(errno(name)).toBe(904);
  });

  test("is told its name in Oracle mode from 4.1.0 on", () => {
    const sandbox = new Sandbox({ clock: manualClock(), version: "4.1.0" });
    expect(runStatement(sandbox, "oracle_tenant", "SELECT EFFECTIVE_TENANT() AS T FROM DUAL")).toEqual([
      { T: "oracle_tenant" },
    ]);
  });
});

describe("a user who may not read the views", () => {
  const sandbox = new Sandbox({ clock: manualClock() });
  const user = { name: "NARROW", password: "", alterSystem: true, readsViews: false };

  test.each([
    ["mysql_tenant", "oceanbase.DBA_OB_BACKUP_JOBS", 1142],
    ["oracle_tenant", "SYS.DBA_OB_BACKUP_JOBS", 942],
  ])("is refused in %s with the number of the mode", (tenantName, view, number) => {
    sandbox.addUser(tenantName, user);
    expect(errno(() => runStatement(sandbox, tenantName, `SELECT * FROM ${view}`, "NARROW"))).toBe(number);
  });
});
