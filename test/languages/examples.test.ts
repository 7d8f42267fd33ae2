import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { exampleStack, exampleStacks, runtimeOf } from "../tools/support/languages.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { configureClusters, startEast } from "../tools/support/severalClusters.ts";
import type { Stack } from "../tools/support/stack.ts";
import { ROOT } from "../tools/toolchain/run.mjs";

/*
 * Every example in another language as a user runs it, by Pulumi's own host of that language: preview, up, up again,
 * destroy. A new one without a test here is a failure.
 */
const sandbox = useSandbox();
const LANGUAGES = ["yaml", "python", "go"];
const cancels = () => sandbox().log.cancels;
const tested = new Set<string>();
let stack: Stack | undefined;
afterEach(() => stack?.remove());

async function example(name: string): Promise<Stack> {
  tested.add(name);
  stack = await exampleStack(name, sandbox());
  return stack;
}

const unchanged = { code: 0, output: expect.stringMatching(/Resources:\s+\d unchanged/) };

test.each(LANGUAGES)("quickstart-%s stops one tenant's backup from sys", async (language) => {
  sandbox().startBackup("mysql_tenant");
  sandbox().startBackup("oracle_tenant");
  const running = await example(`quickstart-${language}`);
  expect(await running.preview()).toMatchObject({
    code: 0,
    output: expect.stringMatching(/1 backup job runs now: mysql_tenant job 1 .*; would send ALTER SYSTEM/),
  });
  expect(cancels()).toEqual([]);
  expect(await running.up()).toMatchObject({ code: 0 });
  expect(await running.outputs()).toMatchObject({ summary: "1 backup job: mysql_tenant job 1 CANCELED" });
  expect(await running.up()).toMatchObject(unchanged);
  expect(await running.destroy()).toMatchObject({ code: 0 });
  expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
});

test.each(LANGUAGES)("teardown-%s stops the backup before what it depends on goes", async (language) => {
  const running = await example(`teardown-${language}`);
  expect(await running.up()).toMatchObject({ code: 0 });
  expect(await running.up()).toMatchObject(unchanged);
  expect(cancels()).toEqual([]);
  sandbox().startBackup("mysql_tenant");
  expect(await running.destroy()).toMatchObject({ code: 0 });
  expect(
    sandbox()
      .log.matching(/^ALTER/)
      .slice(1),
  ).toEqual([
    "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`",
    "ALTER SYSTEM DROP DELETE BACKUP POLICY = 'default' TENANT = `mysql_tenant`",
  ]);
});

test("several-clusters-yaml stops the backups of two clusters, each with its own login, and lists what runs after", async () => {
  const east = await startEast();
  try {
    for (const cluster of [sandbox(), east]) cluster.startBackup("mysql_tenant");
    const running = await example("several-clusters-yaml");
    await configureClusters(running, sandbox(), east);
    expect(await running.up()).toMatchObject({ code: 0 });
    const stopped = "1 backup job: mysql_tenant job 1 CANCELED";
    expect(await running.outputs()).toEqual({ west: stopped, east: stopped, runningInTheEast: [] });
    east.startBackup("oracle_tenant");
    expect(await running.up()).toMatchObject(unchanged);
    expect(await running.outputs()).toMatchObject({ runningInTheEast: [{ tenant: "oracle_tenant" }] });
    expect(await running.destroy()).toMatchObject({ code: 0 });
    const all = ["ALTER SYSTEM CANCEL BACKUP"];
    expect([cancels(), east.log.cancels]).toEqual([all, all]);
  } finally {
    await east.stop();
  }
});

test("no example in another language is left out here", () => {
  const folder = join(ROOT, "examples");
  const others = exampleStacks().filter((name) => runtimeOf(join(folder, name)) !== "nodejs");
  expect([...tested].sort()).toEqual(others.sort());
});
