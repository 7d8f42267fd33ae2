import { afterEach, describe, expect, test } from "vitest";
import { FRONTS } from "../tools/support/fronts.ts";
import { untilJobs, useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, type Stack } from "../tools/support/stack.ts";
import { programStack } from "./program.ts";

/*
 * A tenant that is kept stopped, and what its cancelled backups leave behind, by the real CLI.
 */
const sandbox = useSandbox();
let stack: Stack | undefined;
afterEach(() => stack?.remove());

const liveJobs = () => sandbox().rows("SELECT job_id, status FROM oceanbase.__all_backup_job");
const fileStates = () => sandbox().rows("SELECT file_status FROM oceanbase.__all_backup_set_files");

describe.each(FRONTS)("%s", (front) => {
  test("a backup that runs again is drift, shown by a refresh and stopped by the next up", async () => {
    sandbox().startBackup("mysql_tenant");
    stack = await programStack(
      environmentFor(sandbox()),
      { tenants: ["mysql_tenant"], keepStopped: true },
      front,
    );
    expect((await stack.up()).code).toBe(0);
    expect(sandbox().log.cancels).toHaveLength(1);

    sandbox().startBackup("mysql_tenant");
    await untilJobs(sandbox(), "DOING");
    const refresh = await stack.refresh();
    expect(refresh).toMatchObject({ code: 0, output: expect.stringContaining("~ 1 updated") });
    expect(refresh.output).toMatch(
      /a backup runs where backups are to be kept stopped: mysql_tenant job 2 DOING\n\s*The next pulumi up stops it/,
    );
    expect(await stack.resource("CancelBackup")).toMatchObject({
      outputs: { outcome: "drifted", drift: [{ jobId: "2" }] },
    });
    expect(sandbox().log.cancels).toHaveLength(1);

    const preview = await stack.preview();
    expect(preview.output).toContain("1 to update");
    expect(preview.output).toContain("1 backup job runs now: mysql_tenant job 2");
    expect(await stack.up()).toMatchObject({ code: 0, output: expect.stringContaining("~ 1 updated") });
    expect(await stack.outputs()).toMatchObject({
      outcome: "stopped",
      jobs: [{ jobId: "2", status: "CANCELED" }],
    });
    expect(liveJobs()).toEqual([]);
    expect(sandbox().log.cancels).toHaveLength(2);
    expect(await stack.up()).toMatchObject({ output: expect.stringContaining("2 unchanged") });
  });

  test("what a cancel leaves behind is listed, and a refresh sees it go", async () => {
    sandbox().setPolicy("mysql_tenant", "1s");
    sandbox().startBackup("mysql_tenant");
    await untilJobs(sandbox(), "DOING");
    stack = await programStack(environmentFor(sandbox()), { tenants: ["mysql_tenant"] }, front);
    expect((await stack.up()).code).toBe(0);
    expect(await stack.resource("CancelBackup")).toMatchObject({
      outputs: {
        leftovers: [
          {
            tenant: "mysql_tenant",
            backupSetId: "1",
            path: "file:///backup/mysql_tenant/data",
            fileStatus: "INCOMPLETE",
            removedAfter: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\+08:00$/),
          },
        ],
      },
    });
    sandbox().cleanUpNow();
    await expect.poll(fileStates).toEqual([{ file_status: "DELETED" }]);
    expect((await stack.refresh()).code).toBe(0);
    expect(await stack.resource("CancelBackup")).toMatchObject({ outputs: { leftovers: [] } });
    expect(await stack.up()).toMatchObject({ output: expect.stringContaining("2 unchanged") });
    expect(sandbox().log.cancels).toHaveLength(1);
  });

  test("an update that waits for the cleanup ends when the data is gone", async () => {
    sandbox().setPolicy("mysql_tenant", "1s");
    sandbox().startBackup("mysql_tenant");
    await untilJobs(sandbox(), "DOING");
    stack = await programStack(
      environmentFor(sandbox()),
      { tenants: ["mysql_tenant"], waitForCleanup: true },
      front,
    );
    const up = stack.up();
    await expect.poll(fileStates, { timeout: 20_000 }).toEqual([{ file_status: "INCOMPLETE" }]);
    sandbox().cleanUpNow();
    expect((await up).code).toBe(0);
    expect(fileStates()).toEqual([{ file_status: "DELETED" }]);
    expect(await stack.resource("CancelBackup")).toMatchObject({
      outputs: { outcome: "stopped", leftovers: [], jobs: [{ status: "CANCELED" }] },
    });
  });
});
