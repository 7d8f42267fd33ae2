import { describe, expect, test } from "vitest";
import { FEATURES, MYSQL_TENANT } from "../../../tools/support/sandbox.ts";
import { useStop } from "../../../tools/support/stop.ts";

const { sandbox, stop, running, completeBackup, cancels, liveJobs } = useStop();

describe("a required restore point", () => {
  test("that is missing keeps the statement from being sent, and the tenant is named", async () => {
    await completeBackup("mysql_tenant");
    await running("mysql_tenant", "oracle_tenant");
    await expect(
      stop({ selection: ["mysql_tenant", "oracle_tenant"], requireRestorePoint: true }),
    ).rejects.toThrow(/no complete full backup to restore oracle_tenant from, so nothing was cancelled/);
    expect(cancels()).toEqual([]);
  });

  test("that exists lets the statement go out, from sys and from the tenant", async () => {
    await completeBackup("mysql_tenant");
    await running("mysql_tenant");
    const report = await stop({ requireRestorePoint: true });
    expect(report.jobs).toMatchObject([{ status: "CANCELED" }]);
    await running("mysql_tenant");
    const own = await stop({ selection: "own", requireRestorePoint: true }, { who: "mysqlTenant" });
    expect(own.jobs).toMatchObject([{ status: "CANCELED" }]);
    await running("oracle_tenant");
    await expect(
      stop({ selection: "own", requireRestorePoint: true }, { who: "oracleTenant" }),
    ).rejects.toThrow(/no complete full backup to restore oracle_tenant/);
  });

  test("is a full backup: an incremental one without it counts for nothing", async () => {
    await completeBackup("mysql_tenant");
    sandbox().startBackup("mysql_tenant", { incremental: true });
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toMatchObject([{ status: "DOING" }]);
    sandbox().finishBackup("mysql_tenant");
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toEqual([]);
    const changed = sandbox().rows(
      "UPDATE oceanbase.__all_backup_set_files SET file_status = 'DELETED' WHERE backup_type = 'FULL' RETURNING 1",
    );
    expect(changed).toHaveLength(1);
    await expect(stop({ requireRestorePoint: true })).rejects.toThrow(/no complete full backup to restore/);
    expect(cancels()).toEqual([]);
  });

  test("cannot be looked for on a server without the view of backup sets, which is refused by its version", async () => {
    await running("mysql_tenant");
    sandbox().faults.inject({ match: /SET_FILES/, act: { kind: "error", errno: 1146 } });
    await expect(stop({ requireRestorePoint: true })).rejects.toMatchObject({
      kind: "unsupported",
      message: expect.stringContaining(`OceanBase ${FEATURES.build} has no such view or column`),
    });
    expect(cancels()).toEqual([]);
  });
});
