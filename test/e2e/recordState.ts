import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSandbox } from "../sandbox/sandbox.ts";
import { newProject } from "../support/consumer.ts";
import prepare from "../support/installedPackage.ts";
import { environmentFor, Stack } from "../support/stack.ts";
import { ROOT } from "../toolchain/run.mjs";
import { RECORDED_PASSWORD, RECORDED_PROGRAM } from "./recordedProgram.ts";

/*
 * Run once for every release (`npm run record-state`): writes the state that this version leaves behind. Every later
 * version has to understand it (oldState.test.ts).
 */
await prepare();
const sandbox = await startSandbox({ speed: 300, timing: { backupSeconds: 1_000_000 } });
sandbox.cluster.tenants.setPassword("sys", "root", RECORDED_PASSWORD);
sandbox.startBackup("mysql_tenant");
sandbox.startBackup("oracle_tenant");
sandbox.setStuck("oracle_tenant", true);
const environment = { ...environmentFor(sandbox), OCEANBASE_PASSWORD: RECORDED_PASSWORD };
const stack = await Stack.create(newProject("recorded", { "index.js": RECORDED_PROGRAM }), environment);
await stack.up();
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const directory = join(import.meta.dirname, "state");
mkdirSync(directory, { recursive: true });
const state = (await stack.export())
  .replaceAll(`"port": ${sandbox.port}`, '"port": 2881')
  .replaceAll(`127.0.0.1:${sandbox.port}`, "127.0.0.1:2881");
writeFileSync(join(directory, `${version}.json`), state);
console.log(`written: the state of version ${version}`);
stack.remove();
await sandbox.stop();
