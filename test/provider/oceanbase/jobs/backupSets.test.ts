import { expect, test } from "vitest";
import { serverError } from "../../../../provider/oceanbase/connection/failures.ts";
import { tenantsWithoutFullBackup } from "../../../../provider/oceanbase/jobs/backupSets.ts";
import { scriptedCluster, serverInSys } from "../../../tools/support/scriptedSession.ts";

test("a tenant can be restored when it has a complete full backup that is there", async () => {
  const server = serverInSys();
  const { cluster, session } = scriptedCluster(server, [/OB_BACKUP_SET_FILES/, [{ TENANT_ID: "1002" }]]);
  const without = await tenantsWithoutFullBackup(cluster, server.tenants.slice(1));
  expect(without.map(({ name }) => name)).toEqual(["two"]);
  expect(session.asked.map(({ sql }) => sql)).toEqual([
    "SELECT DISTINCT TENANT_ID FROM oceanbase.CDB_OB_BACKUP_SET_FILES WHERE TENANT_ID IN (1002, 1004) AND STATUS = 'SUCCESS' AND FILE_STATUS = 'AVAILABLE' AND BACKUP_TYPE IN ('FULL', 'D')",
  ]);
});

test.each([904, 1054, 1146])("error %i says which server lacks the view", async (errno) => {
  const refused = serverError("asking", { errno, sqlMessage: "no" }, "statement");
  const { cluster } = scriptedCluster(serverInSys(), [/./, refused]);
  await expect(tenantsWithoutFullBackup(cluster, serverInSys().tenants)).rejects.toMatchObject({
    kind: "unsupported",
    message: expect.stringMatching(
      /OceanBase 4\.2\.5\.1 has no such view or column.*view OB_BACKUP_SET_FILES is needed/,
    ),
  });
});

test("a failure of this package itself is not taken for the server's", async () => {
  const { cluster } = scriptedCluster(serverInSys(), [/./, new TypeError("a bug")]);
  await expect(tenantsWithoutFullBackup(cluster, serverInSys().tenants)).rejects.toThrow(TypeError);
});
