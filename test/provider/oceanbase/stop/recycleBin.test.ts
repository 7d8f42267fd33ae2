import { afterEach, expect, test } from "vitest";
import type { StopReport } from "../../../../provider/oceanbase/stop/stopRequest.ts";
import type { Sandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { VERSIONS, type VersionName } from "../../../../sdk/sandbox/versions.ts";
import { startFast, untilJobs } from "../../../tools/support/sandbox.ts";
import { stopsOn } from "../../../tools/support/stop.ts";

/*
 * A tenant in the recycle bin is cancelled by older servers, passed over by newer ones, and on some it is not known which.
 */
let sandbox: Sandbox;
afterEach(() => sandbox.stop());

const { stop } = stopsOn(() => sandbox);

/** Stops the backups of a tenant in the recycle bin and of another one. */
async function stopInBin(version: VersionName): Promise<StopReport> {
  sandbox = await startFast({ version });
  for (const name of ["mysql_tenant", "oracle_tenant"]) sandbox.startBackup(name);
  await untilJobs(sandbox, "DOING", "DOING");
  sandbox.setInRecycleBin("mysql_tenant");
  return await stop({ selection: ["mysql_tenant", "oracle_tenant"], timeoutSeconds: 15 });
}

/** On this one it is not known. */
const DOUBTFUL = VERSIONS.indexOf("4.2.5");

test.each(VERSIONS.slice(0, DOUBTFUL))(
  "a tenant in the recycle bin is stopped like any other on %s",
  async (version) => {
    const report = await stopInBin(version);
    expect(report.jobs).toMatchObject([
      { tenant: "mysql_tenant", status: "CANCELED" },
      { tenant: "oracle_tenant", status: "CANCELED" },
    ]);
    expect(report.interrupted).toBeUndefined();
    expect(report.warnings.join()).not.toContain("recycle bin");
  },
);

test.each(VERSIONS.slice(DOUBTFUL + 1))(
  "a tenant in the recycle bin is warned about and not waited for on %s",
  async (version) => {
    const report = await stopInBin(version);
    expect(report.jobs).toMatchObject([{ tenant: "oracle_tenant", status: "CANCELED" }]);
    expect(report.stoppedAt).toBeDefined();
    expect(report.warnings).toContain(
      "tenant mysql_tenant is in the recycle bin: the server passes it over, so its backups are not stopped",
    );
  },
);

test("a tenant in the recycle bin is waited for on 4.2.5 only when the statement has marked its job", async () => {
  const report = await stopInBin("4.2.5");
  expect(report.jobs).toMatchObject([
    { tenant: "mysql_tenant", status: "DOING" },
    { tenant: "oracle_tenant", status: "CANCELED" },
  ]);
  expect(report.stoppedAt).toBeDefined();
  expect(report.interrupted).toBeUndefined();
  expect(report.warnings).toContain(
    "tenant mysql_tenant is in the recycle bin, and the server has passed it over: mysql_tenant job 1 DOING goes on",
  );
});

test("a job that a cluster backup starts late in a tenant in the recycle bin is cancelled and waited for", async () => {
  const timing = { backupSeconds: 100_000, parentInitSeconds: 200 };
  sandbox = await startFast({ version: "4.2.1", timing });
  sandbox.setInRecycleBin("mysql_tenant");
  sandbox.startClusterBackup(["mysql_tenant"]);
  const report = await stop({ timeoutSeconds: 15 });
  expect(report.jobs).toMatchObject([{ tenant: "mysql_tenant", status: "CANCELED" }]);
  expect(report.warnings.join()).not.toContain("passed it over");
  expect(sandbox.rows("SELECT * FROM oceanbase.__all_backup_job")).toEqual([]);
});
