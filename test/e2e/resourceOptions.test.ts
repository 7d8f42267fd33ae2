import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { newProject } from "../tools/support/consumer.ts";
import { untilJobs, useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";

/*
 * What Pulumi's resource options do for these resources, one test each, by the real CLI.
 */
const sandbox = useSandbox();
let stack: Stack;
afterEach(() => stack.remove());

/** A stack of a program whose body may change with its configuration, as `config`. */
async function stackOf(body: string, config: Record<string, string> = {}): Promise<Stack> {
  const program = `
const pulumi = require("@pulumi/pulumi");
const { CancelBackup, BackupCleanupPolicy } = require("pulumi-oceanbase-backup");
const config = new pulumi.Config();
${body}
`;
  stack = await Stack.create(newProject("options", { "index.js": program }), environmentFor(sandbox()));
  for (const [key, value] of Object.entries(config)) await stack.config(key, value);
  return stack;
}
const cancels = () => sandbox().log.cancels;
const policyStatements = () => sandbox().log.matching(/DELETE BACKUP POLICY/);
const up = async () => {
  const result = await stack.up();
  expect(result.code, result.output).toBe(0);
  return result;
};

describe("triggers", () => {
  test("that are files are compared by what is in them", async () => {
    await stackOf(
      `
new CancelBackup("stop", {
  tenants: ["mysql_tenant"],
  reason: config.require("reason"),
  triggers: [{ deep: [new pulumi.asset.FileAsset("runbook.md")] }, new pulumi.asset.StringAsset("text")],
});`,
      { reason: "one" },
    );
    const runbook = (text: string) => writeFileSync(join(stack.directory, "runbook.md"), text);
    runbook("first");
    await up();
    expect(cancels()).toHaveLength(1);
    sandbox().startBackup("mysql_tenant");
    await untilJobs(sandbox(), "DOING");
    await stack.config("reason", "two");
    expect((await up()).output).toContain("~ 1 updated");
    expect(cancels()).toHaveLength(1);
    runbook("second");
    await up();
    expect(cancels()).toHaveLength(2);
  });
});

describe("ignoreChanges", () => {
  const POLICY = (options: string) =>
    `new BackupCleanupPolicy("policy", { tenant: "mysql_tenant", recoveryWindow: "14d" }, ${options});`;

  test("keeps a window that was changed by hand", async () => {
    await stackOf(POLICY('{ ignoreChanges: ["recoveryWindow"] }'));
    await up();
    sandbox().log.clear();
    sandbox().setPolicy("mysql_tenant", "7d");
    expect((await stack.refresh()).code).toBe(0);
    await up();
    expect(policyStatements()).toEqual([]);
    expect(await stack.resource("BackupCleanupPolicy")).toMatchObject({ outputs: { recoveryWindow: "7d" } });
  });

  test("is not there: then the preview shows both windows, and the update repairs it", async () => {
    await stackOf(POLICY("{}"));
    await up();
    sandbox().log.clear();
    sandbox().setPolicy("mysql_tenant", "7d");
    expect((await stack.refresh()).code).toBe(0);
    expect((await stack.preview()).output).toMatch(/~ recoveryWindow: "7d" => "14d"/);
    await up();
    expect(policyStatements()).toHaveLength(2);
    expect(await stack.resource("BackupCleanupPolicy")).toMatchObject({ outputs: { recoveryWindow: "14d" } });
  });
});

test.each([
  ["reason", '["reason"]'],
  ["any input", '["*"]'],
])("replaceOnChanges of %s replaces, and sends the statement again", async (_, names) => {
  await stackOf(
    `
new CancelBackup("stop", { tenants: ["mysql_tenant"], reason: config.require("reason") }, { replaceOnChanges: ${names} });
`,
    { reason: "one" },
  );
  await up();
  await stack.config("reason", "two");
  expect((await up()).output).toContain("+-1 replaced");
  expect(cancels()).toHaveLength(2);
  expect((await up()).output).toContain("2 unchanged");
});

test("a refreshed password stays a secret", async () => {
  await stackOf(`
const password = config.requireSecret("pw");
new BackupCleanupPolicy("policy", { tenant: "mysql_tenant", recoveryWindow: "14d", connection: { password } });
`);
  await stack.config("pw", sandbox().logins.sys.password, true);
  await up();
  sandbox().setPolicy("mysql_tenant", "7d");
  expect((await stack.refresh()).code).toBe(0);
  expect(await stack.resource("BackupCleanupPolicy")).toMatchObject({ inputs: { recoveryWindow: "7d" } });
  expect(stack.onDisk()).not.toContain(sandbox().logins.sys.password);
});
