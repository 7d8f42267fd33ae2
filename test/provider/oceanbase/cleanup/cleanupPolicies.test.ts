import { describe, expect, test } from "vitest";
import {
  readCleanupPolicy,
  tenantsWithoutCleanupPolicy,
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

describe("tenants without a cleanup policy", () => {
  const server = serverInSys();
  const users = server.tenants.slice(1);

  test("are those that the view does not show", async () => {
    const { cluster } = scriptedCluster(server, [/CDB_OB_BACKUP_DELETE_POLICY/, [{ TENANT_ID: "1004" }]]);
    expect(await tenantsWithoutCleanupPolicy(cluster, users)).toEqual([users[0]]);
    const policy = [{ POLICY_NAME: "default" }];
    const own = scriptedCluster(serverInTenant(), [/DBA_OB_BACKUP_DELETE_POLICY/, policy]).cluster;
    expect(await tenantsWithoutCleanupPolicy(own, [users[0] ?? tenant("", "")])).toEqual([]);
  });

  test("are read within 5 s, and within the time that the caller has left", async () => {
    const { cluster, session } = scriptedCluster(server, [/./, []]);
    await tenantsWithoutCleanupPolicy(cluster, users);
    await tenantsWithoutCleanupPolicy(cluster.within(5), users);
    expect(session.asked.map(({ withinMs }) => withinMs)).toEqual([5000, 5]);
  });

  test("are undefined when the view cannot be read, and that is no failure", async () => {
    const noView = new OceanBaseError("unsupported", "no view", { errno: 1146 });
    const { cluster } = scriptedCluster(server, [/./, noView]);
    expect(await tenantsWithoutCleanupPolicy(cluster, users)).toBeUndefined();
  });

  test.each([new OceanBaseError("aborted", "cancelled"), new TypeError("a bug")])(
    "cannot be read when the read ends with %s, which is thrown",
    async (error) => {
      const { cluster } = scriptedCluster(server, [/./, error]);
      await expect(tenantsWithoutCleanupPolicy(cluster, users)).rejects.toBe(error);
    },
  );
});

test("a tenant's policy is the one named default", async () => {
  const other = { POLICY_NAME: "log_only", RECOVERY_WINDOW: "1d" };
  const rows = [other, { POLICY_NAME: "default", RECOVERY_WINDOW: "7d" }];
  const read = (shown: typeof rows) =>
    readCleanupPolicy(
      scriptedCluster(serverInSys(), [/TENANT_ID IN \(1002\)$/, shown]).cluster,
      tenant("1002", "one"),
    );
  expect(await read(rows)).toEqual({ recoveryWindow: "7d" });
  expect(await read([other])).toBeUndefined();
});

test.each([
  [
    1062,
    "refused",
    "another session has added a cleanup policy in the meantime; find out who else manages it",
  ],
  [1064, "unsupported", "found OceanBase 4.1.0.0, which has no cleanup policies"],
  [1146, "unsupported", "found OceanBase 4.1.0.0"],
  [942, "unsupported", "found OceanBase 4.1.0.0"],
  [1235, "unsupported", "found OceanBase 4.1.0.0"],
  [1210, "input", "one of the values; check tenant, recoveryWindow, redundancy and backupCopies"],
  [4016, "refused", "such as sys), or the server failed inside; check tenant, then the server's log"],
  [5160, "refused", "the tenant does not exist; check tenant; names are case-sensitive"],
  [5260, "refused", "the tenant is locked; unlock the tenant"],
] as const)("error %i of a cleanup policy is %s, and says what to do", (errno, kind, text) => {
  const said = serverError("doing", { errno, sqlMessage: "no" }, "statement");
  const error = asPolicyError(said, { version: "4.1.0.0" });
  expect(error).toMatchObject({ kind, errno, message: expect.stringContaining(text) });
});

test("a failure that is no OceanBaseError stays as it is", () => {
  const bug = new TypeError("a bug");
  expect(asPolicyError(bug, { version: "4.1.0.0" })).toBe(bug);
});
