import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import mysql from "mysql2/promise";
import { takePort } from "../tools/support/ports.ts";
import { ensureKernel } from "../tools/toolchain/kernel.mjs";
import { TOOLCHAIN } from "../tools/toolchain/run.mjs";

/** Seen: 1 to 2 s, 340 MB of memory, 390 MB of disk. */
const START_TIMEOUT_MS = 120_000;

/**
 * As small as the server takes it. It writes past the page cache, which a file system in memory may refuse: its data
 * lies in the project.
 */
const PARAMETERS = ["memory_limit=1G", "datafile_size=256M", "log_disk_size=2G"];

/**
 * Runs the server for as long as its standard input is open: however the tests end, that closes, the server is killed and
 * its data removed. When the server ends by itself, nobody is left who would kill whoever has its number by then.
 */
const WATCHDOG = `
trap '' PIPE
data=$1; shift; exec 3<&0
"$@" & server=$!
{ read -r _ <&3; kill -9 $server; } >/dev/null 2>&1 & watch=$!
wait $server 2>/dev/null
kill $watch 2>/dev/null
rm -rf "$data"
`;

/** A server of OceanBase's own kernel: its real SQL engine and protocol, but one tenant and no backups. */
export interface Kernel {
  port: number;
  /** Of root@sys. */
  password: string;
  stop(): Promise<void>;
}

export async function startKernel(): Promise<Kernel> {
  const program = await ensureKernel();
  mkdirSync(TOOLCHAIN, { recursive: true });
  const data = mkdtempSync(join(TOOLCHAIN, "kernel-data-"));
  const port = await takePort(isFree);
  const options = ["--nodaemon", "--port", String(port), "--base-dir", data, "--log-level", "ERROR"];
  const parameters = PARAMETERS.flatMap((parameter) => ["--parameter", parameter]);
  const watchdog = spawn("sh", ["-c", WATCHDOG, "sh", data, program, ...options, ...parameters], {
    cwd: data,
    stdio: ["pipe", "pipe", "pipe"],
    // A Ctrl+C goes to the tests, which then let go of the server.
    detached: true,
  });
  try {
    const password = "kernel-password";
    await setRootPassword(port, password, watchdog);
    return { port, password, stop: () => stop(watchdog) };
  } catch (error) {
    await stop(watchdog);
    throw error;
  }
}

async function stop(watchdog: ChildProcess): Promise<void> {
  const exited = watchdog.exitCode === null ? once(watchdog, "exit") : undefined;
  watchdog.stdin?.end();
  await exited;
}

/** Waits for the server and gives its administrator, who has none at first, a password. */
async function setRootPassword(port: number, password: string, watchdog: ChildProcess): Promise<void> {
  let printed = "";
  for (const stream of [watchdog.stdout, watchdog.stderr]) {
    stream?.on("data", (data) => {
      printed += data;
    });
  }
  const untilMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      const connection = await mysql.createConnection({ host: "127.0.0.1", port, user: "root@sys" });
      await connection.query(`ALTER USER root IDENTIFIED BY '${password}'`);
      await connection.end();
      return;
    } catch (error) {
      if (watchdog.exitCode !== null || Date.now() > untilMs) {
        throw new Error(`the kernel did not start: ${error}\n${printed}`);
      }
      await pause(200);
    }
  }
}

/** Nobody listens there. */
async function isFree(port: number): Promise<void> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  server.close();
  await once(server, "close");
}
