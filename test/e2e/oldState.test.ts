import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Sandbox } from "../../sdk/sandbox/sandbox.ts";
import { newProject } from "../tools/support/consumer.ts";
import { untilJobs } from "../tools/support/sandbox.ts";
import { Stack } from "../tools/support/stack.ts";
import { RECORDED_PORT, recordedCluster, recordedEnvironment } from "./recordedCluster.ts";

/*
 * State that a released version has written, with the program that wrote it, taken up by this version.
 */
let sandbox: Sandbox;
let stack: Stack | undefined;
afterEach(async () => {
  stack?.remove();
  await sandbox.stop();
});

const directory = join(import.meta.dirname, "state");

/** What becomes of the records: of each by the next `up`, and what the `destroy` sends. */
interface Expected {
  up: RegExp;
  outcomes: Record<string, string>;
  policyStatements?: { up: RegExp[]; destroy: number };
  cancels: string[];
}

/** Of the program as it is recorded today; the half changed policy is found to be gone by the refresh. */
const TODAY: Expected = {
  up: /\+ 1 created\s+~ 2 updated\s+3 changes\. 9 unchanged/,
  outcomes: {
    stopped: "stopped",
    keptStopped: "stopped",
    issued: "issued",
    armed: "deferred",
    // The tenant has been made since.
    doubtful: "deferred",
    unfinished: "stopped",
    timedOut: "timedOut",
    spared: "excluded",
  },
  policyStatements: { up: [/ADD DELETE BACKUP POLICY .*'14d'/], destroy: 3 },
  cancels: [
    "ALTER SYSTEM CANCEL BACKUP TENANT = `later_tenant`",
    "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `oracle_tenant`",
  ],
};

/** By version, where it is not {@link TODAY}'s. The early one knew only CancelBackup, and saved longer stack traces. */
const EXPECTED: Record<string, Expected> = {
  "0.1.0-early": {
    up: /~ 1 updated\s+4 unchanged/,
    outcomes: { stopped: "stopped", issued: "issued", armed: "deferred", unfinished: "stopped" },
    cancels: ["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `oracle_tenant`"],
  },
};

test.each(readdirSync(directory))("the state of %s is refreshed, updated and destroyed", async (version) => {
  const expected = EXPECTED[version] ?? TODAY;
  const recorded = (file: string) => readFileSync(join(directory, version, file), "utf8");
  sandbox = await recordedCluster();
  for (const tenant of ["mysql_tenant", "oracle_tenant"]) sandbox.setPolicy(tenant, "7d");
  const project = newProject("recorded", { "index.js": recorded("program.js") });
  stack = await Stack.create(project, recordedEnvironment(sandbox));
  const state = recorded("state.json").replaceAll(`"port": ${RECORDED_PORT}`, `"port": ${sandbox.port}`);
  const imported = join(stack.directory, "state.json");
  writeFileSync(imported, state);
  await stack.must("stack", "import", "--file", imported);

  // The job of the unfinished record, as the same cluster would have it in its history by now.
  sandbox.startBackup("oracle_tenant");
  await untilJobs(sandbox, "DOING");
  expect(await stack.refresh()).toMatchObject({ code: 0 });
  sandbox.finishBackup("oracle_tenant");
  await untilJobs(sandbox);
  expect(sandbox.log.matching(/^ALTER/)).toEqual([]);

  sandbox.addTenant("later_tenant");
  expect(await stack.up()).toMatchObject({ code: 0, output: expect.stringMatching(expected.up) });
  const resources = await stack.resources();
  const outcomes = resources.flatMap(({ urn, outputs }) =>
    outputs?.outcome ? [[urn.split("::").at(-1), outputs.outcome]] : [],
  );
  expect(Object.fromEntries(outcomes)).toEqual(expected.outcomes);
  const policies = expected.policyStatements ?? { up: [], destroy: 0 };
  expect(sandbox.log.matching(/^ALTER/)).toEqual(policies.up.map((text) => expect.stringMatching(text)));
  expect(await stack.up()).toMatchObject({ code: 0, output: expect.stringMatching(/^ +\d+ unchanged/m) });

  sandbox.log.clear();
  expect(await stack.destroy()).toMatchObject({ code: 0 });
  expect(sandbox.log.cancels.toSorted()).toEqual(expected.cancels);
  expect(sandbox.log.matching(/DROP DELETE BACKUP POLICY/)).toHaveLength(policies.destroy);
  expect(await stack.resources()).toEqual([]);
});
