import { describe, expect, test } from "vitest";
import { OceanBaseError } from "../../../provider/oceanbase/errors.ts";
import { checkIsCluster, identifyServer, isSameCluster } from "../../../provider/oceanbase/identity.ts";
import { openSession } from "../../../provider/oceanbase/session.ts";
import type { FlavorName } from "../../sandbox/cluster/flavors.ts";
import { type Logins, startSandbox } from "../../sandbox/sandbox.ts";
import { loginOf, useSandbox } from "../../support/sandbox.ts";

const sandbox = useSandbox();

async function identify(who: keyof Logins) {
  const session = await openSession(loginOf(sandbox(), sandbox().logins[who]));
  try {
    return await identifyServer(session, Date.now() + 5000);
  } finally {
    await session.close();
  }
}

test("from sys the server tells its version, cluster and every tenant", async () => {
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
] as const)("from %s it tells that tenant alone", async (who, name, mode) => {
  const server = await identify(who);
  expect(server.tenant).toMatchObject({ name, mode });
  expect(server.tenants).toHaveLength(1);
  expect(server.cluster).toBe("obdemo");
});

test("a MySQL-mode login costs two queries", async () => {
  await identify("sys");
  expect(sandbox().log.entries).toHaveLength(2);
});

test("a login that may not see the tenants is told so, not taken for another server", async () => {
  sandbox().faults.inject({ match: /DBA_OB_TENANTS/, act: { kind: "error", errno: 1142 } });
  await expect(identify("sys")).rejects.toMatchObject({ kind: "refused", errno: 1142 });
});

test("a server that does not tell its cluster is taken all the same", async () => {
  sandbox().faults.inject({ match: /SHOW PARAMETERS/, act: { kind: "error", errno: 1227 } });
  expect(await identify("sys")).toMatchObject({ cluster: "", clusterId: "", version: "4.2.5.1" });
});

describe("a server that cannot do it is refused with what was found", () => {
  test.each<[FlavorName, string, string]>([
    ["mysql", "a server that is not OceanBase", "8.0.39"],
    ["oceanbase-3", "an OceanBase without tenant-level backups", "3.1.5"],
    ["seekdb", "OceanBase seekdb, which has no backups to cancel", "1.4.0.0"],
  ])("%s", async (flavor, found, version) => {
    const other = await startSandbox({ flavor });
    const session = await openSession(loginOf(other, other.logins.sys));
    const error = await identifyServer(session, Date.now() + 5000).catch((failure) => failure);
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

  test("when it is another one, the error names both", async () => {
    const server = await identify("sys");
    const check = () => checkIsCluster("at", server, { cluster: "prod", clusterId: "7", tenant: "sys" });
    expect(check).toThrow(
      /found tenant sys of cluster obdemo \(id 1001\), but it has to be tenant sys of cluster prod \(id 7\)/,
    );
  });
});
