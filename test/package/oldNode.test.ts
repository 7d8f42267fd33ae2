import { execFile } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { CONSUMER, newProject } from "../tools/support/consumer.ts";
import { FRONTS, PACKAGES } from "../tools/support/fronts.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";
import { PROGRAMS, VERSIONS } from "../tools/toolchain/packageManagers.mjs";

/*
 * The last Node that is too old: each way into the package says so in one line, before anything is sent or shown.
 */
const sandbox = useSandbox();

const PROBLEM = `pulumi-oceanbase-backup: Node 22 or newer is needed, this is ${VERSIONS.oldNode}`;
/** Where a stack of calls goes on. */
const TRACE = /^\s+at /m;

const program = (from: string) => `
  const { CancelBackup } = require("${from}");
  new CancelBackup("stop", { tenants: ["mysql_tenant"] });`;

/** The environment in which Pulumi finds the old Node first. */
const withOldNode = (stack: Stack) => ({
  PATH: [dirname(PROGRAMS.oldNode), stack.environment().PATH].join(delimiter),
});

test.each(FRONTS)(
  "a program of a stack is refused: %s",
  async (front) => {
    const project = newProject("old-node", { "index.js": program(PACKAGES[front]) });
    const stack = await Stack.create(project, environmentFor(sandbox()));
    const { code, output } = await stack.preview(withOldNode(stack));
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
  const { code, output } = await stack.destroy(withOldNode(stack));
  expect(code).not.toBe(0);
  expect(output).toContain(PROBLEM);
  expect(output).not.toMatch(TRACE);
  await stack.must("destroy", "--yes", "--skip-preview");
  stack.remove();
}, 120_000);

test("the plugin ends at once", async () => {
  const plugin = join(CONSUMER, "node_modules", ".bin", "pulumi-resource-oceanbase-backup");
  const ended = await new Promise((resolve) => {
    execFile(PROGRAMS.oldNode, [plugin, "127.0.0.1:1"], (error, stdout, stderr) =>
      resolve({ code: error?.code, stdout, stderr }),
    );
  });
  expect(ended).toEqual({ code: 1, stdout: "", stderr: `${PROBLEM}\n` });
});
