import { afterEach, describe, expect, test } from "vitest";
import { newProject } from "../tools/support/consumer.ts";
import { FRONTS, programFor } from "../tools/support/fronts.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";

/*
 * A tenant's cleanup policy belongs to the resource that the program declares it by, whatever has become of another one:
 * no series of commands loses it.
 */
const sandbox = useSandbox();
let stack: Stack;
afterEach(() => stack.remove());

/** A program whose cleanup policies come from the configuration, by name, and that may fail beside them. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { BackupCleanupPolicy, CancelBackup } = require("pulumi-oceanbase-backup");
const config = new pulumi.Config();
for (const [name, { options, ...args }] of Object.entries(config.requireObject("policies"))) {
  new BackupCleanupPolicy(name, { tenant: "mysql_tenant", recoveryWindow: "7d", ...args }, options);
}
if (config.getBoolean("fails")) new CancelBackup("fails", { tenants: ["no_such_tenant"] });
`;

const declare = (policies: object) => stack.config("policies", JSON.stringify(policies));
const up = (...flags: string[]) => stack.pulumi(["up", "--yes", "--skip-preview", ...flags]);
const statements = () =>
  sandbox()
    .log.matching(/^ALTER SYSTEM (ADD|DROP)/)
    .map((sql) => sql.split(" ")[2]);
const windows = () =>
  sandbox()
    .rows("SELECT recovery_window FROM oceanbase.__all_backup_delete_policy")
    .map((row) => row.recovery_window);
const LEFT = "was left as it is: the program declares it by another resource, or by this one anew";

/** A stack that has made a policy under the name \`old\`. */
async function made(front: (typeof FRONTS)[number] = "dynamic"): Promise<void> {
  const project = newProject("owner", { "index.js": programFor(front, PROGRAM) });
  stack = await Stack.create(project, environmentFor(sandbox()));
  await declare({ old: {} });
  expect((await up()).code).toBe(0);
  expect(statements()).toEqual(["ADD"]);
}

describe.each(FRONTS)("a new name (%s)", (front) => {
  test("whose first update fails elsewhere keeps the policy in the next one, too", async () => {
    await made(front);
    await declare({ new: {} });
    await stack.config("fails", "true");
    expect((await up()).code).not.toBe(0);
    await stack.config("fails", "false");
    const { code, output } = await up();
    expect(code, output).toBe(0);
    expect(output).toContain(LEFT);
    expect(statements()).toEqual(["ADD"]);
    expect((await up()).output).toContain("2 unchanged");
  });
});

test("a new name that was targeted alone keeps the policy when the old one goes", async () => {
  await made();
  await declare({ new: {} });
  expect((await up("--target", "**new")).code).toBe(0);
  const { code, output } = await up();
  expect(code, output).toBe(0);
  expect(output).toContain(LEFT);
  expect(statements()).toEqual(["ADD"]);
});

test("the old name that is targeted alone takes the policy along: a refresh and an update bring it back", async () => {
  await made();
  await declare({ new: {} });
  expect((await up("--target", "**new")).code).toBe(0);
  // The engine asks nothing of the resources that are not targeted, so that they are declared is not known here.
  expect((await up("--target", "**old")).code).toBe(0);
  expect(windows()).toEqual([]);
  expect((await up("--refresh")).code).toBe(0);
  expect(windows()).toEqual(["7d"]);
});

test("of two names for one cluster one can go", async () => {
  await made();
  await declare({ old: {}, other: { connection: { host: "localhost" } } });
  expect((await up()).code).toBe(0);
  await declare({ other: { connection: { host: "localhost" } } });
  const { code, output } = await up();
  expect(code, output).toBe(0);
  expect(output).toContain(LEFT);
  expect(statements()).toEqual(["ADD"]);
});

test("a replacement hands the policy over to itself, and changes it there", async () => {
  await made();
  await declare({ old: { recoveryWindow: "8d", options: { replaceOnChanges: ["recoveryWindow"] } } });
  expect((await up()).output).toContain("+-1 replaced");
  expect(statements()).toEqual(["ADD", "DROP", "ADD"]);
  expect(windows()).toEqual(["8d"]);
  expect((await up("--replace", "**old")).code).toBe(0);
  expect(windows()).toEqual(["8d"]);
});

test.each([
  ["destroy", ["destroy", "--yes", "--skip-preview"]],
  ["destroy --run-program", ["destroy", "--yes", "--skip-preview", "--run-program"]],
])("%s drops it", async (_, command) => {
  await made();
  const { code, output } = await stack.pulumi(command);
  expect(code, output).toBe(0);
  expect(statements()).toEqual(["ADD", "DROP"]);
});
