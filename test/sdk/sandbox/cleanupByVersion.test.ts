import { describe, expect, test } from "vitest";
import { manualClock } from "../../../sdk/sandbox/clock.ts";
import { errno, runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { VERSIONS, type VersionName } from "../../../sdk/sandbox/versions.ts";

/*
 * Which leftovers a cleanup removes, and how policies differ between versions, on a clock that stands still.
 */
const of = (version: VersionName) => new Sandbox({ clock: manualClock(), version });
const run = (sandbox: Sandbox, sql: string, tenantName = "mysql_tenant") =>
  runStatement(sandbox, tenantName, sql);

const fileStatuses = (sandbox: Sandbox) =>
  run(sandbox, "SELECT FILE_STATUS FROM oceanbase.DBA_OB_BACKUP_SET_FILES ORDER BY BACKUP_SET_ID").map(
    (row) => row.FILE_STATUS,
  );
const jobs = (sandbox: Sandbox, columns = "STATUS, RESULT, TASK_COUNT") =>
  run(sandbox, `SELECT ${columns} FROM oceanbase.DBA_OB_BACKUP_DELETE_JOB_HISTORY ORDER BY JOB_ID`);

/** A backup that is cancelled after a second, and a set that is INCOMPLETE; takes some five minutes. */
function leaveSet(sandbox: Sandbox, path?: string): void {
  sandbox.startBackup("mysql_tenant", path === undefined ? {} : { path });
  sandbox.clock.advance(1);
  run(sandbox, "ALTER SYSTEM CANCEL BACKUP");
  sandbox.clock.advance(301);
  expect(fileStatuses(sandbox).at(-1)).toBe("INCOMPLETE");
}

/** A backup that is complete; takes ten minutes. */
function makeSet(sandbox: Sandbox, incremental = false): void {
  sandbox.startBackup("mysql_tenant", { incremental });
  sandbox.clock.advance(602);
  expect(fileStatuses(sandbox).at(-1)).toBe("AVAILABLE");
}

function cleanUp(sandbox: Sandbox): void {
  sandbox.cleanUpNow();
  sandbox.clock.advance(1);
}

describe.each(VERSIONS)("a leftover on %s", (version) => {
  test("goes when it is as old as the recovery window, and not before", () => {
    const sandbox = of(version);
    leaveSet(sandbox);
    sandbox.setPolicy("mysql_tenant", "2h");
    sandbox.clock.advance(3600);
    cleanUp(sandbox);
    expect(fileStatuses(sandbox)).toEqual(["INCOMPLETE"]);
    sandbox.clock.advance(3600);
    cleanUp(sandbox);
    expect(fileStatuses(sandbox)).toEqual(["DELETED"]);
  });

  test("at another place than the current destination stays, until that is current again", () => {
    const sandbox = of(version);
    leaveSet(sandbox, "file:///elsewhere");
    sandbox.setPolicy("mysql_tenant", "1s");
    cleanUp(sandbox);
    expect(fileStatuses(sandbox)).toEqual(["INCOMPLETE"]);
    sandbox.setDataBackupDest("mysql_tenant", "file:///elsewhere");
    cleanUp(sandbox);
    expect(fileStatuses(sandbox)).toEqual(["DELETED"]);
  });
});

describe("the place of a leftover", () => {
  test.each([
    ["written otherwise", "file:///backup/mysql_tenant/data/", "INCOMPLETE"],
    ["in another case", "file:///backup/mysql_tenant/DATA", "INCOMPLETE"],
    [
      "the same with a key behind it",
      "file:///backup/mysql_tenant/data?access_id=a&encrypt_key=b",
      "DELETED",
    ],
  ])("%s is compared by its text", (_, destination, left) => {
    const sandbox = of("4.2.5");
    leaveSet(sandbox);
    sandbox.setPolicy("mysql_tenant", "1s");
    sandbox.setDataBackupDest("mysql_tenant", destination);
    cleanUp(sandbox);
    expect(fileStatuses(sandbox)).toEqual([left]);
  });

  test("that no destination is set for keeps it", () => {
    const sandbox = of("4.2.5");
    leaveSet(sandbox);
    sandbox.setPolicy("mysql_tenant", "1s");
    sandbox.setDataBackupDest("mysql_tenant", undefined);
    cleanUp(sandbox);
    expect([fileStatuses(sandbox), jobs(sandbox)]).toEqual([
      ["INCOMPLETE"],
      [{ STATUS: "COMPLETED", RESULT: 0, TASK_COUNT: 0 }],
    ]);
  });
});

test("of complete sets that are old enough the newest full one stays, with what is built on it", () => {
  const sandbox = of("4.2.5");
  for (const incremental of [false, true, false, true, true]) makeSet(sandbox, incremental);
  sandbox.setPolicy("mysql_tenant", "1s");
  cleanUp(sandbox);
  expect(fileStatuses(sandbox)).toEqual(["DELETED", "DELETED", "AVAILABLE", "AVAILABLE", "AVAILABLE"]);
});

test("a set that is being removed when its cleanup is cancelled goes with the next one", () => {
  const sandbox = of("4.2.5");
  leaveSet(sandbox);
  sandbox.setPolicy("mysql_tenant", "1s");
  sandbox.cleanUpNow();
  sandbox.clock.advance(0.2);
  run(sandbox, "ALTER SYSTEM CANCEL DELETE BACKUP");
  sandbox.clock.advance(60);
  expect(fileStatuses(sandbox)).toEqual(["DELETING"]);
  cleanUp(sandbox);
  expect(fileStatuses(sandbox)).toEqual(["DELETED"]);
});

describe("a policy that never cleans", () => {
  const ADD = "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default'";
  const WITHOUT = ["REDUNDANCY 1", "RECOVERY_WINDOW '' REDUNDANCY 1", "RECOVERY_WINDOW '0d'"];

  test.each(VERSIONS.flatMap((version) => WITHOUT.map((clause) => [version, clause] as const)))(
    "is on %s with %s stored and starts no job, or is refused",
    (version, clause) => {
      const sandbox = of(version);
      leaveSet(sandbox);
      const isRefused = version === "4.6.0";
      expect(errno(() => run(sandbox, `${ADD} ${clause}`))).toBe(isRefused ? 1210 : 0);
      expect(run(sandbox, "SELECT POLICY_NAME FROM oceanbase.DBA_OB_BACKUP_DELETE_POLICY")).toHaveLength(
        isRefused ? 0 : 1,
      );
      sandbox.clock.advance(24 * 3600);
      expect([fileStatuses(sandbox), jobs(sandbox)]).toEqual([["INCOMPLETE"], []]);
    },
  );
});

describe("the statements of a policy", () => {
  const ADD = "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW '7d'";
  const DROP = "ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'";

  test.each([
    ["4.0.0", 1062, 0],
    ["4.1.0", 1062, 0],
    ["4.2.1", 1062, 0],
    ["4.2.5", 1062, 0],
    ["4.3.5", 1062, 0],
    ["4.4.2", 4017, 4018],
    ["4.5.0", 4017, 4018],
    ["4.6.0", 4017, 0],
  ] as const)(
    "end on %s with %i for a second ADD, and with %i for a DROP of nothing",
    (version, added, dropped) => {
      const sandbox = of(version);
      expect(errno(() => run(sandbox, DROP))).toBe(dropped);
      run(sandbox, ADD);
      expect(errno(() => run(sandbox, ADD))).toBe(added);
      expect(errno(() => run(sandbox, DROP))).toBe(0);
      expect(errno(() => run(sandbox, DROP))).toBe(dropped);
    },
  );

  test("look at the name of the policy, then at the tenant, then at the window", () => {
    const sandbox = of("4.2.5");
    const number = (what: string) =>
      errno(() => run(sandbox, `ALTER SYSTEM ADD DELETE BACKUP POLICY ${what}`, "sys"));
    expect(number("'other' RECOVERY_WINDOW '7w' TENANT nowhere")).toBe(1235);
    expect(number("'default' RECOVERY_WINDOW '7w' TENANT nowhere")).toBe(5160);
    expect(number("'default' RECOVERY_WINDOW '7w' TENANT mysql_tenant")).toBe(1235);
    sandbox.cluster.tenants.setLocked("mysql_tenant", true);
    expect(number("'default' RECOVERY_WINDOW '7w' TENANT mysql_tenant")).toBe(5260);
  });

  test.each([
    ["010s", 8],
    ["0x10", 16],
    ["90", 90],
    ["2M", 120],
  ])("read the window %j as %i seconds", (window, seconds) => {
    const sandbox = of("4.2.5");
    leaveSet(sandbox);
    sandbox.setPolicy("mysql_tenant", window);
    sandbox.cleanUpNow();
    sandbox.clock.advance(1);
    const [job] = jobs(sandbox, "START_TIMESTAMP AS S, PARAMETER AS P");
    expect((Date.parse(String(job?.S)) - Date.parse(String(job?.P))) / 1000).toBe(seconds);
  });
});

test.each(VERSIONS)("an ADD on %s starts a cleanup at once, or leaves it to the hour", (version) => {
  const sandbox = of(version);
  makeSet(sandbox);
  makeSet(sandbox);
  run(sandbox, "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW '1s'");
  sandbox.clock.advance(1);
  const isAtOnce = version === "4.5.0" || version === "4.6.0";
  expect(fileStatuses(sandbox)).toEqual([isAtOnce ? "DELETED" : "AVAILABLE", "AVAILABLE"]);
  expect(jobs(sandbox)).toHaveLength(isAtOnce ? 1 : 0);
});

describe("the policy log_only", () => {
  const ADD = "ALTER SYSTEM ADD DELETE BACKUP POLICY 'log_only' RECOVERY_WINDOW '1s'";

  test.each(VERSIONS)("exists or does not on %s", (version) => {
    const sandbox = of(version);
    sandbox.setDataBackupDest("mysql_tenant", undefined);
    const exists = ["4.4.2", "4.5.0", "4.6.0"].includes(version);
    expect(errno(() => run(sandbox, ADD))).toBe(exists ? 0 : 1235);
  });

  test("is one policy of the tenant, beside which there is no other", () => {
    const sandbox = of("4.4.2");
    sandbox.setDataBackupDest("mysql_tenant", undefined);
    run(sandbox, ADD);
    const other = "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW '7d'";
    expect(errno(() => run(sandbox, other))).toBe(4017);
    expect(errno(() => run(sandbox, "ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'"))).toBe(4018);
    run(sandbox, "ALTER SYSTEM DROP DELETE BACKUP POLICY 'log_only'");
    expect(errno(() => run(sandbox, other))).toBe(0);
  });

  test("and a destination for data exclude each other", () => {
    const sandbox = of("4.4.2");
    expect(errno(() => run(sandbox, ADD))).toBe(4179);
    sandbox.setDataBackupDest("mysql_tenant", undefined);
    run(sandbox, ADD);
    const set = "ALTER SYSTEM SET DATA_BACKUP_DEST = 'file:///new'";
    expect(errno(() => run(sandbox, set))).toBe(4179);
    run(sandbox, "ALTER SYSTEM DROP DELETE BACKUP POLICY 'log_only'");
    expect(errno(() => run(sandbox, set))).toBe(0);
  });

  test("cleans no backup sets", () => {
    const sandbox = of("4.4.2");
    leaveSet(sandbox);
    sandbox.setDataBackupDest("mysql_tenant", undefined);
    run(sandbox, ADD);
    // As it is left by an older version, with a destination that is still set.
    sandbox.rows(
      "INSERT INTO oceanbase.__all_backup_parameter VALUES (1002, 'data_backup_dest', 'file:///backup/mysql_tenant/data')",
    );
    cleanUp(sandbox);
    expect([fileStatuses(sandbox), jobs(sandbox)]).toEqual([
      ["INCOMPLETE"],
      [{ STATUS: "COMPLETED", RESULT: 0, TASK_COUNT: 0 }],
    ]);
  });
});

describe("the destinations of a cleanup job", () => {
  const TWO = ["file:///archive/1", "file:///archive/2"];
  const FAILED = { STATUS: "FAILED", RESULT: -4016, TASK_COUNT: 0 };
  const DONE = { STATUS: "COMPLETED", RESULT: 0, TASK_COUNT: 1 };

  test.each(
    VERSIONS.flatMap((version) => [
      [version, "no log archive", []] as const,
      [version, "two of them", TWO] as const,
    ]),
  )("on %s with %s let it fail from 4.4 on", (version, _, archives) => {
    const sandbox = of(version);
    leaveSet(sandbox);
    sandbox.setArchiveDests("mysql_tenant", archives);
    sandbox.rows("INSERT INTO oceanbase.__all_backup_delete_policy VALUES (1002, 'default', '1s', 1, 0)");
    sandbox.cluster.policies.onChange(1002);
    cleanUp(sandbox);
    const fails = ["4.4.2", "4.5.0", "4.6.0"].includes(version);
    expect(jobs(sandbox)).toEqual([fails ? FAILED : DONE]);
    expect(fileStatuses(sandbox)).toEqual([fails ? "INCOMPLETE" : "DELETED"]);
  });

  test("that cannot be reached let it fail, until they can be", () => {
    const sandbox = of("4.2.5");
    leaveSet(sandbox);
    sandbox.setPolicy("mysql_tenant", "1s");
    sandbox.setDestinationsReachable("mysql_tenant", false);
    cleanUp(sandbox);
    sandbox.setDestinationsReachable("mysql_tenant", true);
    cleanUp(sandbox);
    expect(jobs(sandbox, "STATUS, RESULT")).toEqual([
      { STATUS: "FAILED", RESULT: -4009 },
      { STATUS: "COMPLETED", RESULT: 0 },
    ]);
    expect(fileStatuses(sandbox)).toEqual(["DELETED"]);
  });
});

test.each(VERSIONS)(
  "a cleanup job's row has on %s the parameter and the initiator of its version",
  (version) => {
    const sandbox = of(version);
    sandbox.setPolicy("mysql_tenant", "1h");
    sandbox.clock.advance(3601);
    const isNew = ["4.4.2", "4.5.0", "4.6.0"].includes(version);
    const row = jobs(sandbox, "JOB_ID, INITIATOR_JOB_ID, PARAMETER").at(-1);
    expect(row).toEqual({
      JOB_ID: row?.JOB_ID,
      INITIATOR_JOB_ID: isNew ? 0 : row?.JOB_ID,
      PARAMETER: `${isNew ? "expired_time:" : ""}2026-01-01 08:00:00.000000`,
    });
  },
);

test.each(VERSIONS)("CANCEL DELETE BACKUP on %s takes two tenants, or one", (version) => {
  const act = () =>
    run(of(version), "ALTER SYSTEM CANCEL DELETE BACKUP TENANT = mysql_tenant, oracle_tenant", "sys");
  expect(errno(act)).toBe(["4.4.2", "4.5.0", "4.6.0"].includes(version) ? 1235 : 0);
});

describe("deleting by hand", () => {
  const DELETE = "ALTER SYSTEM DELETE BACKUPSET";
  const byHand = (sandbox: Sandbox, ids: string) => {
    run(sandbox, `${DELETE} ${ids}`);
    sandbox.clock.advance(1);
    return jobs(sandbox, "TYPE, STATUS, RESULT").at(-1);
  };
  const outcome = (STATUS: string, RESULT: number) => ({ TYPE: "DELETE BACKUP SET", STATUS, RESULT });

  test.each(VERSIONS)("exists or does not on %s", (version) => {
    const exists = ["4.4.2", "4.5.0", "4.6.0"].includes(version);
    const number = errno(() => run(of(version), `${DELETE} 1`));
    expect(number).toBe(exists ? 0 : 1235);
  });

  test("removes a leftover that a full backup has come after", () => {
    const sandbox = of("4.4.2");
    leaveSet(sandbox);
    makeSet(sandbox);
    expect(byHand(sandbox, "1")).toEqual(outcome("COMPLETED", 0));
    expect(fileStatuses(sandbox)).toEqual(["DELETED", "AVAILABLE"]);
  });

  test("removes at another place what nothing was built on", () => {
    const sandbox = of("4.4.2");
    leaveSet(sandbox, "file:///elsewhere");
    sandbox.setPolicy("mysql_tenant", "7d");
    expect(byHand(sandbox, "1")).toEqual(outcome("COMPLETED", 0));
  });

  test.each([
    ["while there is a policy", (sandbox: Sandbox) => sandbox.setPolicy("mysql_tenant", "7d"), "1"],
    ["of the newest full backup", () => {}, "2"],
    ["of a set that is not there", () => {}, "9"],
  ])("ends in -9045 %s", (_, prepare, ids) => {
    const sandbox = of("4.4.2");
    leaveSet(sandbox);
    makeSet(sandbox);
    prepare(sandbox);
    const before = fileStatuses(sandbox);
    expect(byHand(sandbox, ids)).toEqual(outcome("FAILED", -9045));
    expect(fileStatuses(sandbox)).toEqual(before);
  });

  test("of a set that another is built on removes both or none", () => {
    const sandbox = of("4.4.2");
    for (const incremental of [false, true, false]) makeSet(sandbox, incremental);
    expect(byHand(sandbox, "1")).toEqual(outcome("FAILED", -9045));
    expect(byHand(sandbox, "1, 2")).toEqual(outcome("COMPLETED", 0));
    expect(fileStatuses(sandbox)).toEqual(["DELETED", "DELETED", "AVAILABLE"]);
  });

  test("ends in -9045 where no full backup is", () => {
    const sandbox = of("4.4.2");
    leaveSet(sandbox);
    expect(byHand(sandbox, "1")).toEqual(outcome("FAILED", -9045));
  });

  test("takes one tenant from sys, and 32 sets at most", () => {
    const sandbox = of("4.4.2");
    const number = (clauses: string, tenant = "sys") =>
      errno(() => run(sandbox, `${DELETE} ${clauses}`, tenant));
    expect(number("1")).toBe(1235);
    expect(number("1 TENANT = mysql_tenant, oracle_tenant")).toBe(1235);
    expect(number("1, 2 TENANT = mysql_tenant")).toBe(0);
    expect(number(Array(33).fill(1).join(", "), "mysql_tenant")).toBe(1235);
  });

  test("of what is obsolete needs a policy", () => {
    const sandbox = of("4.4.2");
    const sql = "ALTER SYSTEM DELETE OBSOLETE BACKUP";
    expect(errno(() => run(sandbox, sql))).toBe(4018);
    leaveSet(sandbox);
    sandbox.setPolicy("mysql_tenant", "1s");
    run(sandbox, sql);
    sandbox.clock.advance(1);
    expect(fileStatuses(sandbox)).toEqual(["DELETED"]);
  });
});
