import { describe, expect, test } from "vitest";
import type { Login } from "../../../../provider/oceanbase/connection/login.ts";
import type { Sandbox } from "../../../../sdk/sandbox/sandbox.ts";
import { loginOf, MYSQL_TENANT, startFast, stopBefore } from "../../../tools/support/sandbox.ts";
import { useStop } from "../../../tools/support/stop.ts";

const { sandbox, stop, waiting, cancels, liveJobs } = useStop();

test("a cluster that is not the one of the record gets no statement", async () => {
  const record = { cluster: "prod", clusterId: "7", tenant: "sys" };
  await expect(stop({ record })).rejects.toMatchObject({ kind: "otherCluster" });
  expect(cancels()).toEqual([]);
});

describe("an endpoint that turns out to be another cluster", () => {
  async function withEndpointOfAnother(act: (other: Sandbox, login: Login) => Promise<void>) {
    const other = await startFast({ cluster: "other", clusterId: 7 });
    other.cluster.tenants.setPassword("sys", "root", sandbox().logins.sys.password);
    const endpoints: Login["endpoints"] = [
      { host: "127.0.0.1", port: sandbox().port },
      { host: "127.0.0.1", port: other.port },
    ];
    await act(other, loginOf(sandbox(), sandbox().logins.sys, { endpoints, connectTimeoutSeconds: 1 }));
    await other.stop();
  }

  test("gets no statement when the first endpoint goes away before the statement", async () => {
    await withEndpointOfAnother(async (other, login) => {
      stopBefore(sandbox(), /BACKUP_JOBS/);
      await expect(stop({}, { login })).rejects.toMatchObject({ kind: "otherCluster" });
      expect([...cancels(), ...other.log.cancels]).toEqual([]);
    });
  });

  test("is not asked how the jobs have ended", async () => {
    await withEndpointOfAnother(async (other, login) => {
      other.startBackup("mysql_tenant");
      other.finishBackup("mysql_tenant");
      const { stopping } = await waiting({}, { login });
      expect(liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "CANCELING" }]);
      await sandbox().stop();
      const report = await stopping;
      expect(report.interrupted?.kind).toBe("otherCluster");
      expect(report.jobs).toMatchObject([{ status: "CANCELING" }]);
      expect(other.log.matching(/BACKUP/)).toEqual([]);
    });
  });
});
