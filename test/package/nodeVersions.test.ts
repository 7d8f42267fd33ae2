import { execFile } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { environmentOf } from "../sdk/cli/cliRun.ts";
import { CONSUMER, newProject } from "../tools/support/consumer.ts";
import { FRONTS, PACKAGES } from "../tools/support/fronts.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";
import { PROGRAMS, VERSIONS } from "../tools/toolchain/packageManagers.mjs";

/*
 * On the last Node that is too old and on the first one that will do.
 */
const sandbox = useSandbox();

const PLUGIN = join(CONSUMER, "node_modules", ".bin", "pulumi-resource-oceanbase-backup");
const COMMAND_LINE = join(CONSUMER, "node_modules", ".bin", "pulumi-oceanbase-backup");
/** Where a stack of calls goes on. */
const TRACE = /^\s+at /m;

const program = (from: string) => `
  const { CancelBackup } = require("${from}");
  exports.ranOn = process.versions.node;
  exports.summary = new CancelBackup("stop", { tenants: ["mysql_tenant"] }).summary;`;

/** The environment in which Pulumi finds this Node first. */
const withNode = (node: string, stack: Stack) => ({
  PATH: [dirname(node), stack.environment().PATH].join(delimiter),
});

describe("a Node that is too old: each way into the package says so in one line, before anything is sent or shown", () => {
  const PROBLEM = `pulumi-oceanbase-backup: Node 22 or newer is needed, this is ${VERSIONS.oldNode}`;

  test.each(FRONTS)(
    "a program of a stack is refused: %s",
    async (front) => {
      const project = newProject("old-node", { "index.js": program(PACKAGES[front]) });
      const stack = await Stack.create(project, environmentFor(sandbox()));
      const { code, output } = await stack.preview(withNode(PROGRAMS.oldNode, stack));
      expect(code).not.toBe(0);
      expect(output).toContain(`error: ${PROBLEM}\n`);
      expect(output).not.toMatch(TRACE);
      stack.remove();
    },
    60_000,
  );

  test("destroy, which runs no program, is refused by the provider", async () => {
    const project = newProject("old-node", { "index.js": program(PACKAGES.dynamic) });
    const stack = await Stack.create(project, environmentFor(sandbox()));
    await stack.must("up", "--yes", "--skip-preview");
    const { code, output } = await stack.destroy(withNode(PROGRAMS.oldNode, stack));
    expect(code).not.toBe(0);
    expect(output).toContain(PROBLEM);
    expect(output).not.toMatch(TRACE);
    await stack.must("destroy", "--yes", "--skip-preview");
    stack.remove();
  }, 120_000);

  test("the plugin ends at once", async () => {
    const ended = await new Promise((resolve) => {
      execFile(PROGRAMS.oldNode, [PLUGIN, "127.0.0.1:1"], (error, stdout, stderr) =>
        resolve({ code: error?.code, stdout, stderr }),
      );
    });
    expect(ended).toEqual({ code: 1, stdout: "", stderr: `${PROBLEM}\n` });
  });
});

describe(`Node ${VERSIONS.oldestNode}`, () => {
  test.each(FRONTS)(
    "runs up and destroy: %s",
    async (front) => {
      sandbox().startBackup("mysql_tenant");
      const project = newProject("oldest-node", { "index.js": program(PACKAGES[front]) });
      const stack = await Stack.create(project, environmentFor(sandbox()));
      const env = withNode(PROGRAMS.oldestNode, stack);
      const up = await stack.up(env);
      expect(up.code, up.output).toBe(0);
      expect(await stack.outputs()).toEqual({
        ranOn: VERSIONS.oldestNode,
        summary: "1 backup job: mysql_tenant job 1 CANCELED",
      });
      const destroyed = await stack.destroy(env);
      expect(destroyed.code, destroyed.output).toBe(0);
      stack.remove();
    },
    120_000,
  );

  test("runs the command line, all but the sandbox, which says what it needs", async () => {
    const env = environmentOf(sandbox(), sandbox().logins.sys);
    const runCli = promisify(execFile);
    const doctor = await runCli(PROGRAMS.oldestNode, [COMMAND_LINE, "doctor", "--no-tls"], { env });
    expect(doctor).toEqual({ stdout: expect.stringContaining("all that is needed is there"), stderr: "" });
    await expect(runCli(PROGRAMS.oldestNode, [COMMAND_LINE, "sandbox"], { env })).rejects.toMatchObject({
      code: 2,
      stdout: "",
      stderr: `the sandbox needs node:sqlite, which Node has from 22.13 on; this is v${VERSIONS.oldestNode}\n`,
    });
  });
});
