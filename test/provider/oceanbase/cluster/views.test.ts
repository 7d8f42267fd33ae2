import { describe, expect, test } from "vitest";
import {
  digits,
  pathIn,
  schemaOf,
  selectFrom,
  selectTogether,
} from "../../../../provider/oceanbase/cluster/views.ts";
import { serverInSys, serverInTenant, tenant } from "../../../tools/support/scriptedSession.ts";

const IN_SYS = { server: serverInSys() };
const IN_MYSQL_MODE = { server: serverInTenant("MYSQL") };
const IN_ORACLE_MODE = { server: serverInTenant("ORACLE") };

describe("a query on a view", () => {
  test.each([
    ["sys", IN_SYS, "SELECT TENANT_ID, JOB_ID, `COMMENT` FROM oceanbase.CDB_OB_BACKUP_JOBS"],
    [
      "a user tenant in MySQL mode",
      IN_MYSQL_MODE,
      "SELECT 1002 AS TENANT_ID, JOB_ID, `COMMENT` FROM oceanbase.DBA_OB_BACKUP_JOBS",
    ],
    [
      "a user tenant in Oracle mode",
      IN_ORACLE_MODE,
      'SELECT 1002 AS TENANT_ID, JOB_ID, "COMMENT" FROM SYS.DBA_OB_BACKUP_JOBS',
    ],
  ])("in %s has that tenant's form of the view, and quotes the keyword COMMENT", (_, cluster, sql) => {
    expect(selectFrom(cluster, "OB_BACKUP_JOBS", { columns: ["JOB_ID", "COMMENT"] })).toBe(sql);
  });

  test("without columns asks for the tenant alone", () => {
    const query = { columns: [], distinct: true };
    expect(selectFrom(IN_SYS, "OB_BACKUP_SET_FILES", query)).toBe(
      "SELECT DISTINCT TENANT_ID FROM oceanbase.CDB_OB_BACKUP_SET_FILES",
    );
  });

  test("names the tenants in sys, and none in a user tenant, whose view has no column for them", () => {
    const query = { columns: [], tenantIds: ["1", "1002"] };
    expect(selectFrom(IN_SYS, "OB_BACKUP_JOBS", query)).toMatch(/ WHERE TENANT_ID IN \(1, 1002\)$/);
    expect(selectFrom(IN_MYSQL_MODE, "OB_BACKUP_JOBS", query)).not.toContain("WHERE");
  });

  test("names rows by tenant and id in sys with each tenant once, and by id alone in a user tenant", () => {
    const of = [
      { tenantId: "1002", id: "8" },
      { tenantId: "1004", id: "9" },
    ];
    const rows = { column: "BACKUP_SET_ID", of } as const;
    expect(selectFrom(IN_SYS, "OB_BACKUP_SET_FILES", { columns: [], rows })).toMatch(
      / WHERE TENANT_ID IN \(1002, 1004\) AND \(TENANT_ID, BACKUP_SET_ID\) IN \(\(1002, 8\), \(1004, 9\)\)$/,
    );
    const twice = { column: "JOB_ID", of: [...of.slice(0, 1), { tenantId: "1002", id: "9" }] } as const;
    expect(selectFrom(IN_SYS, "OB_BACKUP_JOBS", { columns: [], rows: twice })).toMatch(
      / WHERE TENANT_ID IN \(1002\) AND \(TENANT_ID, JOB_ID\) IN \(\(1002, 8\), \(1002, 9\)\)$/,
    );
    expect(selectFrom(IN_ORACLE_MODE, "OB_BACKUP_SET_FILES", { columns: [], rows })).toMatch(
      / WHERE BACKUP_SET_ID IN \(8, 9\)$/,
    );
  });

  test("asks for a page of the latest rows in the words of each mode, in an order that leaves no two rows equal", () => {
    const query = { columns: [], latest: { rows: 100, offset: 200 } };
    const order = "FROM \\w+\\.\\w+ ORDER BY END_TIMESTAMP DESC, TENANT_ID, JOB_ID";
    for (const cluster of [IN_SYS, IN_MYSQL_MODE]) {
      expect(selectFrom(cluster, "OB_BACKUP_JOB_HISTORY", query)).toMatch(
        new RegExp(`${order} LIMIT 100 OFFSET 200$`),
      );
    }
    expect(selectFrom(IN_ORACLE_MODE, "OB_BACKUP_JOB_HISTORY", query)).toMatch(
      new RegExp(`${order} OFFSET 200 ROWS FETCH NEXT 100 ROWS ONLY$`),
    );
  });

  test("holds all its conditions at once", () => {
    const rows = { column: "JOB_ID", of: [{ tenantId: "1002", id: "8" }] } as const;
    const query = { columns: [], tenantIds: ["1002"], rows, where: ["RESULT = 0", "STATUS <> 'DOING'"] };
    expect(selectFrom(IN_SYS, "OB_BACKUP_JOB_HISTORY", query)).toMatch(
      / WHERE TENANT_ID IN \(1002\) AND \(TENANT_ID, JOB_ID\) IN \(\(1002, 8\)\) AND RESULT = 0 AND STATUS <> 'DOING'$/,
    );
  });
});

describe("a query together with others", () => {
  const query = { columns: ["STATUS"], where: ["RESULT = 0"] } as const;

  test("in sys is the same for every caller but for the tenants", () => {
    const joined = selectTogether(IN_SYS, "OB_BACKUP_JOBS", { ...query, tenantIds: ["1", "1002"] });
    if (typeof joined === "string") throw new Error("a query to be joined");
    expect(joined.key).toBe("SELECT TENANT_ID, STATUS FROM oceanbase.CDB_OB_BACKUP_JOBS WHERE RESULT = 0");
    expect(joined.ids).toEqual(["1", "1002"]);
    expect(joined.sqlFor(["1", "1002", "1004"])).toBe(
      "SELECT TENANT_ID, STATUS FROM oceanbase.CDB_OB_BACKUP_JOBS WHERE TENANT_ID IN (1, 1002, 1004) AND RESULT = 0",
    );
  });

  test("in a user tenant is one for that tenant alone", () => {
    expect(selectTogether(IN_MYSQL_MODE, "OB_BACKUP_JOBS", { ...query, tenantIds: ["1", "1002"] })).toBe(
      "SELECT 1002 AS TENANT_ID, STATUS FROM oceanbase.DBA_OB_BACKUP_JOBS WHERE RESULT = 0",
    );
  });
});

describe("an id", () => {
  test.each(["", " 1", "1\n", "-1", "1.5", "1e3", "0x1", "１", "1) OR (1=1", "1; DROP TENANT one"])(
    "that is no number (%j) is refused",
    (id) => {
      expect(() => digits(id)).toThrow(new RangeError(`${JSON.stringify(id)} is not an id`));
    },
  );

  test("keeps every digit", () => {
    expect(digits("9223372036854775807")).toBe("9223372036854775807");
    expect(digits("007")).toBe("007");
  });

  const INJECTION = "1) OR (1=1";
  const rowsOf = (tenantId: string, id: string) =>
    ({ columns: [], tenantIds: ["1002"], rows: { column: "JOB_ID", of: [{ tenantId, id }] } }) as const;

  test.each([
    ["of a tenant", IN_SYS, { columns: [], tenantIds: ["1", INJECTION] }],
    ["of a row's tenant", IN_SYS, rowsOf(INJECTION, "8")],
    ["of a row in sys", IN_SYS, rowsOf("1002", INJECTION)],
    ["of a row in a user tenant", IN_MYSQL_MODE, rowsOf("1002", INJECTION)],
    [
      "of the own tenant",
      { server: { ...serverInTenant(), tenant: tenant(INJECTION, "one") } },
      { columns: [] },
    ],
  ])("%s is checked before it stands in a query (SQL injection)", (_, cluster, query) => {
    expect(() => selectFrom(cluster, "OB_BACKUP_JOBS", query)).toThrow(RangeError);
  });
});

test.each([
  ["MYSQL", "oceanbase"],
  ["ORACLE", "SYS"],
] as const)("a tenant in %s mode keeps its views in schema %s", (mode, schema) => {
  expect(schemaOf({ mode })).toBe(schema);
});

test.each([
  [null, ""],
  [undefined, ""],
  ["file:///backup/one", "file:///backup/one"],
  ["oss://bucket/a?host=h&access_key=KEY", "oss://bucket/a"],
  ["oss://bucket/a?x=1?access_key=KEY", "oss://bucket/a"],
  ["oss://bucket/a?host=h\n&access_key=KEY", "oss://bucket/a"],
  ["?access_key=KEY", ""],
])("the path %j is shown as %j, without what stands behind the question mark", (path, shown) => {
  expect(pathIn(path)).toBe(shown);
});
