import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import mariadb from "mariadb";
import { expect, test } from "vitest";
import { ROOT } from "../../tools/toolchain/run.mjs";

const MAIN = join(ROOT, "sdk", "sandbox", "main.ts");

/** Starts the sandbox as a program and reads its first line. */
async function startProgram(...args: string[]) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, ...args]);
  let errors = "";
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const exit = new Promise<number | null>((resolve) => child.on("close", resolve));
  const lines = createInterface({ input: child.stdout });
  const firstLine = await Promise.race([
    new Promise<string>((resolve) => lines.once("line", resolve)),
    exit.then(() => ""),
  ]);
  return { firstLine, stop: () => child.kill("SIGTERM"), exit, errors: () => errors };
}

test("one line says all there is to know, and SIGTERM ends the program", async () => {
  const program = await startProgram("--speed", "50", "--tls");
  const ready = JSON.parse(program.firstLine);
  expect(ready).toMatchObject({
    host: "127.0.0.1",
    cluster: "obdemo",
    speed: 50,
    note: expect.stringContaining("stand-in"),
  });
  expect(ready.logins.map((login: { login: string }) => login.login)).toEqual([
    "root@sys",
    "reader@sys",
    "root@mysql_tenant",
    "SYS@oracle_tenant",
  ]);
  expect(new Set(ready.logins.map((login: { password: string }) => login.password)).size).toBe(4);
  const connection = await mariadb.createConnection({
    host: ready.tls.hostName,
    port: ready.port,
    user: "root@sys",
    password: ready.logins[0].password,
    ssl: { ca: readFileSync(ready.tls.caFile, "utf8") },
  });
  await connection.query("ALTER SYSTEM BACKUP DATABASE");
  await connection.end();
  program.stop();
  expect(await program.exit).toBe(0);
  expect(() => readFileSync(ready.tls.caFile)).toThrow();
});

test("the version that is asked for is played", async () => {
  const program = await startProgram("--version", "4.6.0");
  const ready = JSON.parse(program.firstLine);
  expect(ready.version).toBe("4.6.0.0");
  const connection = await mariadb.createConnection({
    host: ready.host,
    port: ready.port,
    user: "root@sys",
    password: ready.logins[0].password,
  });
  expect(await connection.query("SELECT OB_VERSION() AS V")).toEqual([{ V: "4.6.0.0" }]);
  await connection.end();
  program.stop();
  await program.exit;
});

test.each([
  [
    ["--version", "4.2"],
    "version 4.2 is not played; these are: 4.0.0, 4.1.0, 4.2.1, 4.2.5, 4.3.5, 4.4.2, 4.5.0, 4.6.0",
  ],
  [["--port", "x"], "--port x is not a port number"],
  [["--speed", "0"], "--speed 0 is not a number above 0"],
  [["--nonsense"], "--nonsense"],
])("%j is refused with the way to call it", async (args, message) => {
  const program = await startProgram(...args);
  expect(await program.exit).toBe(2);
  expect(program.errors()).toContain(message);
  expect(program.errors()).toContain("npm run sandbox --");
});
