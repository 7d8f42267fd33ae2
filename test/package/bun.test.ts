import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { environmentOf } from "../sdk/cli/cliRun.ts";
import { CONSUMER, newProject } from "../tools/support/consumer.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";
import { PROGRAMS, VERSIONS } from "../tools/toolchain/packageManagers.mjs";
import { run } from "../tools/toolchain/run.mjs";

/*
 * Bun in the place of Node, as `bun --bun` puts it there: for the program of a stack, for Pulumi's host of dynamic providers, for
 * the plugin, and for the commands. Pulumi's own `runtime: bun` needs a host that no module holds, so it is not tried.
 */
const sandbox = useSandbox();
let bin: string;
beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), "bun-"));
  symlinkSync(PROGRAMS.bun, join(bin, "node"));
});
afterAll(() => rmSync(bin, { recursive: true, force: true }));

const IMPORTS = `import { CancelBackup } from "pulumi-oceanbase-backup";
import * as native from "pulumi-oceanbase-backup/native";`;

test("a program in TypeScript, and both fronts", async () => {
  const project = newProject("bun", {
    "package.json": '{ "main": "index.ts" }',
    "index.ts": `${IMPORTS}
export const first = new CancelBackup("first", { tenants: ["mysql_tenant"] }).summary;
export const second = new native.CancelBackup("second", { tenants: ["oracle_tenant"] }).summary;
export const bun: string = process.versions.bun;`,
  });
  for (const tenant of ["mysql_tenant", "oracle_tenant"]) sandbox().startBackup(tenant);
  const stack = await Stack.create(project, environmentFor(sandbox()));
  const byBun = { PATH: [bin, stack.environment().PATH].join(delimiter) };
  expect(await stack.up(byBun)).toMatchObject({ code: 0 });
  expect(await stack.outputs()).toEqual({
    first: "1 backup job: mysql_tenant job 1 CANCELED",
    second: "1 backup job: oracle_tenant job 1 CANCELED",
    bun: VERSIONS.bun,
  });
  expect(await stack.refresh(byBun)).toMatchObject({
    code: 0,
    output: expect.stringMatching(/Resources:\s+\d unchanged/),
  });
  expect(await stack.destroy(byBun)).toMatchObject({ code: 0 });
  expect(sandbox().log.cancels).toHaveLength(2);
  stack.remove();
}, 120_000);

test("the commands", async () => {
  const program = join(CONSUMER, "node_modules", ".bin", "pulumi-oceanbase-backup");
  const env = { ...environmentOf(sandbox(), sandbox().logins.sys), PATH: process.env.PATH };
  const doctor = await run(PROGRAMS.bun, [program, "doctor"], { cwd: CONSUMER, env, onLine: () => {} });
  expect(doctor).toMatchObject({
    code: 0,
    output: expect.stringContaining("\nResult: all that is needed is there\n"),
  });
});
