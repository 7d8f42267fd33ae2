import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { newProject } from "../support/consumer.ts";
import { useSandbox } from "../support/sandbox.ts";
import { environmentFor, Stack } from "../support/stack.ts";
import { RECORDED_PASSWORD, RECORDED_PROGRAM } from "./recordedProgram.ts";

/*
 * State that a released version has written, taken up by this one.
 */
const sandbox = useSandbox();
let stack: Stack | undefined;
afterEach(() => stack?.remove());

const directory = join(import.meta.dirname, "state");

test.each(readdirSync(directory))("the state in %s is refreshed, updated and destroyed", async (file) => {
  sandbox().cluster.tenants.setPassword("sys", "root", RECORDED_PASSWORD);
  const environment = { ...environmentFor(sandbox()), OCEANBASE_PASSWORD: RECORDED_PASSWORD };
  stack = await Stack.create(newProject("recorded", { "index.js": RECORDED_PROGRAM }), environment);
  const state = readFileSync(join(directory, file), "utf8").replaceAll(
    '"port": 2881',
    `"port": ${sandbox().port}`,
  );
  const imported = join(stack.directory, "state.json");
  writeFileSync(imported, state);
  await stack.must("stack", "import", "--file", imported);

  // The job of the unfinished record, as the same cluster would have it in its history by now.
  sandbox().startBackup("oracle_tenant");
  await expect
    .poll(() => sandbox().rows("SELECT status FROM oceanbase.__all_backup_job"))
    .toEqual([{ status: "DOING" }]);
  expect((await stack.refresh()).code).toBe(0);
  sandbox().finishBackup("oracle_tenant");
  await expect.poll(() => sandbox().rows("SELECT * FROM oceanbase.__all_backup_job")).toEqual([]);

  const up = await stack.up();
  expect(up).toMatchObject({ code: 0, output: expect.stringMatching(/~ 1 updated\s+4 unchanged/) });
  const resources = await stack.resources();
  const outcomes = resources.flatMap(({ urn, outputs }) =>
    outputs?.outcome ? [[urn.split("::").at(-1), outputs.outcome]] : [],
  );
  expect(Object.fromEntries(outcomes)).toEqual({
    stopped: "stopped",
    issued: "issued",
    armed: "armed",
    unfinished: "stopped",
  });
  expect(sandbox().log.cancels).toEqual([]);

  expect((await stack.destroy()).code).toBe(0);
  expect(sandbox().log.cancels).toEqual([
    "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `oracle_tenant`",
  ]);
});
