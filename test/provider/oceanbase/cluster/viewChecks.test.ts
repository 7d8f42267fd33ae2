import { describe, expect, test } from "vitest";
import { checkViews } from "../../../../provider/oceanbase/cluster/viewChecks.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import {
  type Answer,
  scriptedCluster,
  serverInSys,
  serverInTenant,
} from "../../../tools/support/scriptedSession.ts";

const failing = (errno: number | undefined, kind: OceanBaseError["kind"] = "server") =>
  new OceanBaseError(kind, "what the server said", errno === undefined ? {} : { errno });
const there: Answer = [/./, []];
const inSys = (...answers: Answer[]) => scriptedCluster(serverInSys(), ...answers, there);

/** What was found of one view. */
const checkOf = async (name: string, ...answers: Answer[]) =>
  (await checkViews(inSys(...answers).cluster)).find((check) => check.name === name);

describe("every view that is read is looked for, with all its columns and for no row", () => {
  test("from sys, where all tenants have one view", async () => {
    const { cluster, session } = inSys();
    const checks = await checkViews(cluster);
    expect(checks.map(({ view }) => view)).toEqual([
      "oceanbase.DBA_OB_TENANTS",
      "oceanbase.CDB_OB_BACKUP_JOBS",
      "oceanbase.CDB_OB_BACKUP_JOB_HISTORY",
      "oceanbase.CDB_OB_BACKUP_TASKS",
      "oceanbase.CDB_OB_BACKUP_SET_FILES",
      "oceanbase.CDB_OB_BACKUP_DELETE_POLICY",
      "oceanbase.CDB_OB_BACKUP_PARAMETER",
      "oceanbase.CDB_OB_ARCHIVE_DEST",
    ]);
    expect(session.asked.map(({ sql, withinMs }) => [/ WHERE (.*)$/.exec(sql)?.[1], withinMs])).toEqual([
      ["1 = 0", 10_000],
      ...Array(7).fill(["TENANT_ID IN (1) AND 1 = 0", 10_000]),
    ]);
    expect(session.asked[0]?.sql).toMatch(/^SELECT TENANT_ID, TENANT_NAME, /);
    const [tenants] = checks;
    expect(tenants).toMatchObject({ name: "OB_TENANTS", presence: "there", columns: { TENANT_ID: "there" } });
    for (const { presence, columns } of checks) {
      expect(new Set([presence, ...Object.values(columns)])).toEqual(new Set(["there"]));
    }
  });

  test("from a user tenant, which has a view of itself from 4.1 on", async () => {
    const viewsIn = async (version: string) => {
      const { cluster } = scriptedCluster({ ...serverInTenant("ORACLE"), version }, there);
      return (await checkViews(cluster)).map(({ view }) => view);
    };
    expect((await viewsIn("4.1.0.0")).slice(0, 2)).toEqual(["SYS.DBA_OB_TENANTS", "SYS.DBA_OB_BACKUP_JOBS"]);
    expect((await viewsIn("4.0.0.0"))[0]).toBe("SYS.DBA_OB_BACKUP_JOBS");
  });
});

describe("a view", () => {
  test.each([
    [942, "missing or not readable"],
    [1044, "not readable"],
    [1142, "not readable"],
    [1146, "missing"],
  ])("that fails with %i is %s, with all its columns", async (errno, presence) => {
    const check = await checkOf("OB_ARCHIVE_DEST", [/ARCHIVE_DEST/, failing(errno)]);
    expect(check).toEqual({
      name: "OB_ARCHIVE_DEST",
      view: "oceanbase.CDB_OB_ARCHIVE_DEST",
      presence,
      columns: { DEST_NO: presence, NAME: presence },
    });
  });

  test("that fails otherwise is not known to be there, and what the server said is told", async () => {
    for (const failure of [failing(4012, "transient"), failing(undefined, "unreachable")]) {
      expect(await checkOf("OB_ARCHIVE_DEST", [/ARCHIVE_DEST/, failure])).toMatchObject({
        presence: "unknown",
        said: "what the server said",
        columns: { NAME: "unknown" },
      });
    }
  });

  test.each([904, 1054])("that lacks a column (error %i) is asked for each alone", async (errno) => {
    const { cluster, session } = inSys(
      [/DEST_NO, .*ARCHIVE_DEST|SELECT TENANT_ID, DEST_NO FROM .*ARCHIVE_DEST/, failing(errno)],
      [/NAME FROM .*ARCHIVE_DEST/, failing(4012, "transient")],
    );
    expect((await checkViews(cluster)).at(-1)).toEqual({
      name: "OB_ARCHIVE_DEST",
      view: "oceanbase.CDB_OB_ARCHIVE_DEST",
      presence: "there",
      columns: { DEST_NO: "missing", NAME: "unknown" },
    });
    expect(session.asked.filter(({ sql }) => sql.includes("ARCHIVE_DEST"))).toHaveLength(3);
  });
});

test("a caller that cancels, and a failure of this package itself, end the check", async () => {
  for (const failure of [failing(undefined, "aborted"), new TypeError("a bug")]) {
    await expect(checkViews(inSys([/TASKS/, failure]).cluster)).rejects.toBe(failure);
  }
});
