import { describe, expect, test } from "vitest";
import { identify } from "../../../../provider/oceanbase/cluster/cluster.ts";
import { openSession } from "../../../../provider/oceanbase/connection/session.ts";
import { type JobSnapshot, readJobSnapshot } from "../../../../provider/oceanbase/jobs/jobList.ts";
import { targetAt } from "../../../../provider/oceanbase/stop/target.ts";
import type { CancelBackupInputs } from "../../../../provider/resources/cancelBackup/inputs.ts";
import { stopRequestOf } from "../../../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import { jobsText } from "../../../../provider/resources/cancelBackup/previewText.ts";
import { Command } from "../../../../provider/resources/command.ts";
import { inputsFor } from "../../../tools/support/cancelBackup.ts";
import { connectionTo, loginOf, recordingContext, useSandbox } from "../../../tools/support/sandbox.ts";
import { startStandIn } from "../../../tools/support/sessions.ts";

const sandbox = useSandbox();
const inputs = (changes: Partial<CancelBackupInputs> = {}) => inputsFor(sandbox(), changes);

/** What a preview says on the resource's row, warnings before the line. */
async function shown(asked: CancelBackupInputs): Promise<string> {
  const context = recordingContext({ preview: true });
  const { text } = await cancelBackup.preview(asked, context);
  return [...context.warnings.map((warning) => `warning: ${warning}`), ...(text ? [text] : [])].join("\n");
}
const line = (changes: Partial<CancelBackupInputs> = {}) => shown(inputs(changes));

test("the preview line says what runs in the scope and the statement, and nothing is sent for it", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().startBackup("oracle_tenant");
  expect(await line()).toMatch(
    /^1 backup job runs now: mysql_tenant job 1 (INIT|DOING) \(full, \d+ s old(, \d+ of 1200 tablets, .* written)?\); would send ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`$/,
  );
  expect(await line({ tenants: "all" })).toMatch(
    /^2 backup jobs run now: mysql_tenant .*; oracle_tenant .*; would send ALTER SYSTEM CANCEL BACKUP$/,
  );
  expect(sandbox().log.cancels).toEqual([]);
});

test("the preview line names the tenants in which no backup runs", async () => {
  expect(await line({ tenants: "all" })).toMatch(/^no backup to cancel runs now in any tenant; would send/);
  expect(await line({ tenants: ["mysql_tenant", "oracle_tenant"] })).toMatch(
    /^no backup to cancel runs now in mysql_tenant, oracle_tenant; /,
  );
  const { mysqlTenant } = sandbox().logins;
  const { tenants: _, ...own } = inputs();
  const fromTenant = {
    ...own,
    connection: connectionTo(sandbox(), mysqlTenant),
    password: mysqlTenant.password,
  };
  expect(await shown(fromTenant)).toMatch(/^no backup to cancel runs now in mysql_tenant; /);
});

test("the preview line says that nothing is sent before the deletion, and which tenants a filter excludes", async () => {
  sandbox().startBackup("mysql_tenant");
  expect(await line({ cancelOn: ["delete"] })).toMatch(
    /^1 backup job runs now \(and nothing is sent before it is deleted\): mysql_tenant [^;]*$/,
  );
  expect(await line({ onlyTypes: ["incremental"] })).toBe(
    "no backup to cancel runs now in mysql_tenant; excluded: mysql_tenant (job 1 is a full backup); nothing would be sent",
  );
  expect(await line({ onlyTypes: ["full"] })).toMatch(
    /^1 backup job runs now: mysql_tenant job 1 [^;]*; would/,
  );
});

test("the preview warns of what a cancel would fail with", async () => {
  expect(await line({ tenants: ["Mysql_tenant"] })).toMatch(
    /^warning: as things are now it would fail: .*did you mean/,
  );
  expect(await line({ password: "wrong" })).toMatch(/^warning: as things are now it would fail: .*1045/);
  sandbox().cluster.tenants.setLocked("mysql_tenant", true);
  expect(await line()).toMatch(/^warning: as things are now it would fail: .*mysql_tenant is locked/);
});

test("the preview line says which tenant cannot be read, and what runs in the others", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().loseLeader("oracle_tenant");
  expect(await line({ tenants: "all" })).toMatch(
    /^1 backup job runs now: mysql_tenant .*; what runs in oracle_tenant cannot be read, because no server leads the tenant; would send/,
  );
});

describe("a cluster", () => {
  test("that does not answer delays the preview by no more than the connect timeout, and gets a line with the reason", async () => {
    const silent = await startStandIn();
    const connection = { ...inputs().connection, port: silent.endpoint.port, connectTimeoutSeconds: 1 };
    try {
      expect(await line({ connection })).toMatch(
        /^what this would do cannot be seen from here: .*no answer within 1 s/,
      );
    } finally {
      silent.stop();
    }
  });

  test("is asked once for all resources of a login", async () => {
    const command = new Command();
    for (const tenants of [["mysql_tenant"], ["oracle_tenant"], "all"] as const) {
      await cancelBackup.preview(inputs({ tenants }), recordingContext({ preview: true, command }));
    }
    expect(sandbox().log.matching(/CDB_OB_BACKUP_JOBS/)).toHaveLength(1);
  });
});

/** A snapshot of the sandbox with other jobs and tasks in it. */
async function withJobs(count: number, outputBytes: number): Promise<string> {
  const session = await openSession(loginOf(sandbox(), sandbox().logins.sys));
  const snapshot = await readJobSnapshot(await identify(session));
  session.close();
  const [first] = snapshot.live;
  if (first === undefined) throw new Error("no job runs");
  const live = Array.from({ length: count }, (_, i) => ({ ...first, jobId: String(i + 1), startedAt: "?" }));
  const task = { taskId: "1", status: "DOING", result: 0, comment: "", inputBytes: 0 };
  const known = { ...task, outputBytes, tablets: 10, finishedTablets: 5 };
  const tasks: JobSnapshot["tasks"] = new Map([["1002/1", known]]);
  const changed = { ...snapshot, live, tasks };
  const request = stopRequestOf(inputs());
  const about = { asked: request.selection, isDeferred: false };
  return jobsText(changed, targetAt(changed, request), about);
}

test("the preview line names eight jobs and counts the others, and leaves out an unknown age", async () => {
  sandbox().startBackup("mysql_tenant");
  expect(await withJobs(8, 0)).toMatch(/^8 backup jobs run now: .*; mysql_tenant job 8 \w+ \(full\)$/);
  expect(await withJobs(10, 0)).toMatch(/; mysql_tenant job 8 \w+ \(full\) and 2 more$/);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [224_100_000, "224.1 MB"],
  [5e12, "5.0 TB"],
  [7e18, "7000.0 PB"],
])("an output of %i bytes is written as %s", async (bytes, text) => {
  sandbox().startBackup("mysql_tenant");
  expect(await withJobs(1, bytes)).toContain(`(full, 5 of 10 tablets, ${text} written)`);
});
