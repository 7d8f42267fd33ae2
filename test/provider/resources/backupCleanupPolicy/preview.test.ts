import { describe, expect, test } from "vitest";
import type { BackupCleanupPolicyInputs } from "../../../../provider/resources/backupCleanupPolicy/inputs.ts";
import { backupCleanupPolicy } from "../../../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import { connectionTo, recordingContext, useSandbox } from "../../../tools/support/sandbox.ts";

/*
 * What a front that previews by itself is told. Nothing of it may be sent.
 */
const sandbox = useSandbox();
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const add = (window: string) =>
  `ALTER SYSTEM ADD DELETE BACKUP POLICY = 'default' RECOVERY_WINDOW = '${window}' TENANT = \`mysql_tenant\``;
const DROP = "ALTER SYSTEM DROP DELETE BACKUP POLICY = 'default' TENANT = `mysql_tenant`";

const inputs = (changes: Partial<BackupCleanupPolicyInputs> = {}): BackupCleanupPolicyInputs => ({
  connection: connectionTo(sandbox(), sandbox().logins.sys),
  password: sandbox().logins.sys.password,
  tenant: "mysql_tenant",
  recoveryWindow: "7d",
  ...changes,
});
const previewing = recordingContext({ preview: true });
const preview = (
  changes: Partial<BackupCleanupPolicyInputs> = {},
  state?: Parameters<typeof backupCleanupPolicy.diff>[0],
) => backupCleanupPolicy.preview(inputs(changes), previewing, state);
const sent = () => sandbox().log.matching(/DELETE BACKUP POLICY/);

describe("a preview of a create", () => {
  test("says the ADD, and sends nothing", async () => {
    expect(await preview()).toEqual({ outputs: { statement: add("7d") }, text: `would send ${add("7d")}` });
    expect(sent()).toEqual([]);
  });

  test("says that an equal policy is there, or that a different one is refused", async () => {
    sandbox().setPolicy("mysql_tenant", "168h");
    expect(await preview()).toEqual({
      text: "tenant mysql_tenant has this cleanup policy already: nothing would be sent",
    });
    expect((await preview({ recoveryWindow: "8d" })).text).toMatch(
      /^as things are now it would fail: .*instead of recovery window 8d; set overwrite: true/,
    );
  });

  test("that may overwrite says that it drops first", async () => {
    sandbox().setPolicy("mysql_tenant", "1d");
    expect((await preview({ overwrite: true })).text).toBe(`would send ${DROP}; ${add("7d")}`);
    expect(sent()).toEqual([]);
  });

  test("asks for nothing that is not known yet, and needs no cluster that answers", async () => {
    expect((await preview({ tenant: UNKNOWN })).text).toContain("not known yet");
    expect(sandbox().log.logins).toBe(0);
    await sandbox().stop();
    expect((await preview()).text).toMatch(/^what this would do cannot be seen from here: /);
    await sandbox().start();
  });
});

describe("a preview of an update", () => {
  const created = async () => (await backupCleanupPolicy.create(inputs(), recordingContext())).state;

  test("that sends nothing knows all of the state", async () => {
    const state = await created();
    expect(await preview({ overwrite: true }, state)).toEqual({ state: { ...state, overwrite: true } });
  });

  test("to another window says the DROP and the ADD", async () => {
    const state = await created();
    sandbox().log.clear();
    expect((await preview({ recoveryWindow: "8d" }, state)).text).toBe(`would send ${DROP}; ${add("8d")}`);
    expect(sent()).toEqual([]);
  });
});
