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

  test("a window that gets shorter is warned of, with when the backups go", async () => {
    sandbox().setPolicy("mysql_tenant", "30d");
    expect(await warning({ recoveryWindow: "7d", overwrite: true })).toMatch(
      new RegExp(
        `^tenant mysql_tenant: the recovery window gets shorter, 7d instead of 30d; OceanBase \\S+ removes the backups that it does not need any more ${when}$`,
      ),
    );
    expect(sandbox().log.matching(/^ALTER/)).toEqual([]);
  });

  test("one that stays, gets longer, or is new needs no warning", async () => {
    expect(await warning({ recoveryWindow: "7d" })).toBeUndefined();
    sandbox().setPolicy("mysql_tenant", "7d");
    for (const recoveryWindow of ["7d", "168h", "8d"])
      expect(await warning({ recoveryWindow })).toBeUndefined();
    expect(await warning({ recoveryWindow: "1d", tenant: "no_such_tenant" })).toBeUndefined();
  });

  test("inputs that are wrong are the check's to refuse: no server is asked", async () => {
    expect(await warning({ recoveryWindow: "1w" })).toBeUndefined();
    expect(sandbox().log.logins).toBe(0);
  });
});
