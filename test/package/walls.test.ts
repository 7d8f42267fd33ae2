import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, run } from "../tools/toolchain/run.mjs";

/*
 * The walls between the rooms stand: an import that goes through one is refused. Each is planted in a copy of the house.
 */
let house: string;
beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), "walls-"));
  symlinkSync(join(ROOT, "node_modules"), join(house, "node_modules"));
});
afterAll(() => rmSync(house, { recursive: true, force: true }));

/** What is looked at. */
const CODE = ["provider", "sdk/nodejs", "sdk/cli", "sdk/sandbox"];

/** What the check says of the house after these lines were added to its files. */
async function checked(added: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  for (const part of [...CODE, "tsconfig.json"]) {
    rmSync(join(house, part), { recursive: true, force: true });
    cpSync(join(ROOT, part), join(house, part), { recursive: true });
  }
  for (const [file, line] of Object.entries(added)) appendFileSync(join(house, file), `${line}\n`);
  const config = join(ROOT, "test", "tools", "walls", "walls.cjs");
  const main = join(ROOT, "node_modules", "dependency-cruiser", "bin", "dependency-cruiser.mjs");
  const args = [main, "--config", config, ...CODE];
  return await run(process.execPath, args, { cwd: house, onLine: () => {} });
}

test("the house as it is keeps to its walls", async () => {
  expect(await checked()).toMatchObject({ code: 0 });
});

const planted = (path: string) => `export * as planted from "${path}";`;

test.each([
  ["a front in a resource", "provider/resources/context.ts", "../dynamic/index", "resources-imports"],
  [
    "a resource in the database side",
    "provider/oceanbase/stop/plan.ts",
    "../../resources/context",
    "stop-imports",
  ],
  [
    "the action in the cleanup",
    "provider/oceanbase/cleanup/recoveryWindow.ts",
    "../stop/polling",
    "cleanup-imports",
  ],
  [
    "the cleanup in the jobs",
    "provider/oceanbase/jobs/jobFilter.ts",
    "../cleanup/recoveryWindow",
    "jobs-imports",
  ],
  ["the jobs in the cluster", "provider/oceanbase/cluster/scope.ts", "../jobs/jobFilter", "cluster-imports"],
  [
    "the cluster in the connection",
    "provider/oceanbase/connection/login.ts",
    "../cluster/views",
    "connection-imports",
  ],
  ["the database side in a front", "provider/dynamic/engine.ts", "../oceanbase/errors", "dynamic-imports"],
  ["the database side in the plugin", "provider/plugin/main.ts", "../oceanbase/errors", "plugin-imports"],
  ["one front in the other", "provider/plugin/engine.ts", "../dynamic/engine", "plugin-imports"],
  [
    "a resource where engines are talked to",
    "provider/engine/log.ts",
    "../resources/context",
    "engine-imports",
  ],
  [
    "code of a resource in a program",
    "sdk/nodejs/programRun.ts",
    "../../provider/resources/sessions",
    "nodejs-imports",
  ],
  [
    "the database side in the command line",
    "sdk/cli/jobs.ts",
    "../../provider/oceanbase/cluster/cluster",
    "cli-imports",
  ],
  ["Pulumi in the command line", "sdk/cli/jobs.ts", "@pulumi/pulumi", "pulumi-is-known"],
  ["the sandbox in another command", "sdk/cli/jobs.ts", "../sandbox/index.ts", "the-sandbox-is-known"],
  ["the sandbox at once in its own", "sdk/cli/sandbox.ts", "../sandbox/index.ts", "the-sandbox-is-loaded"],
  ["the sandbox in a program", "sdk/nodejs/index.ts", "../sandbox/index.ts", "the-sandbox-is-known"],
  ["the inside of the sandbox in its command", "sdk/cli/sandbox.ts", "../sandbox/clock.ts", "cli-imports"],
  ["the package in the sandbox", "sdk/sandbox/clock.ts", "../../provider/text.ts", "sandbox-imports"],
  ["an error table on the ground floor", "provider/text.ts", "./oceanbase/errors", "ground-floor"],
  ["mysql2 outside the driver", "provider/oceanbase/connection/pool.ts", "mysql2", "mysql2-is-known"],
  ["Pulumi below the fronts", "provider/resources/context.ts", "@pulumi/pulumi", "pulumi-is-known"],
  ["a circle", "provider/oceanbase/jobs/backupJobs.ts", "./jobList", "no-circle"],
])("%s is refused", async (_, file, path, rule) => {
  const { code, output } = await checked({ [file]: planted(path) });
  expect(code).toBeGreaterThan(0);
  expect(output).toMatch(new RegExp(`error ${rule}[\\w-]*: ${file.replaceAll(".", "\\.")}`));
});
