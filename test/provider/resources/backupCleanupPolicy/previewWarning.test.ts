import { describe, expect, test } from "vitest";
import type { BackupCleanupPolicyInputs } from "../../../../provider/resources/backupCleanupPolicy/inputs.ts";
import { previewWarning } from "../../../../provider/resources/backupCleanupPolicy/previewWarning.ts";
import { connectionTo, recordingContext, useSandbox } from "../../../tools/support/sandbox.ts";

describe.each([
  ["4.2.5", "within the hour"],
  ["4.6.0", "as soon as the policy is added"],
] as const)("on %s", (version, when) => {
  const sandbox = useSandbox({ version });
  const warning = (changes: Partial<BackupCleanupPolicyInputs>) => {
    const { sys } = sandbox().logins;
    const { password } = sys;
    const connection = connectionTo(sandbox(), sys);
    return previewWarning({ connection, password, tenant: "mysql_tenant", ...changes }, recordingContext());
  };

  test("a window that gets shorter is warned about with the time at which backups are removed", async () => {
    sandbox().setPolicy("mysql_tenant", "30d");
    expect(await warning({ recoveryWindow: "7d", overwrite: true })).toMatch(
      new RegExp(
        `^tenant mysql_tenant: the recovery window gets shorter, 7d instead of 30d; OceanBase \\S+ removes the backups that it does not need any more ${when}$`,
      ),
    );
    expect(sandbox().log.matching(/^ALTER/)).toEqual([]);
  });

  test("a window that stays, gets longer, or is new is not warned about", async () => {
    expect(await warning({ recoveryWindow: "7d" })).toBeUndefined();
    sandbox().setPolicy("mysql_tenant", "7d");
    for (const recoveryWindow of ["7d", "168h", "8d"])
      expect(await warning({ recoveryWindow })).toBeUndefined();
    expect(await warning({ recoveryWindow: "1d", tenant: "no_such_tenant" })).toBeUndefined();
  });

  test("wrong inputs are left to the check, and no connection is made", async () => {
    expect(await warning({ recoveryWindow: "1w" })).toBeUndefined();
    expect(sandbox().log.logins).toBe(0);
  });
});
