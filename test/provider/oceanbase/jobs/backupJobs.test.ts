import { expect, test } from "vitest";
import { identify } from "../../../../provider/oceanbase/cluster/cluster.ts";
import type { Server } from "../../../../provider/oceanbase/cluster/server.ts";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import {
  readEndedJobs,
  readEndedParts,
  readLiveJobs,
} from "../../../../provider/oceanbase/jobs/backupJobs.ts";
import type { LoginCredentials } from "../../../../sdk/sandbox/sandbox.ts";
import { loginOf, useSandbox } from "../../../tools/support/sandbox.ts";
import { scriptedCluster, serverInSys, serverInTenant } from "../../../tools/support/scriptedSession.ts";

const sandbox = useSandbox();

async function connected(credentials: LoginCredentials) {
  const session = await openSession(loginOf(sandbox(), credentials));
  return { session, cluster: await identify(session) };
}

test("from sys every tenant's jobs are seen, cluster backups with their parts", async () => {
  const { sys } = sandbox().logins;
  sandbox().startClusterBackup();
  const { session, cluster } = await connected(sys);
  await expect.poll(async () => (await readLiveJobs(cluster, undefined)).rows.length).toBe(3);
  const { rows } = await readLiveJobs(cluster, undefined);
  const [parent, ...children] = rows;
  expect(parent).toMatchObject({
    tenantId: "1",
    backupSetId: "0",
    executorTenantIds: ["1002", "1004"],
  });
  for (const child of children) {
    expect(child).toMatchObject({
      initiatorTenantId: "1",
      initiatorJobId: parent?.jobId,
      type: "full",
      result: 0,
    });
  }
  expect(children.map((child) => child.tenantId)).toEqual(["1002", "1004"]);
  await session.close();
});

test.each(["mysqlTenant", "oracleTenant"] as const)("from %s its own jobs are seen", async (who) => {
  const credentials = sandbox().logins[who];
  sandbox().startBackup("mysql_tenant");
  sandbox().startBackup("oracle_tenant");
  const { session, cluster } = await connected(credentials);
  const { rows: jobs } = await readLiveJobs(cluster, undefined);
  expect(jobs.map((job) => job.tenantId)).toEqual([String(sandbox().tenant(credentials.tenant).id)]);
  expect(jobs[0]?.startedAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
  expect(jobs[0]?.endedAt).toBeUndefined();
  sandbox().finishBackup(credentials.tenant);
  await expect.poll(async () => (await readEndedJobs(cluster, jobs)).length).toBe(1);
  const [ended] = await readEndedJobs(cluster, jobs);
  expect(ended).toMatchObject({ jobId: jobs[0]?.jobId, status: "COMPLETED" });
  expect(ended?.endedAt).toMatch(/^\d{4}-/);
  await session.close();
});

test("an id beyond what a number can hold keeps all its digits", async () => {
  sandbox().cluster.backups.continueIdsAfter(sandbox().tenant("mysql_tenant"), 9007199254740992n);
  sandbox().startBackup("mysql_tenant");
  const { session, cluster } = await connected(sandbox().logins.sys);
  const { rows: jobs } = await readLiveJobs(cluster, undefined);
  expect(jobs[0]).toMatchObject({ jobId: "9007199254740993", backupSetId: "9007199254740993" });
  sandbox().finishBackup("mysql_tenant");
  await expect.poll(async () => (await readEndedJobs(cluster, jobs)).length).toBe(1);
  await session.close();
});

test("no query asks for PASSWD or for all columns", async () => {
  sandbox().startBackup("mysql_tenant");
  const { session, cluster } = await connected(sandbox().logins.sys);
  const { rows: jobs } = await readLiveJobs(cluster, undefined);
  await readEndedJobs(cluster, jobs);
  expect(JSON.stringify(jobs)).not.toContain("SECRET");
  expect(sandbox().log.matching(/BACKUP_JOB/)).toHaveLength(2);
  expect(sandbox().log.matching(/PASSWD|\*/)).toEqual([]);
  await session.close();
});

test("access keys behind the path are cut off", async () => {
  sandbox().cluster.backups.startInTenant(sandbox().tenant("mysql_tenant"), {
    path: "oss://bucket/backup?host=oss.example&access_id=ID&access_key=MARKER-KEY",
  });
  const { session, cluster } = await connected(sandbox().logins.sys);
  const { rows: jobs } = await readLiveJobs(cluster, undefined);
  expect(jobs[0]?.path).toBe("oss://bucket/backup");
  await session.close();
});

test("an id that is not one is never put into a query", async () => {
  const { session, cluster } = await connected(sandbox().logins.sys);
  const job = { tenantId: "1002", jobId: "1) OR (1=1" };
  await expect(readEndedJobs(cluster, [job])).rejects.toThrow(RangeError);
  await session.close();
});

test("a view may be without a value in any column", async () => {
  const names =
    "JOB_ID BACKUP_SET_ID INITIATOR_TENANT_ID INITIATOR_JOB_ID EXECUTOR_TENANT_ID BACKUP_TYPE START_TIMESTAMP END_TIMESTAMP STATUS RESULT COMMENT PATH";
  const row = Object.fromEntries(names.split(" ").map((name) => [name, null]));
  const { rows } = await readLiveJobs(scriptedCluster(serverInTenant(), [/./, [row]]).cluster, undefined);
  const [job] = rows;
  expect(job).toEqual({
    tenantId: "1002",
    jobId: "",
    backupSetId: "",
    initiatorTenantId: "",
    initiatorJobId: "",
    executorTenantIds: [""],
    type: "unknown",
    status: "",
    result: 0,
    comment: "",
    path: "",
    startedAt: "",
    endedAt: undefined,
  });
});

test.each([
  ["FULL", "full"],
  ["INC", "incremental"],
  ["D", "full"],
  ["I", "incremental"],
  ["LOGICAL", "unknown"],
])("a backup of type %s is %s", async (text, type) => {
  const row = { BACKUP_TYPE: text, EXECUTOR_TENANT_ID: "1002, 1004" };
  const { rows } = await readLiveJobs(scriptedCluster(serverInSys(), [/./, [row]]).cluster, undefined);
  const [job] = rows;
  expect(job).toMatchObject({ type, executorTenantIds: ["1002", "1004"] });
});

test("the ended parts of cluster backups are asked for by these backups, and in the tenants of the action", async () => {
  const asked = async (server: Server) => {
    const { cluster, session } = scriptedCluster(server, [/JOB_HISTORY/, []]);
    await readEndedParts(cluster, ["3", "4"], ["1002", "1004"]);
    return session.asked[0]?.sql;
  };
  expect(await asked(serverInSys())).toMatch(
    /^SELECT TENANT_ID, JOB_ID, .* `COMMENT`, PATH FROM oceanbase\.CDB_OB_BACKUP_JOB_HISTORY WHERE TENANT_ID IN \(1002, 1004\) AND INITIATOR_TENANT_ID = 1 AND INITIATOR_JOB_ID IN \(3, 4\)$/,
  );
  // The DBA_ views have no column for the tenant.
  expect(await asked(serverInTenant("ORACLE"))).toMatch(
    /^SELECT 1002 AS TENANT_ID, JOB_ID, .* "COMMENT", PATH FROM SYS\.DBA_OB_BACKUP_JOB_HISTORY WHERE INITIATOR_TENANT_ID = 1 AND INITIATOR_JOB_ID IN \(3, 4\)$/,
  );
});

test("several ended jobs are asked for by tenant and id, in a user tenant by id alone", async () => {
  const jobs = ["8", "9"].map((jobId) => ({ tenantId: "1002", jobId }));
  const inSys = scriptedCluster(serverInSys(), [/JOB_HISTORY/, []]);
  const inTenant = scriptedCluster(serverInTenant(), [/JOB_HISTORY/, []]);
  await readEndedJobs(inSys.cluster, jobs);
  await readEndedJobs(inTenant.cluster, jobs);
  await readEndedJobs(inTenant.cluster, []);
  const asked = [...inSys.session.asked, ...inTenant.session.asked];
  expect(asked.map(({ sql }) => sql.replace(/.* WHERE /, ""))).toEqual([
    "TENANT_ID IN (1002) AND (TENANT_ID, JOB_ID) IN ((1002, 8), (1002, 9))",
    "JOB_ID IN (8, 9)",
  ]);
});
