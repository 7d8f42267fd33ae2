import { describe, expect, test } from "vitest";
import { serverError } from "../../../../provider/oceanbase/connection/failures.ts";
import { readLeftovers, tenantsWithoutFullBackup } from "../../../../provider/oceanbase/jobs/backupSets.ts";
import { backupJob } from "../../../tools/support/backupJob.ts";
import {
  type Answer,
  scriptedCluster,
  serverInSys,
  serverInTenant,
} from "../../../tools/support/scriptedSession.ts";

const leftovers = async (
  jobs: Parameters<typeof backupJob>[0][],
  server = serverInSys(),
  rows: Answer[1] = [],
) => {
  const { cluster, session } = scriptedCluster(server, [/OB_BACKUP_SET_FILES/, rows]);
  const found = await readLeftovers(cluster, jobs.map(backupJob), new Set(["1002"]));
  return { found, sql: session.asked.map(({ sql }) => sql) };
};

describe("what jobs have left behind", () => {
  test("is asked for by the sets of those that did not complete and have one", async () => {
    const { sql } = await leftovers([
      { jobId: "1", backupSetId: "11", status: "COMPLETED" },
      { jobId: "2", backupSetId: "0" },
      { jobId: "3", backupSetId: "13" },
      { jobId: "4", backupSetId: "14", tenantId: "1004" },
    ]);
    expect(sql).toEqual([
      "SELECT TENANT_ID, BACKUP_SET_ID, FILE_STATUS, OUTPUT_BYTES, PATH FROM oceanbase.CDB_OB_BACKUP_SET_FILES WHERE (TENANT_ID, BACKUP_SET_ID) IN ((1002, 13), (1004, 14)) AND FILE_STATUS NOT IN ('AVAILABLE', 'DELETED')",
    ]);
  });

  test("is asked for by the set alone in a user tenant", async () => {
    const { sql } = await leftovers([{ backupSetId: "13" }, { backupSetId: "14" }], serverInTenant("ORACLE"));
    expect(sql).toEqual([
      "SELECT 1002 AS TENANT_ID, BACKUP_SET_ID, FILE_STATUS, OUTPUT_BYTES, PATH FROM SYS.DBA_OB_BACKUP_SET_FILES WHERE BACKUP_SET_ID IN (13, 14) AND FILE_STATUS NOT IN ('AVAILABLE', 'DELETED')",
    ]);
  });

  test("is nothing, and not asked for, where no job has made a set", async () => {
    expect(await leftovers([{ status: "COMPLETED" }, { backupSetId: "0" }])).toEqual({ found: [], sql: [] });
  });

  test("shows no access key, and whether a cleanup policy covers it", async () => {
    const row = { BACKUP_SET_ID: "13", FILE_STATUS: "INCOMPLETE", OUTPUT_BYTES: "9000" };
    const { found } = await leftovers([{ backupSetId: "13" }], serverInSys(), [
      { ...row, TENANT_ID: "1002", PATH: "oss://bucket/a?access_key=MARKER\n&host=h" },
      { ...row, TENANT_ID: "1004", PATH: "file:///b" },
    ]);
    expect(found).toEqual([
      expect.objectContaining({ tenant: "one", path: "oss://bucket/a", bytes: 9000, hasCleanupPolicy: true }),
      expect.objectContaining({ tenant: "two", path: "file:///b", hasCleanupPolicy: false }),
    ]);
  });

  test("may be without a value in any column", async () => {
    const row = { BACKUP_SET_ID: null, FILE_STATUS: null, OUTPUT_BYTES: null, PATH: null };
    const { found } = await leftovers([{ backupSetId: "13" }], serverInTenant(), [row]);
    expect(found).toEqual([
      {
        tenantId: "1002",
        tenant: "one",
        backupSetId: "",
        path: "",
        bytes: 0,
        fileStatus: "",
        hasCleanupPolicy: true,
      },
    ]);
  });
});

test("a tenant can be restored when it has a complete full backup that is there", async () => {
  const server = serverInSys();
  const { cluster } = scriptedCluster(server, [/OB_BACKUP_SET_FILES/, [{ TENANT_ID: "1002" }]]);
  const without = await tenantsWithoutFullBackup(cluster, server.tenants.slice(1));
  expect(without.map(({ name }) => name)).toEqual(["two"]);
});

test.each([904, 942, 1054, 1146])("error %i says which server lacks the view", async (errno) => {
  const refused = serverError("asking", { errno, sqlMessage: "no" }, "statement");
  const { cluster } = scriptedCluster(serverInSys(), [/./, refused]);
  await expect(tenantsWithoutFullBackup(cluster, [])).rejects.toMatchObject({
    kind: "unsupported",
    message: expect.stringMatching(/found OceanBase 4\.2\.5\.1.*view OB_BACKUP_SET_FILES is needed/),
  });
});

test("a failure of this package itself is not taken for the server's", async () => {
  const { cluster } = scriptedCluster(serverInSys(), [/./, new TypeError("a bug")]);
  await expect(tenantsWithoutFullBackup(cluster, [])).rejects.toThrow(TypeError);
});
