import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { newProject } from "../tools/support/consumer.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";
import { programStack } from "./program.ts";

/*
 * What a preview says on the resource's own row, by the real CLI.
 */
const sandbox = useSandbox();
let stack: Stack | undefined;
afterEach(() => stack?.remove());

/** The row of the resource in the CLI's table. */
async function row(args: object, environment = environmentFor(sandbox())): Promise<string> {
  stack = await programStack(environment, args);
  const { code, output } = await stack.pulumi(["preview"]);
  expect(code).toBe(0);
  const line = output.split("\n").findLast((text) => /oceanbase:CancelBackup\s+stop/.test(text)) ?? "";
  return line.slice(line.indexOf("stop"));
}

describe("a preview", () => {
  test("says what runs right now in the scope, and sends nothing", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    expect(await row({ tenants: ["mysql_tenant"] })).toMatch(
      /^stop\s+create\s+1 backup job runs now: mysql_tenant job 1 DOING \(full, \d+ s old, \d+ of 1200 tablets, [\d.]+ MB written\); would send ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`$/,
    );
    expect(sandbox().log.cancels).toEqual([]);
    expect(sandbox().log.logins).toBe(1);
  });

  test("says so when nothing runs, and what would be excluded", async () => {
    sandbox().startBackup("mysql_tenant");
    const excluded = await row({ tenants: "all", onlyTypes: ["incremental"] });
    expect(excluded).toMatch(
      /no backup to cancel runs now in any tenant; excluded: mysql_tenant \(job 1 is a full backup\); nothing would be sent$/,
    );
  });

  test("says that a teardown sends nothing before the end", async () => {
    sandbox().startBackup("mysql_tenant");
    const deferred = await row({ tenants: ["mysql_tenant"], cancelOn: ["delete"] });
    expect(deferred).toContain(
      "1 backup job runs now (and nothing is sent before it is deleted): mysql_tenant",
    );
  });

  test("says what is wrong already now, and does not fail for it", async () => {
    expect(await row({ tenants: ["Mysql_tenant"] })).toMatch(
      /warning: as things are now it would fail: .*did you mean mysql_tenant/,
    );
  });

  test("warns of a login that seems to lack the privilege, and says what would be sent", async () => {
    const { reader } = sandbox().logins;
    const environment = { ...environmentFor(sandbox(), reader), OCEANBASE_USER: reader.user };
    stack = await programStack(environment, { tenants: "all" });
    const { code, output } = await stack.pulumi(["preview"]);
    expect(code).toBe(0);
    expect(output).toMatch(
      /warning: the user seems to lack the ALTER SYSTEM privilege, which the statement needs/,
    );
    expect(output).toMatch(/would send ALTER SYSTEM CANCEL BACKUP$/m);
  });

  test("asks nobody when it is told not to", async () => {
    sandbox().startBackup("mysql_tenant");
    expect(await row({ tenants: ["mysql_tenant"], previewJobs: false })).toMatch(/^stop\s+create\s*$/);
    expect(sandbox().log.logins).toBe(0);
  });

  test("neither fails nor hangs when the cluster is away or silent", async () => {
    const away = { ...environmentFor(sandbox()), OCEANBASE_PORT: "1" };
    expect(await row({ tenants: "all" }, away)).toMatch(
      /what this would do cannot be seen from here: .*127\.0\.0\.1:1: nothing listens there/,
    );
    stack?.remove();
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    try {
      const quiet = {
        ...environmentFor(sandbox()),
        OCEANBASE_PORT: String(port),
        OCEANBASE_CONNECT_TIMEOUT_SECONDS: "1",
      };
      expect(await row({ tenants: "all" }, quiet)).toMatch(
        /cannot be seen from here: .*no answer within 1 s/,
      );
    } finally {
      silent.close();
    }
  });
});

test("inputs that are not known yet cost one line, and many resources on one login ask once", async () => {
  sandbox().startBackup("mysql_tenant");
  const program = `
const pulumi = require("@pulumi/pulumi");
const { CancelBackup, getBackupJobsOutput } = require("pulumi-oceanbase-backup");
const before = new CancelBackup("before", { tenants: ["mysql_tenant"] });
new CancelBackup("later", { tenants: [before.outcome] });
for (let i = 0; i < 20; i += 1) new CancelBackup("again-" + i, { tenants: ["oracle_tenant"] });
exports.jobs = getBackupJobsOutput({ tenants: "all", history: true });
exports.later = getBackupJobsOutput({ tenants: [before.outcome] });
`;
  stack = await Stack.create(newProject("many", { "index.js": program }), environmentFor(sandbox()));
  const { code, output } = await stack.pulumi(["preview"]);
  expect(code).toBe(0);
  expect(output).toMatch(
    /CancelBackup\s+later\s+create\s+what runs now cannot be shown: some inputs are not known yet/,
  );
  expect(output.match(/no backup to cancel runs now in oracle_tenant/g)?.length).toBeGreaterThanOrEqual(20);
  // The function shows its result in a preview, too. One login for it at most, and one for all resources.
  expect(output).toMatch(/ageSeconds/);
  expect(sandbox().log.logins).toBeLessThanOrEqual(2);
});
