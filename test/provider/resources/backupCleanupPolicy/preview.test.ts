import { describe, expect, test } from "vitest";
import type { BackupCleanupPolicyInputs } from "../../../../provider/resources/backupCleanupPolicy/inputs.ts";
import { backupCleanupPolicy } from "../../../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import { useBackupCleanupPolicy } from "../../../tools/support/backupCleanupPolicy.ts";
import { add, drop } from "../../../tools/support/cleanupPolicy.ts";
import { UNKNOWN } from "../../../tools/support/pulumiValues.ts";
import { connectionTo, recordingContext, useSandbox } from "../../../tools/support/sandbox.ts";

/*
 * What a front that previews by itself is told. Nothing of it may be sent.
 */
const { sandbox, inputs, created, sent } = useBackupCleanupPolicy();
const preview = (
  changes: Partial<BackupCleanupPolicyInputs> = {},
  state?: Parameters<typeof backupCleanupPolicy.diff>[0],
  context = recordingContext({ preview: true }),
) => backupCleanupPolicy.preview(inputs(changes), context, state);

describe("a preview of a create", () => {
  test("shows the ADD, and sends no statement", async () => {
    expect(await preview()).toEqual({ outputs: { statement: add("7d") }, text: `would send ${add("7d")}` });
    expect(sent()).toEqual([]);
  });

  test("says that an equal policy exists, or that a different one is refused", async () => {
    sandbox().setPolicy("mysql_tenant", "168h");
    expect(await preview()).toEqual({
      text: "tenant mysql_tenant has this cleanup policy already: nothing would be sent",
    });
    const context = recordingContext({ preview: true });
    expect(await preview({ recoveryWindow: "8d" }, undefined, context)).toEqual({});
    expect(context.warnings).toEqual([
      expect.stringMatching(
        /^as things are now it would fail: .*instead of recovery window 8d; set overwrite: true/,
      ),
    ]);
  });

  test("that may overwrite shows the DROP before the ADD", async () => {
    sandbox().setPolicy("mysql_tenant", "1d");
    expect((await preview({ overwrite: true })).text).toBe(`would send ${drop}; ${add("7d")}`);
    expect(sent()).toEqual([]);
  });

  test("warns of a user without the ALTER SYSTEM privilege, unless nothing would be sent", async () => {
    const { user, password } = sandbox().logins.reader;
    const asReader = async () => {
      const context = recordingContext({ preview: true });
      await preview({ connection: { ...inputs().connection, user }, password }, undefined, context);
      return context.warnings;
    };
    expect(await asReader()).toEqual([expect.stringMatching(/^the user seems to lack the ALTER SYSTEM/)]);
    sandbox().setPolicy("mysql_tenant", "7d");
    expect(await asReader()).toEqual([]);
  });

  test("shows the same where the grants cannot be read in time", async () => {
    sandbox().faults.inject({ match: /^SHOW GRANTS/, times: 1000, act: { kind: "stall" } });
    const connection = { ...inputs().connection, connectTimeoutSeconds: 1 };
    expect(await preview({ connection })).toMatchObject({ outputs: { statement: add("7d") } });
  });

  test("makes no connection for an input that is not known yet, and needs no cluster that answers", async () => {
    expect((await preview({ tenant: UNKNOWN })).text).toContain("not known yet");
    expect(sandbox().log.logins).toBe(0);
    await sandbox().stop();
    expect((await preview()).text).toMatch(/^what this would do cannot be seen from here: /);
    await sandbox().start();
  });
});

describe("a preview of an update", () => {
  test("that sends no statement knows all of the state", async () => {
    const { state } = await created();
    expect(await preview({ overwrite: true }, state)).toEqual({
      state: { ...state, overwrite: true },
      text: "only the record changes: nothing would be sent",
    });
  });

  test("to another window shows the DROP and the ADD", async () => {
    const { state } = await created();
    expect((await preview({ recoveryWindow: "8d" }, state)).text).toBe(`would send ${drop}; ${add("8d")}`);
    expect(sent()).toEqual([]);
  });
});

describe.each([
  ["4.2.5", "within the hour"],
  ["4.6.0", "as soon as the policy is added"],
] as const)("a window that gets shorter, on %s", (version, when) => {
  const server = useSandbox({ version });
  const warnings = async (changes: Partial<BackupCleanupPolicyInputs>) => {
    const { sys } = server().logins;
    const login = { connection: connectionTo(server(), sys), password: sys.password };
    const context = recordingContext({ preview: true });
    await preview({ ...login, overwrite: true, ...changes }, undefined, context);
    return context.warnings;
  };

  test("is warned about with the time at which backups are removed", async () => {
    server().setPolicy("mysql_tenant", "30d");
    expect(await warnings({ recoveryWindow: "7d" })).toEqual([
      expect.stringMatching(
        new RegExp(
          `^tenant mysql_tenant: the recovery window gets shorter, 7d instead of 30d; OceanBase \\S+ removes the backups that it does not need any more ${when}$`,
        ),
      ),
    ]);
    expect(server().log.matching(/^ALTER/)).toEqual([]);
  });

  test("is the only one: a window that stays, gets longer, or is new is not warned about", async () => {
    expect(await warnings({ recoveryWindow: "7d" })).toEqual([]);
    server().setPolicy("mysql_tenant", "7d");
    for (const recoveryWindow of ["7d", "168h", "8d"]) expect(await warnings({ recoveryWindow })).toEqual([]);
  });
});
