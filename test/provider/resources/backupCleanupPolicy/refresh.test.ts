import { describe, expect, test } from "vitest";
import type { BackupCleanupPolicyInputs } from "../../../../provider/resources/backupCleanupPolicy/inputs.ts";
import { backupCleanupPolicy } from "../../../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import type { BackupCleanupPolicyState } from "../../../../provider/resources/backupCleanupPolicy/outputs.ts";
import {
  failsWith,
  onAnotherCluster,
  useBackupCleanupPolicy,
} from "../../../tools/support/backupCleanupPolicy.ts";
import { FEATURES, recordingContext } from "../../../tools/support/sandbox.ts";

const { sandbox, inputs, ownInputs, created, remakeTenant, sent } = useBackupCleanupPolicy();

const reread = (state: BackupCleanupPolicyState, context = recordingContext()) =>
  backupCleanupPolicy.read("mysql_tenant", state, context);

describe("a refresh", () => {
  test("of an unchanged policy changes nothing and sends no statement", async () => {
    const { state } = await created({ redundancy: 2 });
    expect(await reread(state)).toEqual(state);
    expect(sent()).toEqual([]);
  });

  test("keeps the server's spelling of the same window", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", "168h");
    const now = (await reread(state)) as BackupCleanupPolicyState;
    expect(now.recoveryWindow).toBe("168h");
    expect(backupCleanupPolicy.diff(now, inputs())).toMatchObject({ changed: [] });
  });

  test("of a policy whose window has gone leaves no window in the state", async () => {
    const { state } = await created();
    sandbox().rows("UPDATE oceanbase.__all_backup_delete_policy SET recovery_window = ''");
    const now = (await reread(state)) as BackupCleanupPolicyState;
    expect(now).not.toHaveProperty("recoveryWindow");
    expect(backupCleanupPolicy.diff(now, inputs())).toMatchObject({ changed: ["recoveryWindow"] });
  });

  test("takes a policy for gone that was dropped alone or with its tenant", async () => {
    const { state } = await created();
    sandbox().setPolicy("mysql_tenant", undefined);
    expect(await reread(state)).toBeUndefined();
    sandbox().setPolicy("mysql_tenant", "7d");
    remakeTenant();
    sandbox().setPolicy("mysql_tenant", "7d");
    expect(await reread(state)).toBeUndefined();
    sandbox().dropTenant("mysql_tenant");
    expect(await reread(state)).toBeUndefined();
  });

  test("of a locked tenant works, because a lock refuses statements only", async () => {
    const { state } = await created();
    sandbox().cluster.tenants.setLocked("mysql_tenant", true);
    expect(await reread(state)).toEqual(state);
  });

  test("warns and keeps the record when the cluster is away, is another one, or refuses the login", async () => {
    const { state } = await created();
    const away = recordingContext();
    await sandbox().stop();
    expect(await reread(state, away)).toBe(state);
    expect(away.warnings.join()).toContain("the record was kept as it is");
    await sandbox().start();
    for (const record of [{ ...state, password: "not-the-password" }, onAnotherCluster(state)]) {
      const context = recordingContext();
      expect(await reread(record, context)).toBe(record);
      expect(context.warnings).toHaveLength(1);
    }
  });

  test("warns and keeps the record on a server without the view of policies", async () => {
    const { state } = await created();
    const context = recordingContext();
    sandbox().faults.inject({ match: /DELETE_POLICY/, act: { kind: "error", errno: 1146 } });
    expect(await reread(state, context)).toBe(state);
    expect(context.warnings.join()).toContain(`OceanBase ${FEATURES.build} has none`);
  });
});

describe("reading a policy that the program does not manage", () => {
  const get = (id: string, given: Partial<BackupCleanupPolicyInputs> = {}) => {
    const { tenant: _, recoveryWindow: _window, ...login } = inputs();
    return backupCleanupPolicy.read(id, { ...login, ...given } as never, recordingContext());
  };

  test("returns what the server shows", async () => {
    sandbox().setPolicy("mysql_tenant", "9d");
    expect(await get("mysql_tenant")).toMatchObject({
      tenant: "mysql_tenant",
      recoveryWindow: "9d",
      adopted: true,
      tenantId: "1002",
      summary: "cleanup policy of mysql_tenant: recovery window 9d",
    });
    const { connection, password } = ownInputs() as Required<BackupCleanupPolicyInputs>;
    expect(await get("mysql_tenant", { connection, password })).not.toHaveProperty("tenant");
    expect(sent()).toEqual([]);
  });

  test("of a tenant that is locked and not NORMAL works", async () => {
    sandbox().setPolicy("mysql_tenant", "9d");
    sandbox().cluster.tenants.setLocked("mysql_tenant", true);
    sandbox().cluster.tenants.setStatus("mysql_tenant", "RESTORE");
    expect(await get("mysql_tenant")).toMatchObject({ recoveryWindow: "9d" });
  });

  test("fails with the reason when there is no policy, no such tenant, or no server", async () => {
    await failsWith(get("mysql_tenant"), /tenant mysql_tenant has no cleanup policy to read/);
    await failsWith(get("Mysql_tenant"), /did you mean mysql_tenant/);
    const { connection, password } = ownInputs() as Required<BackupCleanupPolicyInputs>;
    await failsWith(
      get("oracle_tenant", { connection, password }),
      /a login to tenant mysql_tenant sees its own cleanup policy only; give mysql_tenant as the id/,
    );
    await sandbox().stop();
    await failsWith(get("mysql_tenant"), /nothing listens there/);
  });

  test("fails with all that is wrong with its arguments, and without a secret", async () => {
    const connection = { ...inputs().connection, host: "", port: 0 };
    const failure = await get("mysql_tenant", { connection, password: 5 as never, overwrite: true }).catch(
      (failed) => failed,
    );
    for (const path of ["connection.host", "connection.port", "connection.password", "overwrite"]) {
      expect(failure.message).toContain(`${path}: `);
    }
    expect(failure.message).not.toContain("\n");
    expect(sandbox().log.logins).toBe(0);
  });
});
