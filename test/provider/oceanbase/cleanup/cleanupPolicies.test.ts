import { describe, expect, test } from "vitest";
import {
  noCoverText,
  readCleanupPolicy,
  readPoliciesOf,
} from "../../../../provider/oceanbase/cleanup/cleanupPolicies.ts";
import { asPolicyError } from "../../../../provider/oceanbase/cleanup/cleanupPolicyErrors.ts";
import { serverError } from "../../../../provider/oceanbase/connection/failures.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import {
  scriptedCluster,
  serverInSys,
  serverInTenant,
  tenant,
} from "../../../tools/support/scriptedSession.ts";

describe("the policies of several tenants", () => {
  const server = serverInSys();
  const ids = ["1002", "1004"];

  test("are those that the view shows of them", async () => {
    const { cluster, session } = scriptedCluster(server, [
      /CDB_OB_BACKUP_DELETE_POLICY/,
      [
        { TENANT_ID: "1004", POLICY_NAME: "default", RECOVERY_WINDOW: "7d" },
        { TENANT_ID: "1004", POLICY_NAME: "log_only", RECOVERY_WINDOW: "1d" },
      ],
    ]);
    const policies = await readPoliciesOf(cluster, ids);
    expect([...(policies ?? [])]).toEqual([
      ["1004", { shown: { recoveryWindow: "7d" }, others: ["log_only"] }],
    ]);
    expect(session.asked[0]?.sql).toMatch(/ WHERE TENANT_ID IN \(1002, 1004\)$/);
    const own = [{ POLICY_NAME: "default", RECOVERY_WINDOW: null }];
    const inTenant = scriptedCluster(serverInTenant(), [/DBA_OB_BACKUP_DELETE_POLICY$/, own]).cluster;
    expect(await readPoliciesOf(inTenant, ["1002"])).toEqual(new Map([["1002", { shown: {}, others: [] }]]));
  });

  test("may be without a value in any column", async () => {
    const nameless = { TENANT_ID: null, POLICY_NAME: null, RECOVERY_WINDOW: null };
    const rows = [{ ...nameless, POLICY_NAME: "default" }, nameless];
    const { cluster } = scriptedCluster(server, [/./, rows]);
    expect(await readPoliciesOf(cluster, ids)).toEqual(new Map([["", { shown: {}, others: [""] }]]));
  });

  test("of none are not asked for", async () => {
    const { cluster, session } = scriptedCluster(server);
    expect(await readPoliciesOf(cluster, [])).toEqual(new Map());
    expect(session.asked).toEqual([]);
  });

  test("are read within 5 s, and within the time that the caller has left", async () => {
    const { cluster, session } = scriptedCluster(server, [/./, []]);
    await readPoliciesOf(cluster, ids);
    await readPoliciesOf(cluster.within(5), ids);
    expect(session.asked.map(({ withinMs }) => withinMs)).toEqual([5000, 5]);
  });

  test("are undefined when the view cannot be read, and that is no failure", async () => {
    const noView = new OceanBaseError("unsupported", "no view", { errno: 1146 });
    const { cluster } = scriptedCluster(server, [/./, noView]);
    expect(await readPoliciesOf(cluster, ids)).toBeUndefined();
  });

  test.each([new OceanBaseError("aborted", "cancelled"), new TypeError("a bug")])(
    "cannot be read when the read ends with %s, which is thrown",
    async (error) => {
      const { cluster } = scriptedCluster(server, [/./, error]);
      await expect(readPoliciesOf(cluster, ids)).rejects.toBe(error);
    },
  );
});

test.each([
  [undefined, "no automatic cleanup policy"],
  [{ others: [] }, "no automatic cleanup policy"],
  [{ others: ["log_only"] }, "no cleanup policy but log_only, which cleans no backup sets"],
  [{ others: ["log_only", "x"] }, "no cleanup policy but log_only, x, which cleans no backup sets"],
  [{ shown: {}, others: [] }, "a cleanup policy without a recovery window, which cleans nothing"],
  [
    { shown: { recoveryWindow: "0s" }, others: [] },
    "a cleanup policy without a recovery window, which cleans nothing",
  ],
  [{ shown: { recoveryWindow: "1s" }, others: ["log_only"] }, undefined],
  [{ shown: { recoveryWindow: "not a length" }, others: [] }, undefined],
])("the policies %j are kept from removing backup sets by %s", (policies, reason) => {
  expect(noCoverText(policies)).toBe(reason);
});

test("a tenant's policy is the one named default", async () => {
  const other = { TENANT_ID: "1002", POLICY_NAME: "log_only", RECOVERY_WINDOW: "1d" };
  const rows = [other, { TENANT_ID: "1002", POLICY_NAME: "default", RECOVERY_WINDOW: "7d" }];
  const read = (shown: typeof rows) =>
    readCleanupPolicy(
      scriptedCluster(serverInSys(), [/TENANT_ID IN \(1002\)$/, shown]).cluster,
      tenant("1002", "one"),
    );
  expect(await read(rows)).toEqual({ recoveryWindow: "7d" });
  expect(await read([other])).toBeUndefined();
});

test.each([
  [1062, "refused", "another session has added one (error 1062); the server said", "; find out who else"],
  [1064, "unsupported", "OceanBase 4.1.0.0 has none", "it has no cleanup policies, or not in"],
  [1146, "unsupported", "OceanBase 4.1.0.0 has none", "it has no cleanup policies"],
  [4017, "refused", "another session has added one", "; find out who else manages it"],
  [942, "refused", "may not be read (error 942)", "grant the user SELECT on the view in SYS"],
  [1235, "unsupported", "OceanBase 4.1.0.0 has none", "it has no cleanup policies"],
  [
    1210,
    "input",
    "the server takes not all values (",
    "; check tenant, recoveryWindow, redundancy and backupCopies",
  ],
  [
    4016,
    "refused",
    "it can have none, or the server failed (",
    "; check tenant (sys can have none), then the server's log",
  ],
  [5160, "refused", "the tenant does not exist (", "; check tenant; names are case-sensitive"],
  [5260, "refused", "the tenant is locked (", "; unlock the tenant"],
] as const)("error %i of a cleanup policy is %s, and says what to do", (errno, kind, means, advice) => {
  const said = serverError("doing", { errno, sqlMessage: "no" }, "statement");
  const error = asPolicyError(said, { version: "4.1.0.0" });
  expect(error).toMatchObject({ kind, errno, message: expect.stringContaining(means) });
  expect((error as Error).message).toContain(advice);
});

test("a failure that is no OceanBaseError stays as it is", () => {
  const bug = new TypeError("a bug");
  expect(asPolicyError(bug, { version: "4.1.0.0" })).toBe(bug);
});
