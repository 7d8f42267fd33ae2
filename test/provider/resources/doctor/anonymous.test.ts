import { expect, test } from "vitest";
import {
  aliasesIn,
  hidden,
  withoutPaths,
  withServerNames,
} from "../../../../provider/resources/doctor/anonymous.ts";
import type { ClusterFindings } from "../../../../provider/resources/doctor/findings.ts";
import type { JobForecast } from "../../../../provider/resources/doctor/forecasts.ts";
import { serverInSys, tenant } from "../../../tools/support/scriptedSession.ts";

const connection = { host: "db.example", port: 2881, tenant: "shop", user: "ops" };

test("hosts, user, tenant and cluster of a login have aliases; what every cluster has keeps its name", () => {
  const endpoints = ["db2.example:2883", "db.example:2882"];
  expect(aliasesIn({ connection: { ...connection, cluster: "prod", endpoints } })).toEqual(
    new Map([
      ["db.example", "host1"],
      ["db2.example", "host2"],
      ["shop", "tenant1"],
      ["ops", "user"],
      ["prod", "cluster"],
    ]),
  );
  const common = { ...connection, tenant: "sys", user: "root" };
  expect([...aliasesIn({ connection: common, tenants: "all" }).keys()]).toEqual(["db.example"]);
});

test("tenants that a server tells are numbered behind those that were asked for", () => {
  const aliases = aliasesIn({ connection: { ...connection, tenant: "sys" }, tenants: ["two", "nowhere"] });
  const told = withServerNames(aliases, serverInSys({ cluster: "prod" }));
  expect(["two", "nowhere", "one", "prod", "sys"].map((name) => told.get(name))).toEqual([
    "tenant1",
    "tenant2",
    "tenant3",
    "cluster",
    undefined,
  ]);
});

test.each([
  ["ops@shop at db.example:2881", "user@tenant1 at host1:2881"],
  ["the workshop of dbXexample drops ops_2", "the workshop of dbXexample drops ops_2"],
  ["shop, shop.", "tenant1, tenant1."],
  ["from 10.0.0.1:2882 in version 4.2.5.1", "from host:2882 in version 4.2.5.1"],
])("in %j every name is replaced, and nothing else: %j", (text, anonymous) => {
  expect(hidden(text, aliasesIn({ connection }))).toBe(anonymous);
});

test("a name that is a part of another one, or has signs in it, is replaced as a whole", () => {
  const tenants = [tenant("1002", "shop"), tenant("1004", "shop-eu"), tenant("1006", "a+b(")];
  const aliases = withServerNames(aliasesIn({ connection: { ...connection, tenant: "sys" } }), {
    cluster: "",
    tenants,
  });
  expect(hidden("shop-eu, shop and a+b( of shop-eu2", aliases)).toBe(
    "tenant2, tenant1 and tenant3 of tenant1-eu2",
  );
});

test("a job is shown without its path, and with aliases in its comment", () => {
  const job = { path: "oss://bucket/shop", comment: "shop failed", jobId: "7" } as JobForecast;
  const findings = { tenants: [], jobs: [job] } as unknown as ClusterFindings;
  const aliases = aliasesIn({ connection });
  expect(withoutPaths(findings, aliases)).toEqual({
    tenants: [],
    jobs: [{ path: "", comment: "tenant1 failed", jobId: "7" }],
  });
  const { jobs: _, ...unread } = findings;
  expect(withoutPaths(unread, aliases)).toEqual({ tenants: [] });
});

test("without aliases a text is as it is", () => {
  expect(hidden("ops@shop at 10.0.0.1:2881", undefined)).toBe("ops@shop at 10.0.0.1:2881");
});
