import { describe, expect, test } from "vitest";
import type { JobSnapshot } from "../../../../provider/oceanbase/jobs/jobList.ts";
import type { CancelBackupInputs } from "../../../../provider/resources/cancelBackup/inputs.ts";
import { previewText, readSnapshot } from "../../../../provider/resources/cancelBackup/previewText.ts";
import { connectionTo, recordingContext, useSandbox } from "../../../tools/support/sandbox.ts";
import { startStandIn } from "../../../tools/support/sessions.ts";

const sandbox = useSandbox();

const inputs = (changes: Partial<CancelBackupInputs> = {}): CancelBackupInputs => ({
  connection: connectionTo(sandbox(), sandbox().logins.sys),
  password: sandbox().logins.sys.password,
  tenants: ["mysql_tenant"],
  ...changes,
});
const read = (asked: CancelBackupInputs) => readSnapshot(asked, recordingContext());
const line = (changes: Partial<CancelBackupInputs> = {}) => previewText(inputs(changes), read);

test("the preview line says what runs in the scope, and nothing is sent for it", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().startBackup("oracle_tenant");
  expect(await line()).toMatch(
    /^1 backup job runs now: mysql_tenant job 1 (INIT|DOING) \(full, \d+ s old(, \d+ of 1200 tablets, .* written)?\)$/,
  );
  expect(await line({ tenants: "all" })).toMatch(/^2 backup jobs run now: mysql_tenant .*; oracle_tenant /);
  expect(sandbox().log.cancels).toEqual([]);
});

test("the preview line names the tenants in which no backup runs", async () => {
  expect(await line({ tenants: "all" })).toBe("no backup to cancel runs now in any tenant");
  expect(await line({ tenants: ["mysql_tenant", "oracle_tenant"] })).toBe(
    "no backup to cancel runs now in mysql_tenant, oracle_tenant",
  );
  const { mysqlTenant } = sandbox().logins;
  const { tenants: _, ...own } = inputs();
  const fromTenant = {
    ...own,
    connection: connectionTo(sandbox(), mysqlTenant),
    password: mysqlTenant.password,
  };
  expect(await previewText(fromTenant, read)).toBe("no backup to cancel runs now in mysql_tenant");
});

test("the preview line says that nothing is sent before the deletion, and which tenants a filter excludes", async () => {
  sandbox().startBackup("mysql_tenant");
  expect(await line({ cancelOn: ["delete"] })).toContain(
    "1 backup job runs now (and nothing is sent before it is deleted): mysql_tenant",
  );
  expect(await line({ onlyTypes: ["incremental"] })).toBe(
    "no backup to cancel runs now in mysql_tenant; excluded: mysql_tenant (job 1 is a full backup)",
  );
  expect(await line({ onlyTypes: ["full"] })).toMatch(/^1 backup job runs now: mysql_tenant job 1 [^;]*$/);
});

test("the preview line says what a cancel would fail with, and leaves wrong inputs to the check", async () => {
  expect(await line({ tenants: ["Mysql_tenant"] })).toMatch(
    /^as things are now it would fail: .*did you mean/,
  );
  sandbox().cluster.tenants.setLocked("mysql_tenant", true);
  expect(await line()).toMatch(/^as things are now it would fail: .*mysql_tenant is locked/);
  expect(await line({ tenants: [] })).toBeUndefined();
});

describe("a cluster that cannot be asked", () => {
  test("gets a preview line with the reason", async () => {
    expect(await line({ password: "marker-password" })).toMatch(
      /^what runs now cannot be seen from here: .*1045/,
    );
  });

  test("delays the preview by no more than the connect timeout", async () => {
    const silent = await startStandIn();
    const connection = { ...inputs().connection, port: silent.endpoint.port, connectTimeoutSeconds: 1 };
    try {
      expect(await line({ connection })).toMatch(/cannot be seen from here: .*no answer within 1 s/);
    } finally {
      silent.stop();
    }
  });
});

/** A snapshot of the sandbox with other jobs and tasks in it. */
async function withJobs(count: number, outputBytes: number): Promise<string | undefined> {
  const snapshot = await read(inputs());
  const [first] = snapshot.live;
  if (first === undefined) throw new Error("no job runs");
  const live = Array.from({ length: count }, (_, i) => ({ ...first, jobId: String(i + 1), startedAt: "?" }));
  const task = { taskId: "1", status: "DOING", result: 0, comment: "", inputBytes: 0 };
  const known = { ...task, outputBytes, tablets: 10, finishedTablets: 5 };
  const tasks: JobSnapshot["tasks"] = new Map([["1002/1", known]]);
  return await previewText(inputs(), async () => ({ ...snapshot, live, tasks }));
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
