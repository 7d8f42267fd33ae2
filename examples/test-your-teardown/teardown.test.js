// Its tests: the whole life of the stack, by the real CLI, against a stand-in for a cluster. `npm test` runs them.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { startSandbox } from "pulumi-oceanbase-backup/sandbox";

const CANCEL = "ALTER SYSTEM CANCEL BACKUP TENANT = `shop`";

let sandbox;
let state;
let stack;

beforeEach(async () => {
  // A cancelled backup takes up to 30 s to stop; with this speed that is a tenth of a second.
  sandbox = await startSandbox({ tenants: { shop: "MYSQL", ledger: "ORACLE" }, speed: 300 });
  state = await mkdtemp(join(tmpdir(), "teardown-state-"));
  const envVars = {
    ...sandbox.environment(),
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE: "",
  };
  const where = { stackName: "test", workDir: import.meta.dirname };
  stack = await LocalWorkspace.createOrSelectStack(where, { envVars });
});

afterEach(async () => {
  await stack.workspace.removeStack("test", { force: true });
  await rm(state, { recursive: true });
  await sandbox.stop();
});

test("the backup goes on while the stack stands, and stops when it is taken down, by one statement", async () => {
  sandbox.startBackup("shop");
  sandbox.startBackup("ledger");

  const { outputs } = await stack.up();
  assert.equal(outputs.outcome.value, "deferred");
  assert.deepEqual(sandbox.cancels, []);

  const { summary } = await stack.destroy();
  assert.equal(summary.result, "succeeded");
  assert.deepEqual(sandbox.cancels, [CANCEL]);
  assert.deepEqual(sandbox.jobs, [
    { tenant: "shop", jobId: "1", status: "CANCELED" },
    { tenant: "ledger", jobId: "1", status: "DOING" },
  ]);
});

test("a reply that is lost leads to no second statement", async () => {
  sandbox.startBackup("shop");
  await stack.up();
  sandbox.injectCut(/CANCEL BACKUP/, { when: "after" });

  await stack.destroy();
  assert.deepEqual(sandbox.cancels, [CANCEL]);
  assert.equal(sandbox.jobs[0].status, "CANCELED");
});

test("a cluster that refuses keeps the stack, and the next destroy does it", async () => {
  sandbox.startBackup("shop");
  await stack.up();
  sandbox.injectError(/CANCEL BACKUP/, { errno: 1227 });

  await assert.rejects(stack.destroy(), /1227/);
  assert.equal(sandbox.jobs[0].status, "DOING");

  await stack.destroy();
  assert.deepEqual(sandbox.cancels, [CANCEL, CANCEL]);
  assert.equal(sandbox.jobs[0].status, "CANCELED");
});
