import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { makeArchives } from "../tools/bundle/archives.mjs";
import { CONSUMER, newProject } from "../tools/support/consumer.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";
import { ROOT, run } from "../tools/toolchain/run.mjs";

/*
 * How Pulumi finds the plugin of the package that a user has installed. Where a program names no place, each way has to
 * work on its own.
 */
const sandbox = useSandbox();
const BIN = join(CONSUMER, "node_modules", ".bin");
const folders: string[] = [];
let stack: Stack | undefined;
afterEach(() => {
  stack?.remove();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const PROGRAM = `
const { CancelBackup } = require("pulumi-oceanbase-backup/native");
exports.summary = new CancelBackup("stop", { tenants: ["mysql_tenant"] }).summary;
`;

/** A project that says nothing of plugins, unless it is told to; with a home of Pulumi's own that knows none. */
async function project(plugins = "", scripts: object = {}): Promise<Stack> {
  const home = mkdtempSync(join(tmpdir(), "pulumi-home-"));
  folders.push(home);
  const directory = newProject("finding", {
    "index.js": PROGRAM,
    "Pulumi.yaml": `name: finding\nruntime: nodejs\n${plugins}`,
    "package.json": JSON.stringify({ main: "index.js", scripts }),
  });
  stack = await Stack.create(directory, { ...environmentFor(sandbox()), PULUMI_HOME: home });
  return stack;
}

async function expectStopped(found: Stack): Promise<void> {
  expect(await found.outputs()).toEqual({ summary: "no backup was running" });
  expect(sandbox().log.cancels).toHaveLength(1);
}

test("nowhere to be found, it is missed by its name", async () => {
  const { code, output } = await (await project()).up();
  expect(code).not.toBe(0);
  expect(output).toMatch(/resource plugin.*oceanbase-backup/);
});

test("it is found where Pulumi.yaml says", async () => {
  const found = await project(
    "plugins:\n  providers:\n    - { name: oceanbase-backup, path: ../../node_modules/.bin }\n",
  );
  expect(await found.up()).toMatchObject({ code: 0, output: expect.not.stringContaining("warning: using") });
  await expectStopped(found);
});

test("it is found on PATH", async () => {
  const found = await project();
  const { PATH = "" } = process.env;
  const cli = process.env.TEST_PULUMI_DIRECTORY as string;
  const path = [BIN, cli, PATH].join(delimiter);
  expect(await found.up({ PATH: path })).toMatchObject({ code: 0 });
  await expectStopped(found);
});

test("it is found by a script of npm, because the programs of a package are on its PATH", async () => {
  const found = await project("", { up: "pulumi up --yes --skip-preview --non-interactive" });
  const { code, output } = await run("npm", ["run", "up"], {
    cwd: found.directory,
    env: found.environment(),
    onLine: () => {},
  });
  expect({ code, output }).toMatchObject({ code: 0 });
  await expectStopped(found);
});

test("it is installed from the archive of a release", async () => {
  const archives = mkdtempSync(join(tmpdir(), "archives-"));
  folders.push(archives);
  await makeArchives(join(ROOT, "dist", "plugin"), archives, "0.1.0");
  const names = readdirSync(archives);
  expect(names).toHaveLength(5);
  const archive = names.find((name) => name.includes("linux-amd64")) as string;
  expect(archive).toBe("pulumi-resource-oceanbase-backup-v0.1.0-linux-amd64.tar.gz");
  const found = await project();
  await found.must(
    "plugin",
    "install",
    "resource",
    "oceanbase-backup",
    "0.1.0",
    "--file",
    join(archives, archive),
  );
  expect(await found.must("plugin", "ls")).toMatch(/oceanbase-backup\s+resource\s+0\.1\.0/);
  expect(await found.up()).toMatchObject({ code: 0 });
  await expectStopped(found);
});
