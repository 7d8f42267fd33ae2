import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newProject } from "../tools/support/consumer.ts";
import prepare from "../tools/support/installedPackage.ts";
import { Stack } from "../tools/support/stack.ts";
import { ROOT } from "../tools/toolchain/run.mjs";
import { RECORDED_PORT, recordedCluster, recordedEnvironment } from "./recordedCluster.ts";

/*
 * Run once for every release (`npx node test/e2e/recordState.ts`): writes the state that this version leaves behind. Every later
 * version has to understand it (oldState.test.ts).
 */
await prepare();
const sandbox = await recordedCluster();
sandbox.startBackup("mysql_tenant");
sandbox.startBackup("oracle_tenant");
sandbox.setStuck("oracle_tenant", true);
sandbox.startBackup("spared_tenant");
sandbox.setPolicy("oracle_tenant", "7d");
const program = join(import.meta.dirname, "recordedProgram.js");
const project = newProject("recorded", { "index.js": readFileSync(program, "utf8") });
const stack = await Stack.create(project, recordedEnvironment(sandbox));
const up = ["up", "--yes", "--skip-preview", "--continue-on-error"];
await stack.pulumi(up, { RECORDED_WINDOW: "7d" });
// The policy is dropped and cannot be added again, neither the new one nor the old one.
sandbox.faults.inject({ match: /ADD DELETE/, times: 2, act: { kind: "error", errno: 1235 } });
await stack.pulumi(up);
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const directory = join(import.meta.dirname, "state", version);
mkdirSync(directory, { recursive: true });
const state = (await stack.export())
  .replaceAll(`"port": ${sandbox.port}`, `"port": ${RECORDED_PORT}`)
  .replaceAll(`127.0.0.1:${sandbox.port}`, `127.0.0.1:${RECORDED_PORT}`);
writeFileSync(join(directory, "state.json"), state);
cpSync(program, join(directory, "program.js"));
console.log(`written: the state of version ${version}`);
stack.remove();
await sandbox.stop();
