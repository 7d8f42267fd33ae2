import { describe, expect, test } from "vitest";
import { readCleanupPolicy } from "../../../../provider/oceanbase/cleanup/cleanupPolicies.ts";
import {
  dropCleanupPolicy,
  ensureCleanupPolicy,
  type PolicyReport,
  type PolicyRequest,
} from "../../../../provider/oceanbase/cleanup/cleanupPolicyChange.ts";
import type { PolicyPlace } from "../../../../provider/oceanbase/cleanup/policySender.ts";
import { type Cluster, identify } from "../../../../provider/oceanbase/cluster/cluster.ts";
import type { Tenant } from "../../../../provider/oceanbase/cluster/server.ts";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import type { CleanupPolicy } from "../../../../provider/oceanbase/statements.ts";
import type { Logins } from "../../../../sdk/sandbox/sandbox.ts";
import { loginOf, useSandbox } from "../../../tools/support/sandbox.ts";

const sandbox = useSandbox();

const ADD = "ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default'";
const DROP = "ALTER SYSTEM DROP DELETE BACKUP POLICY = 'default'";
const add = (window: string, rest = "") =>
  `${ADD} RECOVERY_WINDOW = '${window}'${rest} TENANT = \`mysql_tenant\``;
const drop = `${DROP} TENANT = \`mysql_tenant\``;

/** The statements that reached the server, in order. */
const sent = () => sandbox().log.matching(/^ALTER/);
const policies = () => sandbox().rows("SELECT * FROM oceanbase.__all_backup_delete_policy");
const windows = () => policies().map((row) => row.recovery_window);

interface As {
  who?: keyof Logins;
  signal?: AbortSignal;
  /** How long the view may be asked for. */
  patienceMs?: number;
}

async function inPlace<T>(
  act: (place: PolicyPlace) => Promise<T>,
  { who = "sys", signal, patienceMs = 5000 }: As = {},
): Promise<T> {
  const login = loginOf(sandbox(), sandbox().logins[who], {
    connectTimeoutSeconds: 1,
    replyTimeoutSeconds: 2,
  });
  const session = await openSession(login, { signal });
  try {
    const identified = await identify(session);
    const { server } = identified;
    const tenant = who === "sys" || who === "reader" ? mysqlTenant(server.tenants) : server.tenant;
    // Each look of the change has this time, as each read has its own.
    const cluster: Cluster = {
      ...identified,
      read: (...asked) => identified.within(patienceMs).read(...asked),
    };
    return await act({ cluster, tenant, signal });
  } finally {
    await session.close();
  }
}

function mysqlTenant(tenants: readonly Tenant[]): Tenant {
  return tenants.find((tenant) => tenant.name === "mysql_tenant") as Tenant;
}

function ensure(
  wanted: CleanupPolicy,
  request: Partial<PolicyRequest> = {},
  as: As = {},
): Promise<PolicyReport> {
  return inPlace((place) => ensureCleanupPolicy(place, { wanted, mayReplace: () => false, ...request }), as);
}

const replacing = { mayReplace: () => true };

describe("a policy that is not there", () => {
  test("is added, by one statement", async () => {
    const report = await ensure({ recoveryWindow: "7d", redundancy: 2, backupCopies: 3 });
    expect(sent()).toEqual([add("7d", " REDUNDANCY = 2 BACKUP_COPIES = 3")]);
    expect(report).toEqual({
      policy: { recoveryWindow: "7d", redundancy: 2, backupCopies: 3 },
      certain: true,
      statement: sent()[0],
      hasDropped: false,
      interrupted: undefined,
    });
    expect(policies()).toEqual([
      { tenant_id: 1002, policy_name: "default", recovery_window: "7d", redundancy: 2, backup_copies: 3 },
    ]);
  });

  test("is reported with its window as the server writes it", async () => {
    const update = "UPDATE oceanbase.__all_backup_delete_policy SET recovery_window = '168H'";
    const happens = () => void sandbox().rows(update);
    // At the look after the ADD; the one before it finds nothing in any case.
    sandbox().faults.inject({ match: /DELETE_POLICY/, times: 2, act: { kind: "just before", happens } });
    expect((await ensure({ recoveryWindow: "7d" })).policy).toEqual({ recoveryWindow: "168H" });
  });

  test.each<[keyof Logins, number]>([
    ["mysqlTenant", 1002],
    ["oracleTenant", 1004],
  ])("is added without a TENANT clause by %s", async (who, tenantId) => {
    const report = await ensure({ redundancy: 1 }, {}, { who });
    expect(sent()).toEqual([`${ADD} REDUNDANCY = 1`]);
    expect(report.policy).toEqual({ redundancy: 1 });
    expect(policies()).toMatchObject([{ tenant_id: tenantId, recovery_window: "" }]);
    await inPlace((place) => dropCleanupPolicy(place), { who });
    expect(policies()).toEqual([]);
  });
});

describe("a policy that is there", () => {
  test.each(["7d", "168h", "604800S"])("as long as %s is left as it is", async (window) => {
    sandbox().setPolicy("mysql_tenant", "7d");
    const report = await ensure({ recoveryWindow: window });
    expect(report).toMatchObject({
      policy: { recoveryWindow: "7d" },
      statement: undefined,
      hasDropped: false,
    });
    expect(sent()).toEqual([]);
  });

  test("of another tenant counts for nothing", async () => {
    sandbox().setPolicy("oracle_tenant", "7d");
    await ensure({ recoveryWindow: "7d" });
    expect(sent()).toEqual([add("7d")]);
  });

  test("and is another one is an error that shows both, before any statement", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    await expect(ensure({ recoveryWindow: "8d" })).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringMatching(
        /^root@sys at .*tenant mysql_tenant has a cleanup policy already, with recovery window 7d instead of recovery window 8d; set overwrite: true/,
      ),
    });
    expect(sent()).toEqual([]);
  });

  test("and is another one is dropped and added anew when it may be replaced", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    const report = await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent()).toEqual([drop, add("8d")]);
    expect(report).toMatchObject({
      policy: { recoveryWindow: "8d" },
      statement: add("8d"),
      hasDropped: true,
    });
    expect(windows()).toEqual(["8d"]);
  });

  test.each<[string, CleanupPolicy]>([
    ["redundancy", { recoveryWindow: "7d", redundancy: 2 }],
    ["backupCopies", { recoveryWindow: "7d", backupCopies: 1 }],
  ])("is made anew for another %s, which the server does not show", async (_, wanted) => {
    sandbox().setPolicy("mysql_tenant", "7d");
    await ensure(wanted, { ...replacing, record: { recoveryWindow: "7d" } });
    expect(sent()).toHaveLength(2);
    expect(policies()).toMatchObject([
      { redundancy: wanted.redundancy ?? 1, backup_copies: wanted.backupCopies ?? 0 },
    ]);
  });

  test("with a window that could not be put back is not dropped", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().rows("UPDATE oceanbase.__all_backup_delete_policy SET recovery_window = ' 7d'");
    await expect(ensure({ recoveryWindow: "8d" }, replacing)).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringContaining(`left as it is; drop it by hand (${drop})`),
    });
    expect(sent()).toEqual([]);
  });
});

describe("a statement without a clear answer", () => {
  test("that has added the policy is not sent again", async () => {
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "cut after" } });
    const report = await ensure({ recoveryWindow: "7d" });
    expect(report).toMatchObject({ certain: true, interrupted: undefined, policy: { recoveryWindow: "7d" } });
    expect(sent()).toEqual([add("7d")]);
  });

  test.each([
    { kind: "cut before" } as const,
    { kind: "stall" } as const,
    { kind: "error", errno: 4012 } as const,
  ])("and without an effect is sent again: %j", async (act) => {
    sandbox().faults.inject({ match: /ADD DELETE/, act });
    const report = await ensure({ recoveryWindow: "7d" });
    expect(report.interrupted).toBeUndefined();
    expect(sent()).toEqual([add("7d"), add("7d")]);
    expect(windows()).toEqual(["7d"]);
  });

  test("is given time to arrive before the view is asked", async () => {
    const arrives = () => sandbox().setPolicy("mysql_tenant", "7d");
    const happens = () => void setTimeout(arrives, 250);
    sandbox().faults.inject({ match: /DELETE_POLICY/, act: { kind: "just before", happens } });
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "error", errno: 4012 } });
    await ensure({ recoveryWindow: "7d" });
    expect(sent()).toEqual([add("7d")]);
  });

  test("that has dropped the policy is not sent again, and the new one is added", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /DROP DELETE/, act: { kind: "cut after" } });
    await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent()).toEqual([drop, add("8d")]);
  });

  test("that has not dropped the policy is sent again before the new one is added", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /DROP DELETE/, act: { kind: "cut before" } });
    // The window is the same: only the record tells that this one is still the old policy.
    await ensure({ recoveryWindow: "7d", redundancy: 2 }, { ...replacing, record: { recoveryWindow: "7d" } });
    expect(sent()).toEqual([drop, drop, add("7d", " REDUNDANCY = 2")]);
    expect(policies()).toMatchObject([{ redundancy: 2 }]);
  });

  test("is tried three times and not more, and a policy that nothing has happened to is not spoken of", async () => {
    sandbox().faults.inject({ match: /ADD DELETE/, times: 99, act: { kind: "error", errno: 4038 } });
    await expect(ensure({ recoveryWindow: "7d" })).rejects.toMatchObject({ kind: "transient", errno: 4038 });
    expect(sent()).toHaveLength(3);
    sandbox().log.clear();
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /DROP DELETE/, times: 99, act: { kind: "error", errno: 4038 } });
    await expect(ensure({ recoveryWindow: "8d" }, replacing)).rejects.toMatchObject({ errno: 4038 });
    expect(sent()).toEqual([drop, drop, drop]);
    expect(windows()).toEqual(["7d"]);
  }, 30_000);

  test("that nobody can read is not sent again, unless the view shows that it worked", async () => {
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "error", errno: 9999 } });
    await expect(ensure({ recoveryWindow: "7d" })).rejects.toMatchObject({ errno: 9999 });
    expect(sent()).toHaveLength(1);
    const happens = () => sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "just before", happens } });
    // The answer is 1062: somebody was faster, with the same policy.
    expect(await ensure({ recoveryWindow: "7d" })).toMatchObject({ interrupted: undefined });
  });

  test("leaves a report of what may be there when the server stays away", async () => {
    let report: PolicyReport | undefined;
    sandbox().faults.inject({
      match: /ADD DELETE/,
      act: { kind: "just before", happens: () => void sandbox().stop() },
    });
    report = await ensure({ recoveryWindow: "7d" }, {}, { patienceMs: 300 });
    expect(report).toMatchObject({
      policy: { recoveryWindow: "7d" },
      certain: false,
      hasDropped: false,
      interrupted: {
        kind: "unreachable",
        message: expect.stringContaining(
          "it is unknown whether tenant mysql_tenant has a cleanup policy now",
        ),
      },
    });
    await sandbox().start();
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({
      match: /DROP DELETE/,
      act: { kind: "just before", happens: () => void sandbox().stop() },
    });
    const record = { recoveryWindow: "7d", redundancy: 4 };
    report = await ensure({ recoveryWindow: "8d" }, { ...replacing, record }, { patienceMs: 300 });
    // If it has one, it is the old one: the new one was never sent.
    expect(report).toMatchObject({ policy: record, certain: false, statement: undefined });
  });

  test("ends early when the caller gives up", async () => {
    const controller = new AbortController();
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "stall" } });
    setTimeout(() => controller.abort(), 200);
    const report = await ensure({ recoveryWindow: "7d" }, {}, { signal: controller.signal });
    expect(report).toMatchObject({ certain: false, interrupted: { kind: "aborted" } });
    expect(sent()).toHaveLength(1);
  });
});

describe("somebody else", () => {
  test("who adds the same policy at the same moment has done the work", async () => {
    const happens = () => sandbox().setPolicy("mysql_tenant", "168h");
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "just before", happens } });
    expect(await ensure({ recoveryWindow: "7d" })).toMatchObject({ policy: { recoveryWindow: "168h" } });
    expect(sent()).toEqual([add("7d")]);
  });

  test("who adds one and drops it again is no reason to give up", async () => {
    // The answer is that there is one, and then there is none.
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "error", errno: 1062 } });
    expect(await ensure({ recoveryWindow: "7d" })).toMatchObject({ interrupted: undefined });
    expect(sent()).toEqual([add("7d"), add("7d")]);
  });

  test("who adds another one at the same moment is shown, or replaced when that may be", async () => {
    const happens = () => sandbox().setPolicy("mysql_tenant", "3d");
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "just before", happens } });
    await expect(ensure({ recoveryWindow: "7d" })).rejects.toThrow(/recovery window 3d instead of/);
    sandbox().setPolicy("mysql_tenant", undefined);
    sandbox().log.clear();
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "just before", happens } });
    await ensure({ recoveryWindow: "7d" }, replacing);
    expect(sent()).toEqual([add("7d"), drop, add("7d")]);
    expect(windows()).toEqual(["7d"]);
  });

  test("who keeps adding another one is not fought for ever", async () => {
    const happens = () => sandbox().setPolicy("mysql_tenant", "3d");
    sandbox().faults.inject({ match: /ADD DELETE/, times: 99, act: { kind: "just before", happens } });
    const report = await ensure({ recoveryWindow: "7d" }, replacing);
    expect(report).toMatchObject({ certain: true, policy: { recoveryWindow: "3d" } });
    expect(report.interrupted?.message).toContain(
      "another session has added a cleanup policy in the meantime",
    );
    expect(report.interrupted?.message).toContain("another one was added since (recovery window 3d)");
    expect(sent()).toHaveLength(5);
  });
});

describe("when the new policy cannot be added after the old one was dropped", () => {
  test("the old one is put back, with what the record knows of it", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: { kind: "error", errno: 1235, message: "no" } });
    const record = { recoveryWindow: "7d", redundancy: 2, backupCopies: 1 };
    const report = await ensure({ recoveryWindow: "8d" }, { ...replacing, record });
    expect(sent()).toEqual([drop, add("8d"), add("7d", " REDUNDANCY = 2 BACKUP_COPIES = 1")]);
    expect(report).toMatchObject({ policy: record, certain: true, hasDropped: true, statement: add("8d") });
    expect(report.interrupted).toMatchObject({ kind: "unsupported", errno: 1235 });
    expect(report.interrupted?.message).toMatch(
      /^setting the cleanup policy of tenant mysql_tenant as root@sys at .*: the server said "no" \(error 1235\): .*; the policy that was there \(recovery window 7d\) was put back$/,
    );
    expect(policies()).toMatchObject([{ recovery_window: "7d", redundancy: 2, backup_copies: 1 }]);
  });

  test("one whose redundancy nobody knows is put back with a word about it", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: { kind: "error", errno: 1235 } });
    const report = await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent()).toEqual([drop, add("8d"), add("7d")]);
    expect(report.interrupted?.message).toContain("was put back, but its redundancy and number of copies");
  });

  test("one without a window is put back with the redundancy that it must have had", async () => {
    await ensure({ redundancy: 1 });
    sandbox().log.clear();
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: { kind: "error", errno: 1235 } });
    const report = await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent().at(-1)).toBe(`${ADD} REDUNDANCY = 1 TENANT = \`mysql_tenant\``);
    expect(report.policy).toEqual({ redundancy: 1 });
  });

  test("and the old one cannot be put back either, the report says that there is none", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({
      match: /ADD DELETE/,
      times: 2,
      act: { kind: "error", errno: 1235, message: "no" },
    });
    const report = await ensure({ recoveryWindow: "8d" }, { ...replacing, record: { recoveryWindow: "7d" } });
    expect(sent()).toHaveLength(3);
    expect(report).toMatchObject({ policy: undefined, certain: true });
    expect(report.interrupted?.message).toMatch(
      /recovery window 7d\) could not be put back \(putting back .*\); tenant mysql_tenant has no cleanup policy now$/,
    );
  });

  test("a restoration without a clear answer is looked into, like everything else", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /ADD .*'8d'/, act: { kind: "error", errno: 1235 } });
    sandbox().faults.inject({ match: /ADD .*'7d'/, act: { kind: "cut after" } });
    const report = await ensure({ recoveryWindow: "8d" }, replacing);
    expect(sent()).toEqual([drop, add("8d"), add("7d")]);
    expect(report).toMatchObject({ certain: true, policy: { recoveryWindow: "7d" } });
    expect(report.interrupted?.message).toContain("was put back");
  });

  test("and the server goes away, nobody knows, and nothing is guessed", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({
      match: /ADD DELETE/,
      act: { kind: "just before", happens: () => void sandbox().stop() },
    });
    const report = await ensure({ recoveryWindow: "8d" }, replacing, { patienceMs: 300 });
    expect(report).toMatchObject({ certain: false, hasDropped: true, policy: { recoveryWindow: "8d" } });
    expect(sent()).toEqual([drop, add("8d")]);
  });
});

describe("dropping", () => {
  test("sends one statement, and none for a policy that is not there", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    await inPlace((place) => dropCleanupPolicy(place));
    await inPlace((place) => dropCleanupPolicy(place));
    expect(sent()).toEqual([drop]);
    expect(windows()).toEqual([]);
  });

  test("leaves a policy alone that is not meant", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    await inPlace((place) => dropCleanupPolicy(place, (shown) => shown.recoveryWindow !== "7d"));
    expect(sent()).toEqual([]);
  });

  test("looks again when the reply is lost", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /DROP DELETE/, act: { kind: "cut after" } });
    await inPlace((place) => dropCleanupPolicy(place));
    expect(sent()).toEqual([drop]);
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /DROP DELETE/, act: { kind: "cut before" } });
    await inPlace((place) => dropCleanupPolicy(place));
    expect(sent()).toEqual([drop, drop, drop]);
    expect(windows()).toEqual([]);
  });

  test("without the privilege fails", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    await expect(inPlace((place) => dropCleanupPolicy(place), { who: "reader" })).rejects.toMatchObject({
      kind: "refused",
      errno: 1227,
      message: expect.stringMatching(
        /^dropping the cleanup policy of tenant mysql_tenant as reader@sys .*ALTER SYSTEM/,
      ),
    });
    expect(sent()).toHaveLength(1);
  });
});

describe("a server that has no cleanup policies", () => {
  test.each([1146, 1064])("is known by its views (%i)", async (errno) => {
    sandbox().faults.inject({ match: /DELETE_POLICY/, act: { kind: "error", errno } });
    await expect(ensure({ recoveryWindow: "7d" })).rejects.toMatchObject({
      kind: "unsupported",
      message: expect.stringMatching(
        /^reading the cleanup policy of tenant mysql_tenant .*found OceanBase 4\.2\.5\.1.*OceanBase 4\.0 or later with cleanup policies/,
      ),
    });
    expect(sent()).toEqual([]);
  });

  test.each([1064, 1235])("is known by its answer to the statement (%i)", async (errno) => {
    sandbox().faults.inject({
      match: /ADD DELETE/,
      act: { kind: "error", errno, message: "x not supported" },
    });
    await expect(ensure({ recoveryWindow: "7d" })).rejects.toMatchObject({
      kind: "unsupported",
      message: expect.stringMatching(/"x not supported".*found OceanBase 4\.2\.5\.1.*4\.0 or later/),
    });
    expect(sent()).toHaveLength(1);
  });
});

test.each([
  [5160, "the tenant does not exist"],
  [5260, "the tenant is locked"],
  [4016, "the tenant is one that has no cleanup policy"],
  [1210, "the server does not take one of the values"],
])("error %i is put into the words of a cleanup policy", async (errno, words) => {
  sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "error", errno } });
  await expect(ensure({ recoveryWindow: "7d" })).rejects.toThrow(words);
  expect(sent()).toHaveLength(1);
});

test("a login that fails in between keeps its own words", async () => {
  const report = await inPlace(async (place) => {
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "cut before" } });
    sandbox().faults.inject({ match: /^login/, times: 9, act: { kind: "error", errno: 5260 } });
    return await ensureCleanupPolicy(place, { wanted: { recoveryWindow: "7d" }, mayReplace: () => false });
  });
  expect(report).toMatchObject({ certain: false });
  expect(report.interrupted?.message).toContain("unlock the tenant, or log in to sys");
});

test("the policy of one tenant is read from either side", async () => {
  sandbox().setPolicy("mysql_tenant", "7d");
  sandbox().setPolicy("oracle_tenant", "9d");
  const shown = (who: keyof Logins) =>
    inPlace(({ cluster, tenant }) => readCleanupPolicy(cluster, tenant), { who });
  expect(await shown("sys")).toEqual({ recoveryWindow: "7d" });
  expect(await shown("mysqlTenant")).toEqual({ recoveryWindow: "7d" });
  expect(await shown("oracleTenant")).toEqual({ recoveryWindow: "9d" });
  sandbox().setPolicy("mysql_tenant", undefined);
  expect(await shown("sys")).toBeUndefined();
});
