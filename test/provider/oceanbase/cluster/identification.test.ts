import { describe, expect, test } from "vitest";
import { checkIsCluster, isSameCluster } from "../../../../provider/oceanbase/cluster/clusterRecord.ts";
import { readServer } from "../../../../provider/oceanbase/cluster/identification.ts";
import { tenantLabel, tenantNameOf } from "../../../../provider/oceanbase/cluster/server.ts";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import type { FlavorName } from "../../../../sdk/sandbox/cluster/flavors.ts";
import { type Logins, startSandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { loginOf, useSandbox } from "../../../tools/support/sandbox.ts";
import { type Answer, ScriptedSession, serverInSys } from "../../../tools/support/scriptedSession.ts";

const sandbox = useSandbox();

async function identify(who: keyof Logins) {
  const session = await openSession(loginOf(sandbox(), sandbox().logins[who]));
  try {
    return await readServer(session);
  } finally {
    await session.close();
  }
}

test("a server tells a login to sys its version, its cluster and every tenant", async () => {
  const server = await identify("sys");
  expect(server).toMatchObject({ version: "4.2.5.1", cluster: "obdemo", clusterId: "1001" });
  expect(server.tenant).toMatchObject({ id: "1", name: "sys", type: "SYS" });
  expect(server.tenants.map((tenant) => [tenant.id, tenant.name, tenant.type, tenant.mode])).toEqual([
    ["1", "sys", "SYS", "MYSQL"],
    ["1001", "META$1002", "META", "MYSQL"],
    ["1002", "mysql_tenant", "USER", "MYSQL"],
    ["1003", "META$1004", "META", "MYSQL"],
    ["1004", "oracle_tenant", "USER", "ORACLE"],
  ]);
});

test.each([
  ["mysqlTenant", "mysql_tenant", "MYSQL"],
  ["oracleTenant", "oracle_tenant", "ORACLE"],
] as const)("a server tells %s that tenant alone", async (who, name, mode) => {
  const server = await identify(who);
  expect(server.tenant).toMatchObject({ name, mode });
  expect(server.tenants).toHaveLength(1);
  expect(server.cluster).toBe("obdemo");
});

describe("a user tenant that has no view of itself (4.0)", () => {
  test.each([
    ["mysqlTenant", "mysql_tenant", "1002", "MYSQL"],
    ["oracleTenant", "oracle_tenant", "1004", "ORACLE"],
  ] as const)("%s is asked by functions", async (who, name, id, mode) => {
    const old = await startSandbox({ version: "4.0.0" });
    const session = await openSession(loginOf(old, old.logins[who]));
    const server = await readServer(session);
    expect(server).toMatchObject({
      version: "4.0.0.0",
      tenant: { id, name, mode, type: "USER", status: "NORMAL" },
    });
    expect(server.tenants).toEqual([server.tenant]);
    session.close();
    await old.stop();
  });

  test("is named by its login where no function tells its name", async () => {
    const session = new ScriptedSession(
      [/EFFECTIVE_TENANT\(\)|DBA_OB_TENANTS/, new OceanBaseError("server", "no such thing", { errno: 904 })],
      [/ob_compatibility_mode/, [{ VALUE: "ORACLE" }]],
      [/FROM DUAL/, [{ VERSION: "4.0.0.0", OWN_ID: "1004", OWN_NAME: "" }]],
      [/SHOW PARAMETERS/, []],
    );
    expect((await readServer(session)).tenant).toMatchObject({ id: "1004", name: session.loginTenant });
  });
});

describe("a login to a tenant in Oracle mode", () => {
  const ROW = {
    VERSION: "4.2.5.1",
    OWN_ID: "1004",
    TENANT_ID: "1004",
    TENANT_NAME: "oracle_tenant",
    TENANT_TYPE: "USER",
    COMPATIBILITY_MODE: "ORACLE",
    STATUS: "NORMAL",
    LOCKED: "NO",
  };
  const notHere = new OceanBaseError("server", "no such thing", { errno: 942 });
  const ORACLE: Answer = [/ob_compatibility_mode/, [{ VALUE: "ORACLE" }]];
  const identified = async (...answers: Answer[]) => {
    const session = new ScriptedSession([/oceanbase\.DBA_OB_TENANTS/, notHere], ORACLE, ...answers, [
      /SHOW PARAMETERS/,
      [],
    ]);
    return { server: await readServer(session), asked: session.asked.map(({ sql }) => sql) };
  };

  test("is identified by the view in SYS, whose times are eight hours ahead of UTC", async () => {
    const { server, asked } = await identified([/SYS\.DBA_OB_TENANTS/, [ROW]]);
    expect(server).toMatchObject({ utcOffset: "+08:00", tenant: { id: "1004", mode: "ORACLE" } });
    expect(asked[2]).toMatch(
      /^SELECT OB_VERSION\(\) AS VERSION, TENANT_ID AS OWN_ID, .* FROM SYS\.DBA_OB_TENANTS$/,
    );
  });

  test("is identified by functions where that view is not there, and is not locked as far as they tell", async () => {
    const { server, asked } = await identified(
      [/SYS\.DBA_OB_TENANTS/, notHere],
      [/FROM DUAL/, [{ VERSION: "4.0.0.0", OWN_ID: "1004", OWN_NAME: "oracle_tenant" }]],
    );
    expect(server).toMatchObject({
      utcOffset: "+08:00",
      tenant: { name: "oracle_tenant", type: "USER", locked: false, inRecycleBin: false },
    });
    expect(asked[3]).toBe(
      "SELECT OB_VERSION() AS VERSION, EFFECTIVE_TENANT_ID() AS OWN_ID, EFFECTIVE_TENANT() AS OWN_NAME FROM DUAL",
    );
  });

  test("that is told nothing of itself is refused", async () => {
    const nothing: Answer = [/FROM DUAL/, []];
    const version: Answer = [/SHOW VARIABLES LIKE 'version/, [{ VALUE: "OceanBase 4.0" }]];
    await expect(identified([/SYS\.DBA_OB_TENANTS/, notHere], nothing, version)).rejects.toMatchObject({
      kind: "unsupported",
    });
  });
});

test("a login in MySQL mode without a view is asked for its times, too", async () => {
  const session = new ScriptedSession(
    [/DBA_OB_TENANTS/, new OceanBaseError("server", "no such view", { errno: 1146 })],
    [/ob_compatibility_mode/, [{ VALUE: "MYSQL" }]],
    [
      /^SELECT NOW\(\) AS NOW_TEXT, UTC_TIMESTAMP\(\) AS UTC_TEXT, OB_VERSION\(\) AS VERSION, .* AS OWN_NAME$/,
      [
        {
          VERSION: "4.0.0.0",
          OWN_ID: "1",
          OWN_NAME: "sys",
          NOW_TEXT: "2026-01-01 05:30:00",
          UTC_TEXT: "2026-01-01 00:00:00",
        },
      ],
    ],
    [/SHOW PARAMETERS/, []],
  );
  expect(await readServer(session)).toMatchObject({ utcOffset: "+05:30", tenant: { id: "1", type: "SYS" } });
});

test("a tenant in the recycle bin is marked as such", async () => {
  sandbox().setInRecycleBin("mysql_tenant", true);
  const { tenants } = await identify("sys");
  const inBin = tenants.filter((tenant) => tenant.inRecycleBin).map(({ name }) => name);
  expect(inBin).toEqual(["mysql_tenant"]);
});

test("the identification of a MySQL-mode login costs two queries", async () => {
  await identify("sys");
  expect(sandbox().log.entries).toHaveLength(2);
});

test("a login that may not read the tenants is refused, and its server is not taken for another product", async () => {
  sandbox().faults.inject({ match: /DBA_OB_TENANTS/, act: { kind: "error", errno: 1142 } });
  await expect(identify("sys")).rejects.toMatchObject({ kind: "refused", errno: 1142 });
});

test("a server that does not tell its cluster is accepted without one", async () => {
  sandbox().faults.inject({ match: /SHOW PARAMETERS/, act: { kind: "error", errno: 1227 } });
  expect(await identify("sys")).toMatchObject({ cluster: "", clusterId: "", version: "4.2.5.1" });
});

describe("a server without tenant-level backups", () => {
  test.each<[FlavorName, string, string]>([
    ["mysql", "a server that is not OceanBase", "8.0.39"],
    ["oceanbase-3", "an OceanBase without tenant-level backups", "3.1.5"],
    ["seekdb", "OceanBase seekdb, which has no backups to cancel", "1.4.0.0"],
  ])("is refused with what was found: %s", async (flavor, found, version) => {
    const other = await startSandbox({ flavor });
    const session = await openSession(loginOf(other, other.logins.sys));
    const error = await readServer(session).catch((failure) => failure);
    expect(error).toBeInstanceOf(OceanBaseError);
    expect(error.kind).toBe("unsupported");
    expect(error.message).toContain(found);
    expect(error.message).toContain(version);
    expect(error.message).toContain("OceanBase 4.0 or later is needed");
    await session.close();
    await other.stop();
  });
});

describe("the cluster of a record", () => {
  test("is the same by name, id and tenant", async () => {
    const server = await identify("sys");
    const record = { cluster: "obdemo", clusterId: "1001", tenant: "sys" };
    expect(isSameCluster(server, record)).toBe(true);
    expect(isSameCluster(server, { ...record, clusterId: "" })).toBe(true);
    expect(isSameCluster(server, { ...record, cluster: "other" })).toBe(false);
    expect(isSameCluster(server, { ...record, clusterId: "7" })).toBe(false);
    expect(isSameCluster(server, { ...record, tenant: "mysql_tenant" })).toBe(false);
  });

  test("is refused with both names when it is another one", async () => {
    const server = await identify("sys");
    const check = () =>
      checkIsCluster({ address: "at", server }, { cluster: "prod", clusterId: "7", tenant: "sys" });
    expect(check).toThrow(
      /found tenant sys of cluster obdemo \(id 1001\), but it has to be tenant sys of cluster prod \(id 7\)/,
    );
  });
});

describe("an identified server", () => {
  const ROW = { VERSION: "4.2.5.1", OWN_ID: "1", TENANT_ID: "1", TENANT_NAME: "sys", TENANT_TYPE: "SYS" };
  const STATE = { COMPATIBILITY_MODE: "MYSQL", STATUS: "NORMAL", LOCKED: "NO" };
  const CLUSTER: Answer = [/SHOW PARAMETERS/, [{ NAME: "cluster", VALUE: "prod" }]];
  const VARIABLES: Answer = [/SHOW VARIABLES LIKE 'version/, [{ VALUE: "5.7.25-OceanBase-v3.2" }]];
  const said = (rows: Answer[1], cluster = CLUSTER) =>
    readServer(new ScriptedSession([/OB_VERSION/, rows], cluster, VARIABLES));

  test("has the tenant of the login, wherever that stands in the list", async () => {
    const own = { ...ROW, ...STATE, OWN_ID: "1002" };
    const server = await said([own, { ...own, TENANT_ID: "1002", TENANT_NAME: "one", TENANT_TYPE: "USER" }]);
    expect(server.tenant).toMatchObject({ id: "1002", name: "one", type: "USER" });
    expect(server).toMatchObject({ cluster: "prod", clusterId: "" });
  });

  test("is refused when it does not tell its version", async () => {
    for (const rows of [...[null, "", "unknown"].map((version) => [{ ...ROW, VERSION: version }]), []]) {
      await expect(said(rows)).rejects.toMatchObject({
        kind: "unsupported",
        message: expect.stringContaining(
          "found an OceanBase that does not tell its version (5.7.25-OceanBase",
        ),
      });
    }
  });

  test("is refused with a version before 4, or without the tenant of the login", async () => {
    for (const rows of [[{ ...ROW, VERSION: "3.2.4" }], [{ ...ROW, OWN_ID: "7" }]]) {
      await expect(said(rows)).rejects.toMatchObject({
        kind: "unsupported",
        message: expect.stringMatching(
          /found an OceanBase without tenant-level backups \(5\.7\.25-OceanBase-v3\.2, 5\.7\.25-OceanBase-v3\.2\)/,
        ),
      });
    }
    const silent = new ScriptedSession([/OB_VERSION/, []], [/SHOW VARIABLES/, []]);
    await expect(readServer(silent)).rejects.toThrow(/a server that is not OceanBase \(\); OceanBase 4\.0/);
  });

  test("takes nothing for granted from a column without a value", async () => {
    const nothing = { TENANT_TYPE: null, COMPATIBILITY_MODE: null, STATUS: null, LOCKED: null };
    const server = await said([
      { ...ROW, ...nothing },
      { ...ROW, ...nothing, TENANT_ID: null, TENANT_NAME: null },
    ]);
    expect(server.tenants[0]).toMatchObject({ type: "USER", mode: "MYSQL", status: "", locked: false });
    expect(server.tenants[1]).toMatchObject({ id: "", name: "" });
  });

  test("does not go without a cluster when the question for it fails for now", async () => {
    const away = new OceanBaseError("unreachable", "cut");
    const busy = new OceanBaseError("transient", "electing", { errno: 4654 });
    for (const failure of [away, busy, new TypeError("a bug")]) {
      await expect(said([{ ...ROW, ...STATE }], [/SHOW PARAMETERS/, failure])).rejects.toBe(failure);
    }
  });
});

test("a record or a server without a cluster is recognized by its tenant, and called unnamed in an error", () => {
  const record = { cluster: "prod", clusterId: "7", tenant: "sys" };
  const untold = serverInSys({ cluster: "", clusterId: "" });
  expect(isSameCluster(untold, record)).toBe(true);
  expect(isSameCluster(serverInSys(), { cluster: "", clusterId: "", tenant: "sys" })).toBe(true);
  expect(isSameCluster(serverInSys({ cluster: "" }), { ...record, clusterId: "8" })).toBe(false);
  expect(() => checkIsCluster({ address: "at", server: untold }, { ...record, tenant: "one" })).toThrow(
    /^at: found tenant sys of cluster \(unnamed\) \(id unknown\), but .* prod \(id 7\); if the one found is meant, change triggers, else correct connection$/,
  );
});

test("a tenant that is gone has no name and is labelled by its id", () => {
  expect(tenantNameOf({ server: serverInSys() }, "1004")).toBe("two");
  expect(tenantNameOf({ server: serverInSys() }, "1006")).toBeUndefined();
  expect(tenantLabel({ server: serverInSys() }, "1004")).toBe("two");
  expect(tenantLabel({ server: serverInSys() }, "1006")).toBe("1006");
});
