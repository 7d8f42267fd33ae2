import { expect, test } from "vitest";
import { identifyServer } from "../../../../provider/oceanbase/cluster/server.ts";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import {
  readEndedJobs,
  readEndedParts,
  readLiveJobs,
} from "../../../../provider/oceanbase/jobs/backupJobs.ts";
import type { LoginCredentials } from "../../../../sdk/sandbox/sandbox.ts";
import { loginOf, useSandbox } from "../../../tools/support/sandbox.ts";
import { ScriptedSession, serverInSys, serverInTenant } from "../../../tools/support/scriptedSession.ts";

const sandbox = useSandbox();
const soon = () => Date.now() + 5000;

async function connected(credentials: LoginCredentials) {
  const session = await openSession(loginOf(sandbox(), credentials));
  return { session, server: await identifyServer(session, soon()) };
}

test("from sys every tenant's jobs are seen, cluster backups with their parts", async () => {
  const { sys } = sandbox().logins;
  sandbox().startClusterBackup();
  const { session, server } = await connected(sys);
  await expect.poll(async () => (await readLiveJobs(session, server, soon())).length).toBe(3);
  const [parent, ...children] = await readLiveJobs(session, server, soon());
  expect(parent).toMatchObject({
    tenantId: "1",
    tenant: "sys",
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
  expect(children.map((child) => child.tenant)).toEqual(["mysql_tenant", "oracle_tenant"]);
  await session.close();
});

test.each(["mysqlTenant", "oracleTenant"] as const)("from %s its own jobs are seen", async (who) => {
  const credentials = sandbox().logins[who];
  sandbox().startBackup("mysql_tenant");
  sandbox().startBackup("oracle_tenant");
  const { session, server } = await connected(credentials);
  const jobs = await readLiveJobs(session, server, soon());
  expect(jobs.map((job) => job.tenant)).toEqual([credentials.tenant]);
  expect(jobs[0]?.startedAt).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
  expect(jobs[0]?.endedAt).toBeUndefined();
  sandbox().finishBackup(credentials.tenant);
  await expect.poll(async () => (await readEndedJobs(session, server, jobs, soon())).length).toBe(1);
  const [ended] = await readEndedJobs(session, server, jobs, soon());
  expect(ended).toMatchObject({ jobId: jobs[0]?.jobId, status: "COMPLETED" });
  expect(ended?.endedAt).toMatch(/^\d{4}-/);
  await session.close();
});

test("an id beyond what a number can hold keeps all its digits", async () => {
  sandbox().cluster.backups.continueIdsAfter(sandbox().tenant("mysql_tenant"), 9007199254740992n);
  sandbox().startBackup("mysql_tenant");
  const { session, server } = await connected(sandbox().logins.sys);
  const jobs = await readLiveJobs(session, server, soon());
  expect(jobs[0]).toMatchObject({ jobId: "9007199254740993", backupSetId: "9007199254740993" });
  sandbox().finishBackup("mysql_tenant");
  await expect.poll(async () => (await readEndedJobs(session, server, jobs, soon())).length).toBe(1);
  await session.close();
});

test("no query asks for PASSWD or for all columns", async () => {
  sandbox().startBackup("mysql_tenant");
  const { session, server } = await connected(sandbox().logins.sys);
  const jobs = await readLiveJobs(session, server, soon());
  await readEndedJobs(session, server, jobs, soon());
  expect(JSON.stringify(jobs)).not.toContain("SECRET");
  expect(sandbox().log.matching(/BACKUP_JOB/)).toHaveLength(2);
  expect(sandbox().log.matching(/PASSWD|\*/)).toEqual([]);
  await session.close();
});

test("access keys behind the path are cut off", async () => {
  sandbox().cluster.backups.startInTenant(sandbox().tenant("mysql_tenant"), {
    path: "oss://bucket/backup?host=oss.example&access_id=ID&access_key=MARKER-KEY",
  });
  const { session, server } = await connected(sandbox().logins.sys);
  const jobs = await readLiveJobs(session, server, soon());
  expect(jobs[0]?.path).toBe("oss://bucket/backup");
  await session.close();
});

test("an id that is not one is never put into a query", async () => {
  const { session, server } = await connected(sandbox().logins.sys);
  const job = { tenantId: "1002", jobId: "1) OR (1=1" };
  await expect(readEndedJobs(session, server, [job], soon())).rejects.toThrow(RangeError);
  await session.close();
});

test("a view may be without a value in any column", async () => {
  const names =
    "JOB_ID BACKUP_SET_ID INITIATOR_TENANT_ID INITIATOR_JOB_ID EXECUTOR_TENANT_ID BACKUP_TYPE START_TIMESTAMP END_TIMESTAMP STATUS RESULT COMMENT PATH";
  const row = Object.fromEntries(names.split(" ").map((name) => [name, null]));
  const [job] = await readLiveJobs(new ScriptedSession([/./, [row]]), serverInTenant(), soon());
  expect(job).toEqual({
    tenantId: "1002",
    tenant: "one",
    jobId: "",
    backupSetId: "",
    initiatorTenantId: "",
    initiatorJobId: "",
    executorTenantIds: [""],
    type: "full",
    status: "",
    result: 0,
    comment: "",
    path: "",
    startedAt: "",
    endedAt: undefined,
  });
});

test.each([
  ["D", "full"],
  ["I", "incremental"],
  ["incremental", "incremental"],
  ["FULL_I", "full"],
])("a backup of type %s is %s", async (text, type) => {
  const session = new ScriptedSession([/./, [{ BACKUP_TYPE: text, EXECUTOR_TENANT_ID: "1002, 1004" }]]);
  const [job] = await readLiveJobs(session, serverInSys(), soon());
  expect(job).toMatchObject({ type, executorTenantIds: ["1002", "1004"] });
});

test("an answer that two waits share names the tenants that each of them knows", async () => {
  const session = new ScriptedSession([/./, [{ TENANT_ID: "1006", JOB_ID: "1" }]]);
  const before = serverInSys();
  const [early] = await readLiveJobs(session, before, soon());
  expect(early?.tenant).toBe("1006");
  const after = {
    ...before,
    tenants: before.tenants.map((known) => ({ ...known, id: "1006", name: "three" })),
  };
  const [late] = await readLiveJobs(session, after, soon());
  expect(late?.tenant).toBe("three");
});

test("the ended parts of cluster backups are asked for by these backups, and never the backups' own jobs", async () => {
  const session = new ScriptedSession([/JOB_HISTORY/, []]);
  await readEndedParts(session, serverInTenant("ORACLE"), ["3", "4"], soon());
  expect(session.asked[0]?.sql).toMatch(
    /^SELECT JOB_ID, .* "COMMENT", PATH FROM SYS\.DBA_OB_BACKUP_JOB_HISTORY WHERE INITIATOR_TENANT_ID = 1 AND TENANT_ID <> 1 AND INITIATOR_JOB_ID IN \(3, 4\)$/,
  );
});

test("several ended jobs are asked for by tenant and id, in a user tenant by id alone", async () => {
  const jobs = ["8", "9"].map((jobId) => ({ tenantId: "1002", jobId }));
  const session = new ScriptedSession([/JOB_HISTORY/, []]);
  await readEndedJobs(session, serverInSys(), jobs, soon());
  await readEndedJobs(session, serverInTenant(), jobs, soon());
  await readEndedJobs(session, serverInTenant(), [], soon());
  expect(session.asked.map(({ sql }) => sql.replace(/.* WHERE /, ""))).toEqual([
    "(TENANT_ID, JOB_ID) IN ((1002, 8), (1002, 9))",
    "JOB_ID IN (8, 9)",
  ]);
});
