import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import mariadb from "mariadb";
import { afterEach, describe, expect, test } from "vitest";
import { CONSUMER, newProject } from "../tools/support/consumer.ts";
import { driverOptions } from "../tools/support/driverOptions.ts";
import { typeErrorsOf } from "../tools/support/typeCheck.ts";
import { ROOT, run } from "../tools/toolchain/run.mjs";

/*
 * The stand-in for a cluster as the installed package has it: for tests of a user, and on the command line.
 */
const INSTALLED = join(CONSUMER, "node_modules", "pulumi-oceanbase-backup");
const PROGRAM = join(CONSUMER, "node_modules", ".bin", "pulumi-oceanbase-backup");

/** The modules that a line of JavaScript loads in a user's folder, besides Node's own. */
function loadedBy(code: string): string[] {
  const script = `${code}; console.log(JSON.stringify(Object.keys(require.cache)))`;
  return JSON.parse(
    execFileSync(process.execPath, ["--no-warnings", "-e", script], { cwd: CONSUMER, encoding: "utf8" }),
  );
}

describe("loading", () => {
  const entries = ["", "/native", "/provider"];
  test.each(entries)("pulumi-oceanbase-backup%s does not load it", (entry) => {
    const loaded = loadedBy(`require("pulumi-oceanbase-backup${entry}")`);
    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.filter((file) => file.includes("sandbox"))).toEqual([]);
  });

  test("it loads no other package", () => {
    const loaded = loadedBy('require("pulumi-oceanbase-backup/sandbox")');
    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.filter((file) => !file.startsWith(join(INSTALLED, "dist", "sdk", "sandbox")))).toEqual([]);
  });

  test("the command line loads it for its own command only", () => {
    const loaded = loadedBy(`require("${join(INSTALLED, "dist", "sdk", "cli", "cli.js")}")`);
    expect(loaded.filter((file) => file.includes(join("sdk", "sandbox")))).toEqual([]);
  });
});

test("it has no dependency of its own in the manifest", () => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  expect(Object.keys(dependencies)).toEqual(["mysql2"]);
});

test("its types say what a test of a user may do, and nothing of what is behind them", () => {
  const directory = newProject("kit-types", {
    "tsconfig.json": JSON.stringify({
      compilerOptions: { strict: true, target: "es2022", module: "nodenext", noEmit: true, types: ["node"] },
      files: ["index.ts"],
    }),
    "index.ts": `
import { type Sandbox, type SandboxJob, startSandbox } from "pulumi-oceanbase-backup/sandbox";
export async function use(): Promise<readonly SandboxJob[]> {
  const sandbox: Sandbox = await startSandbox({ version: "4.3.5", tenants: { shop: "MYSQL" }, tls: true, speed: 10 });
  sandbox.startBackup("shop");
  sandbox.injectCut(/CANCEL BACKUP/, { when: "after", nth: 2 });
  sandbox.advance(30);
  const sent: string[] = sandbox.statements.map(({ sql }) => sql);
  await sandbox.stop();
  return sent.length === sandbox.cancels.length ? sandbox.jobs : [];
}
// @ts-expect-error there is no such version
startSandbox({ version: "3.1.5" });
export const inner = async () => (await startSandbox())
  // @ts-expect-error what is behind it does not show
  .server;
`,
  });
  expect(typeErrorsOf(directory)).toEqual([]);
});

describe("pulumi-oceanbase-backup sandbox", () => {
  const running: ChildProcess[] = [];
  afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
  });

  /** Starts it as a process, and reads what it says when it is ready. */
  async function start(...args: string[]) {
    const child = spawn(process.execPath, ["--no-warnings", PROGRAM, "sandbox", "--json", ...args], {
      cwd: CONSUMER,
      stdio: ["ignore", "pipe", "inherit"],
    });
    running.push(child);
    const exit = new Promise<number | string | null>((resolve) =>
      child.on("close", (code, signal) => resolve(signal ?? code)),
    );
    const line = await new Promise<string>((resolve) =>
      createInterface({ input: child.stdout }).once("line", resolve),
    );
    return { facts: JSON.parse(line), exit, kill: (signal: NodeJS.Signals) => child.kill(signal) };
  }

  test.each(["SIGTERM", "SIGINT"] as const)(
    "serves until %s, with sessions still open, and ends cleanly",
    async (signal) => {
      const { facts, exit, kill } = await start("--tls");
      const connection = await mariadb.createConnection(driverOptions(facts.environment));
      connection.on("error", () => {});
      await connection.query("ALTER SYSTEM BACKUP DATABASE");
      kill(signal);
      expect(await exit).toBe(0);
      expect(existsSync(facts.environment.OCEANBASE_TLS_CA_FILE)).toBe(false);
    },
  );

  test("refuses a port that is taken", async () => {
    const { facts } = await start();
    const args = ["--no-warnings", PROGRAM, "sandbox", "--port", String(facts.port)];
    const { code, output } = await run(process.execPath, args, { onLine: () => {} });
    expect({ code, output }).toEqual({
      code: 2,
      output: expect.stringContaining(`port ${facts.port} is in use;`),
    });
  });

  test("says what Node it needs where that has no node:sqlite", async () => {
    const args = ["--no-experimental-sqlite", PROGRAM, "sandbox"];
    const { code, output } = await run(process.execPath, args, { onLine: () => {} });
    expect({ code, output }).toEqual({
      code: 2,
      output: `the sandbox needs node:sqlite, which Node has from 22.13 on; this is ${process.version}\n`,
    });
  });
});
