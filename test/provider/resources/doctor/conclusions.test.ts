import { expect, test } from "vitest";
import { adviceFor, problemsIn } from "../../../../provider/resources/doctor/conclusions.ts";
import type { ClusterFindings, TenantFinding } from "../../../../provider/resources/doctor/findings.ts";
import { doctorText } from "../../../../sdk/cli/doctorText.ts";

const FINDINGS: ClusterFindings = {
  server: { version: "4.2.5.1", cluster: "prod", clusterId: "7", tenant: "sys", mode: "MYSQL" },
  alterSystem: "granted",
  views: [],
  tenants: [],
  facts: [],
};

const TENANT: TenantFinding = {
  tenantId: "1002",
  tenant: "one",
  mode: "MYSQL",
  status: "NORMAL",
  locked: false,
  inRecycleBin: false,
};

test("with all that is needed there is no problem and no advice", () => {
  expect(problemsIn(FINDINGS)).toEqual([]);
  expect(adviceFor(FINDINGS)).toEqual([]);
});

test.each([
  [4, []],
  [-4, []],
  [5, ["the server's clock is 5 s ahead of this machine's: compare times of the two with care"]],
  [-90, ["the server's clock is 90 s behind this machine's: compare times of the two with care"]],
])("a clock that is %i s ahead: %j", (clockAheadSeconds, advice) => {
  expect(adviceFor({ ...FINDINGS, clockAheadSeconds })).toEqual(advice);
});

test("a login that is not told its cluster is advised, one that is told a part of it is not", () => {
  const told = (cluster: string, clusterId: string) =>
    adviceFor({ ...FINDINGS, server: { ...FINDINGS.server, cluster, clusterId } });
  expect(told("", "")).toEqual([
    "this login is not told its cluster: a record recognizes it by the name of the tenant alone",
  ]);
  expect([...told("", "7"), ...told("prod", "")]).toEqual([]);
});

test("tenants of which the same is to be said share a line", () => {
  const uncovered = "the tenant has no automatic cleanup policy";
  const tenants = [
    { ...TENANT, uncovered },
    { ...TENANT, tenant: "two" },
    { ...TENANT, tenant: "three", uncovered },
  ];
  expect(adviceFor({ ...FINDINGS, tenants })).toEqual([
    `one, three: what a cancelled backup leaves behind stays: ${uncovered}`,
  ]);
  const many = Array.from({ length: 10 }, (_, i) => ({ ...TENANT, tenant: `t${i}`, uncovered }));
  expect(adviceFor({ ...FINDINGS, tenants: many })).toEqual([
    `t0, t1, t2, t3, t4, t5, t6, t7 and 2 more: what a cancelled backup leaves behind stays: ${uncovered}`,
  ]);
});

test.each([
  [-3, "3 s behind this machine's"],
  [3, "3 s ahead of this machine's"],
])("a clock that is %i s ahead is told as: %s", (clockAheadSeconds, told) => {
  const cluster = { ...FINDINGS, clockAheadSeconds };
  expect(doctorText({ address: "a", cluster, problems: [], advice: [] })).toContain(
    `  clock         ${told}`,
  );
});

test("what cannot be found out is said in the table", () => {
  const { server } = FINDINGS;
  const lines = doctorText({
    address: "a",
    cluster: {
      ...FINDINGS,
      server: { ...server, cluster: "" },
      alterSystem: "unknown",
      views: [
        { name: "OB_BACKUP_JOBS", view: "v", presence: "unknown", columns: {}, said: "the server said no" },
        { name: "OB_ARCHIVE_DEST", view: "w", presence: "there", columns: { A: "there", B: "missing" } },
      ],
    },
    problems: ["p", "q"],
    advice: [],
  });
  for (const line of [
    "  method      unknown",
    "  cluster       not told",
    "  clock         not told",
    "  ALTER SYSTEM  not known: the grants do not tell",
    "  v  unknown  the server said no",
    "  w  there    2 columns, but B missing",
    "  none",
    "  not readable",
    "Result: 2 problems",
  ]) {
    expect(lines).toContain(line);
  }
});
