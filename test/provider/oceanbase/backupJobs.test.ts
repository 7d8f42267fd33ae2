import { expect, test } from "vitest";
import { readEndedJobs, readLiveJobs } from "../../../provider/oceanbase/backupJobs.ts";
import { identifyServer } from "../../../provider/oceanbase/identity.ts";
import { openSession } from "../../../provider/oceanbase/session.ts";
import type { LoginCredentials } from "../../sandbox/sandbox.ts";
import { loginOf, useSandbox } from "../../support/sandbox.ts";

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
