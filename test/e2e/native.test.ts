import { afterEach, describe, expect, test } from "vitest";
import type { Sandbox } from "../../sdk/sandbox/sandbox.ts";
import { newProject } from "../tools/support/consumer.ts";
import { startFast, untilJobs, useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";

/*
 * What a stack can have of the plugin that the dynamic host cannot give, by the real CLI.
 */
const sandbox = useSandbox();
const cancels = () => sandbox().log.cancels;
let stack: Stack | undefined;
const others: Sandbox[] = [];
afterEach(async () => {
  stack?.remove();
  await Promise.all(others.splice(0).map((other) => other.stop()));
});

/** A stack whose program makes what the configuration declares, and takes its resource options from there too. */
async function declared(body: string, environment = environmentFor(sandbox())): Promise<Stack> {
  const program = `
const pulumi = require("@pulumi/pulumi");
const { BackupCleanupPolicy, CancelBackup, getBackupJobs, Provider } = require("pulumi-oceanbase-backup/native");
const { args = {}, options } = new pulumi.Config().getObject("declared") ?? {};
${body}
`;
  stack = await Stack.create(newProject("native", { "index.js": program }), environment);
  return stack;
}

const declare = (on: Stack, args: object, options: object = {}) =>
  on.config("declared", JSON.stringify({ args, options }));

const STOP = `const stop = new CancelBackup("stop", args, options);
exports.outcome = stop.outcome;`;

test("a preview says the statement, from the provider, as transforms and ignored changes leave it", async () => {
  sandbox().startBackup("mysql_tenant");
  await untilJobs(sandbox(), "DOING");
  const on =
    await declared(`options.transforms = [({ props, opts }) => ({ props: { ...props, tenants: ["oracle_tenant"] }, opts })];
${STOP}`);
  await declare(on, { tenants: ["mysql_tenant"] });
  const transformed = await on.preview();
  expect(transformed.output).toContain(
    "no backup to cancel runs now in oracle_tenant; would send ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`",
  );
  expect(cancels()).toEqual([]);
  expect((await on.up()).code).toBe(0);
  expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `oracle_tenant`"]);
});

test("each property that differs is told, and so are ignored and replacing changes", async () => {
  const on = await declared(STOP);
  const first = { tenants: ["mysql_tenant"], triggers: [1], connection: { connectTimeoutSeconds: 5 } };
  await declare(on, first);
  expect((await on.up()).code).toBe(0);

  const next = { ...first, tenants: ["mysql_tenant", "oracle_tenant"], triggers: [2] };
  await declare(on, next);
  const preview = await on.preview();
  expect(preview.output).toMatch(/~ tenants\s*: \[\s*\+ \[1\]: "oracle_tenant"/);
  expect(preview.output).toMatch(/~ triggers\s*: \[\s*~ \[0\]: 1 => 2/);
  expect(preview.output).toContain(
    "would send ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `oracle_tenant`",
  );

  await declare(on, next, { ignoreChanges: ["tenants", "triggers"] });
  expect(await on.up()).toMatchObject({ code: 0, output: expect.stringContaining("2 unchanged") });
  await declare(on, { ...first, triggers: [2] }, { replaceOnChanges: ["triggers[0]"] });
  expect(await on.up()).toMatchObject({ code: 0, output: expect.stringContaining("+-1 replaced") });
  expect(cancels()).toEqual(Array(2).fill("ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"));
});

test("customTimeouts end a wait, and the next up goes on without a statement", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().setStuck("mysql_tenant", true);
  const on = await declared(STOP);
  const args = { tenants: ["mysql_tenant"] };
  await declare(on, args, { customTimeouts: { create: "2s", update: "2m" } });
  const late = await on.up();
  expect(late.code).not.toBe(0);
  expect(late.output).toMatch(
    /after 2 s not yet stopped: mysql_tenant job 1 CANCELING\n.*customTimeouts gives it 2 s/,
  );
  expect(await on.resource("CancelBackup")).toMatchObject({ outputs: { outcome: "unfinished" } });
  sandbox().setStuck("mysql_tenant", false);
  expect((await on.up()).code).toBe(0);
  expect(await on.outputs()).toEqual({ outcome: "stopped" });
  expect(cancels()).toHaveLength(1);
});

test("one Ctrl-C ends a wait at once with a true record, and the next up goes on without a statement", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().setStuck("mysql_tenant", true);
  const on = await declared(STOP);
  await declare(on, { tenants: ["mysql_tenant"] });
  let cli = 0;
  const up = on.pulumi(
    ["up", "--yes", "--skip-preview"],
    {},
    {
      onStart: (pid) => {
        cli = pid;
      },
    },
  );
  await expect.poll(cancels, { timeout: 30_000 }).toHaveLength(1);
  await untilJobs(sandbox(), "CANCELING");
  const startedAt = Date.now();
  process.kill(cli, "SIGINT");
  expect((await up).code).not.toBe(0);
  expect(Date.now() - startedAt).toBeLessThan(10_000);
  expect(await on.resource("CancelBackup")).toMatchObject({
    initErrors: [expect.stringContaining("cancelled by the caller")],
    outputs: { outcome: "unfinished", issuedAt: expect.any(String), jobs: [{ status: "CANCELING" }] },
  });
  const { deployment } = JSON.parse(await on.export());
  expect(deployment.pending_operations ?? []).toEqual([]);

  sandbox().setStuck("mysql_tenant", false);
  expect((await on.up()).code).toBe(0);
  expect(await on.outputs()).toEqual({ outcome: "stopped" });
  expect(cancels()).toHaveLength(1);
});

test("a policy is imported by the name of its tenant, and the program that declares it changes nothing", async () => {
  sandbox().setPolicy("mysql_tenant", "14d");
  const on = await declared("");
  for (const [name, value] of Object.entries(environmentFor(sandbox()))) {
    if (name === "OCEANBASE_HOST") await on.config("oceanbase-backup:host", value);
  }
  const imported = ["import", "oceanbase-backup:index:BackupCleanupPolicy", "policy", "mysql_tenant"];
  await on.must(...imported, "--yes", "--skip-preview", "--generate-code=false", "--protect=false");
  expect(await on.resource("BackupCleanupPolicy")).toMatchObject({
    id: "mysql_tenant",
    inputs: { tenant: "mysql_tenant", recoveryWindow: "14d" },
    outputs: { adopted: true },
  });
  const action = [
    "import",
    "oceanbase-backup:index:CancelBackup",
    "stop",
    "x",
    "--yes",
    "--generate-code=false",
  ];
  expect((await on.pulumi(action)).output).toContain("there is none to be imported or read");

  stack = undefined;
  const declaring = await declared(
    `new BackupCleanupPolicy("policy", { tenant: "mysql_tenant", recoveryWindow: "336h" });`,
  );
  on.remove();
  await declaring.must(...imported, "--yes", "--skip-preview", "--generate-code=false", "--protect=false");
  expect(await declaring.up()).toMatchObject({ code: 0, output: expect.stringContaining("2 unchanged") });
  expect(sandbox().log.matching(/DELETE BACKUP POLICY/)).toEqual([]);
});

test("one stack serves several clusters, each by a provider of its own with its own password", async () => {
  const east = await startFast();
  others.push(east);
  east.cluster.tenants.setPassword("sys", "root", "password-of-the-east");
  for (const cluster of [sandbox(), east]) cluster.startBackup("mysql_tenant");
  const on = await declared(`
const config = new pulumi.Config();
const east = new Provider("east", { host: "127.0.0.1", port: config.requireNumber("port"), password: config.requireSecret("password") });
exports.here = new CancelBackup("here", { tenants: ["mysql_tenant"] }).summary;
exports.east = new CancelBackup("there", { tenants: ["mysql_tenant"] }, { provider: east }).summary;
exports.found = getBackupJobs({ tenants: "all", history: true }, { provider: east }).then((jobs) => jobs.length);
`);
  await on.config("port", String(east.port));
  await on.config("password", "password-of-the-east", true);
  expect((await on.up()).code).toBe(0);
  const stopped = "1 backup job: mysql_tenant job 1 CANCELED";
  expect(await on.outputs()).toMatchObject({ here: stopped, east: stopped });
  expect([cancels(), east.log.cancels].map((all) => all.length)).toEqual([1, 1]);
  expect(`${await on.export()}${on.output}`).not.toContain("password-of-the-east");
  expect((await on.destroy()).code).toBe(0);
});

describe("a stack moves by an alias", () => {
  const DYNAMIC = { front: "pulumi-oceanbase-backup", type: "pulumi-nodejs:dynamic/oceanbase:" };
  const NATIVE = { front: "pulumi-oceanbase-backup/native", type: "oceanbase-backup:index:" };
  const MOVING = `
const front = require(args.front);
const aliases = (kind) => ({ aliases: [{ type: args.alias + kind }] });
const connection = { password: pulumi.secret(process.env.GIVEN) };
new front.CancelBackup("stop", { tenants: ["mysql_tenant"], reason: args.reason, connection }, aliases("CancelBackup"));
new front.BackupCleanupPolicy("policy", { tenant: "mysql_tenant", recoveryWindow: "7d", connection }, aliases("BackupCleanupPolicy"));
`;
  const sent = () => sandbox().log.matching(/^ALTER/).length;
  const moving = () =>
    declared(MOVING, { ...environmentFor(sandbox()), GIVEN: sandbox().logins.sys.password });
  const move = (on: Stack, to: typeof DYNAMIC, from: typeof DYNAMIC, reason = "moving") =>
    declare(on, { front: to.front, alias: from.type, reason });
  const inputsOf = async (on: Stack) => {
    const { __provider: _, password: __, ...inputs } = (await on.resource("CancelBackup"))?.inputs ?? {};
    return inputs;
  };

  test("to the plugin and back with no change planned, whatever it does in between", async () => {
    sandbox().startBackup("mysql_tenant");
    const on = await moving();
    await move(on, DYNAMIC, NATIVE);
    expect((await on.up()).code).toBe(0);
    const [before, inputs] = [sent(), await inputsOf(on)];

    await move(on, NATIVE, DYNAMIC);
    expect((await on.preview()).output).toContain("3 unchanged");
    expect(await on.up()).toMatchObject({ code: 0, output: expect.stringContaining("3 unchanged") });
    expect(await on.resource("CancelBackup")).toMatchObject({ type: `${NATIVE.type}CancelBackup` });
    expect(await inputsOf(on)).toEqual(inputs);
    expect(await on.refresh()).toMatchObject({ code: 0 });
    await move(on, NATIVE, DYNAMIC, "another");
    expect(await on.up()).toMatchObject({ code: 0, output: expect.stringContaining("~ 1 updated") });

    await move(on, DYNAMIC, NATIVE, "another");
    expect((await on.preview()).output).toContain("3 unchanged");
    expect(await on.up()).toMatchObject({ code: 0, output: expect.stringContaining("3 unchanged") });
    expect(await on.resource("CancelBackup")).toMatchObject({ type: `${DYNAMIC.type}CancelBackup` });
    expect(await on.refresh()).toMatchObject({ code: 0 });
    expect(sent()).toBe(before);
    expect(await on.destroy()).toMatchObject({ code: 0 });
  });

  test("to the dynamic host, when the plugin has made it, by an update that sends nothing", async () => {
    const on = await moving();
    await move(on, NATIVE, DYNAMIC);
    expect((await on.up()).code).toBe(0);
    const before = sent();
    await move(on, DYNAMIC, NATIVE);
    expect(await on.up()).toMatchObject({ code: 0, output: expect.stringContaining("~ 2 updated") });
    expect(await on.up()).toMatchObject({ code: 0, output: expect.stringContaining("3 unchanged") });
    expect(await on.refresh()).toMatchObject({ code: 0 });
    expect(sent()).toBe(before);
    expect(await on.destroy()).toMatchObject({ code: 0 });
  });
});
