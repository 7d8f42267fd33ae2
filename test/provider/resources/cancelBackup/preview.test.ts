import { describe, expect, test } from "vitest";
import type { CancelBackupInputs } from "../../../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import type { FaultAction } from "../../../../sdk/sandbox/faults.ts";
import { useCancelBackup } from "../../../tools/support/cancelBackup.ts";
import { UNKNOWN } from "../../../tools/support/pulumiValues.ts";
import { recordingContext } from "../../../tools/support/sandbox.ts";

/*
 * What a front that previews by itself is told. Nothing of it may be sent.
 */
const { sandbox, inputs, created, unfinished, running, cancels } = useCancelBackup();
const STATEMENT = "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`";

const previewing = recordingContext({ preview: true });

describe("a preview of a create", () => {
  test("shows the jobs and the statement, and sends none", async () => {
    await running("mysql_tenant");
    expect(await cancelBackup.preview(inputs(), previewing)).toEqual({
      outputs: { statement: STATEMENT },
      text: expect.stringMatching(
        /^1 backup job runs now: mysql_tenant job 1 DOING \(.*\); would send ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`$/,
      ),
    });
    expect(cancels()).toEqual([]);
  });

  test("says that nothing would be sent when a filter excludes every tenant", async () => {
    sandbox().startBackup("mysql_tenant");
    expect(await cancelBackup.preview(inputs({ onlyTypes: ["incremental"] }), previewing)).toEqual({
      text: expect.stringMatching(/; excluded: mysql_tenant .*; nothing would be sent$/),
    });
  });

  test("warns of the refusal, and says in a line that the cluster is away", async () => {
    const preview = async (changes: Partial<CancelBackupInputs>) => {
      const context = recordingContext({ preview: true });
      const { text, ...others } = await cancelBackup.preview(inputs(changes), context);
      expect(others).toEqual({});
      return { text, warnings: context.warnings };
    };
    const refused = (why: string) => ({
      text: undefined,
      warnings: [expect.stringMatching(new RegExp(`^as things are now it would fail: .*${why}`))],
    });
    expect(await preview({ tenants: ["Mysql_tenant"] })).toEqual(refused("did you mean"));
    expect(await preview({ requireRestorePoint: true })).toEqual(refused("no complete full backup"));
    expect(await preview({ waitForCleanup: true })).toEqual(refused("waitForCleanup would wait in vain"));
    expect(await preview({ password: "wrong" })).toEqual(refused("1045"));
    await sandbox().stop();
    const away = expect.stringMatching(/^what this would do cannot be seen from here: .*nothing listens/);
    expect(await preview({})).toEqual({ text: away, warnings: [] });
    await sandbox().start();
  });

  test("warns of a user without the ALTER SYSTEM privilege, and reads the grants once for all resources", async () => {
    const { user, password } = sandbox().logins.reader;
    const context = recordingContext({ preview: true });
    const asReader = (changes: Partial<CancelBackupInputs> = {}) => {
      const { connection } = inputs();
      return cancelBackup.preview(
        inputs({ connection: { ...connection, user }, password, ...changes }),
        context,
      );
    };
    const warning = expect.stringMatching(/^the user seems to lack the ALTER SYSTEM privilege/);
    expect((await asReader()).outputs).toEqual({ statement: STATEMENT });
    expect(context.warnings).toEqual([warning]);
    await asReader({ cancelOn: ["delete"] });
    expect(context.warnings).toEqual([warning, warning]);
    // Where nothing would be sent, nothing can be refused.
    sandbox().startBackup("mysql_tenant");
    await asReader({ onlyTypes: ["incremental"] });
    expect(context.warnings).toHaveLength(2);
    expect(sandbox().log.matching(/^SHOW GRANTS$/)).toHaveLength(1);
  });

  test.each<FaultAction>([
    { kind: "stall" },
    { kind: "cut before" },
    { kind: "error", errno: 4012 },
    { kind: "error", errno: 1142 },
  ])("shows the same where the grants cannot be read: %j", async (act) => {
    await running("mysql_tenant");
    sandbox().faults.inject({ match: /^SHOW GRANTS/, times: 1000, act });
    const context = recordingContext({ preview: true });
    const connection = { ...inputs().connection, connectTimeoutSeconds: 1 };
    expect(await cancelBackup.preview(inputs({ connection }), context)).toEqual({
      outputs: { statement: STATEMENT },
      text: expect.stringMatching(/^1 backup job runs now: mysql_tenant /),
    });
    expect(context.warnings).toEqual([]);
  });

  test("makes no connection for an input that is not known yet, unless it is a trigger, which is new in any case", async () => {
    const unknown = await cancelBackup.preview(inputs({ tenants: [UNKNOWN] }), previewing);
    expect(unknown).toEqual({ text: expect.stringContaining("not known yet") });
    expect(sandbox().log.logins).toBe(0);
    const triggered = await cancelBackup.preview(inputs({ triggers: [UNKNOWN] }), previewing);
    expect(triggered.outputs).toEqual({ statement: STATEMENT });
  });

  test("makes no connection when previewJobs is false", async () => {
    expect(await cancelBackup.preview(inputs({ previewJobs: false }), previewing)).toEqual({});
    expect(sandbox().log.logins).toBe(0);
  });

  test("for the deletion alone has no statement", async () => {
    expect(await cancelBackup.preview(inputs({ cancelOn: ["delete"] }), previewing)).toEqual({
      text: expect.stringContaining("nothing is sent before it is deleted"),
    });
  });
});

describe("a preview of an update", () => {
  test("that sends no statement knows all of the state, and makes no connection", async () => {
    const { state } = await created();
    const preview = await cancelBackup.preview(inputs({ reason: "why" }), previewing, state);
    expect(preview).toEqual({
      state: { ...state, reason: "why" },
      text: "only the record changes: nothing would be sent",
    });
    expect(sandbox().log.logins).toBe(0);
  });

  test("with new triggers shows the statement again", async () => {
    const { state } = await created();
    expect(await cancelBackup.preview(inputs({ triggers: [1] }), previewing, state)).toMatchObject({
      outputs: { statement: STATEMENT },
    });
    expect(cancels()).toEqual([]);
  });

  test("of an interrupted attempt says that nothing is sent for jobs that are marked already", async () => {
    const { state } = await unfinished();
    expect(await cancelBackup.preview(inputs(), previewing, state)).toMatchObject({
      text: expect.stringMatching(/; nothing would be sent$/),
    });
  });
});

test("a read without a record is refused, because there is nothing to import", async () => {
  await expect(cancelBackup.read("id", inputs() as never, recordingContext())).rejects.toThrow(
    "there is none to be imported",
  );
});
