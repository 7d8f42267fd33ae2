import { describe, expect, test } from "vitest";
import type { CancelBackupInputs } from "../../../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import { PartialFailure } from "../../../../provider/resources/defineResource.ts";
import { inputsFor } from "../../../tools/support/cancelBackup.ts";
import { recordingContext, untilJobs, useSandbox } from "../../../tools/support/sandbox.ts";

/*
 * What a front that previews by itself is told. Nothing of it may be sent.
 */
const sandbox = useSandbox();
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const STATEMENT = "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`";

const inputs = (changes: Partial<CancelBackupInputs> = {}) => inputsFor(sandbox(), changes);
const previewing = recordingContext({ preview: true });

async function created(changes: Partial<CancelBackupInputs> = {}) {
  const { state } = await cancelBackup.create(inputs(changes), recordingContext());
  sandbox().log.clear();
  return state;
}

describe("a preview of a create", () => {
  test("says the jobs and the statement, and sends nothing", async () => {
    sandbox().startBackup("mysql_tenant");
    await untilJobs(sandbox(), "DOING");
    expect(await cancelBackup.preview(inputs(), previewing)).toEqual({
      outputs: { statement: STATEMENT },
      text: expect.stringMatching(
        /^1 backup job runs now: mysql_tenant job 1 DOING \(.*\); would send ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`$/,
      ),
    });
    expect(sandbox().log.cancels).toEqual([]);
  });

  test("says that nothing would be sent where a filter excludes every tenant", async () => {
    sandbox().startBackup("mysql_tenant");
    expect(await cancelBackup.preview(inputs({ onlyTypes: ["incremental"] }), previewing)).toEqual({
      text: expect.stringMatching(/; excluded: mysql_tenant .*; nothing would be sent$/),
    });
  });

  test("warns of what it would be refused with; a cluster that is away is a line", async () => {
    const preview = async (changes: Partial<CancelBackupInputs>) => {
      const context = recordingContext({ preview: true });
      const { text, ...others } = await cancelBackup.preview(inputs(changes), context);
      expect(others).toEqual({});
      return { text, warnings: context.warnings };
    };
    const refused = {
      text: undefined,
      warnings: [expect.stringMatching(/^as things are now it would fail: /)],
    };
    expect(await preview({ tenants: ["Mysql_tenant"] })).toEqual(refused);
    expect(await preview({ requireRestorePoint: true })).toEqual(refused);
    expect(await preview({ waitForCleanup: true })).toEqual(refused);
    await sandbox().stop();
    const away = expect.stringMatching(/^what this would do cannot be seen from here: .*nothing listens/);
    expect(await preview({})).toEqual({ text: away, warnings: [] });
    await sandbox().start();
  });

  test("asks for nothing that is not known yet, except for triggers, which are new in any case", async () => {
    const unknown = await cancelBackup.preview(inputs({ tenants: [UNKNOWN] }), previewing);
    expect(unknown).toEqual({ text: expect.stringContaining("not known yet") });
    expect(sandbox().log.logins).toBe(0);
    const triggered = await cancelBackup.preview(inputs({ triggers: [UNKNOWN] }), previewing);
    expect(triggered.outputs).toEqual({ statement: STATEMENT });
  });

  test("asks nothing where it is not wanted", async () => {
    expect(await cancelBackup.preview(inputs({ previewJobs: false }), previewing)).toEqual({});
    expect(sandbox().log.logins).toBe(0);
  });

  test("of one that is for its deletion has no statement", async () => {
    expect(await cancelBackup.preview(inputs({ cancelOn: ["delete"] }), previewing)).toEqual({
      text: expect.stringContaining("nothing is sent before it is deleted"),
    });
  });
});

describe("a preview of an update", () => {
  test("that sends nothing knows all of the state, and asks no server", async () => {
    const state = await created();
    const preview = await cancelBackup.preview(inputs({ reason: "why" }), previewing, state);
    expect(preview).toEqual({
      state: { ...state, reason: "why" },
      text: "only the record changes: nothing would be sent",
    });
    expect(sandbox().log.logins).toBe(0);
  });

  test("with new triggers says the statement again", async () => {
    const state = await created();
    expect(await cancelBackup.preview(inputs({ triggers: [1] }), previewing, state)).toMatchObject({
      outputs: { statement: STATEMENT },
    });
    expect(sandbox().log.cancels).toEqual([]);
  });

  test("of an attempt that was interrupted says that nothing is sent for what is marked already", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const failure = await created({ timeoutSeconds: 1 }).catch((error: unknown) => error);
    if (!(failure instanceof PartialFailure)) throw failure;
    expect(await cancelBackup.preview(inputs(), previewing, failure.state)).toMatchObject({
      text: expect.stringMatching(/; nothing would be sent$/),
    });
  });
});

test("there is nothing to import or to read without a record", async () => {
  await expect(cancelBackup.read("id", inputs() as never, recordingContext())).rejects.toThrow(
    "there is none to be imported",
  );
});
