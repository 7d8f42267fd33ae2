import { rmSync } from "node:fs";
import { join } from "node:path";
import mysql from "mysql2/promise";
import { type Sandbox, startSandbox } from "../../../sdk/sandbox/sandbox.ts";
import { copyOfExample, installPackage } from "../support/consumer.ts";
import { ensurePulumi, pulumiEnvironment } from "../toolchain/pulumi.mjs";
import { run } from "../toolchain/run.mjs";

/*
 * `npm run demo`: the example `quickstart` with the real Pulumi CLI against the sandbox. Two tenants are being
 * backed up; `pulumi up` stops the one that the program names, and nothing else.
 */

/** Cluster time runs this much faster than the clock on the wall: a stop takes seconds instead of half a minute. */
const SPEED = 6;

const PAUSE_BEFORE_MS = 2000;

async function demo(): Promise<void> {
  say("Installing the package from its packed tarball, as a user would");
  await installPackage();
  const project = copyOfExample("quickstart");
  const pulumiDirectory = await ensurePulumi();

  const sandbox = await startSandbox({ speed: SPEED });
  say(
    `A stand-in for an OceanBase cluster listens on 127.0.0.1:${sandbox.port}; its time runs ${SPEED} times as fast as yours. Two tenants are being backed up`,
  );
  await startBackups(sandbox);
  await new Promise((resolve) => setTimeout(resolve, PAUSE_BEFORE_MS));
  await showJobs(sandbox);

  const environment = {
    ...pulumiEnvironment(pulumiDirectory, join(project, ".state")),
    OCEANBASE_HOST: "127.0.0.1",
    OCEANBASE_PORT: String(sandbox.port),
    OCEANBASE_PASSWORD: sandbox.logins.sys.password,
  };
  const pulumi = async (...args: string[]) => {
    say(`pulumi ${args.join(" ")}`);
    const { code } = await run(join(pulumiDirectory, "pulumi"), args, { cwd: project, env: environment });
    if (code !== 0) throw new Error(`pulumi ${args[0]} ended with exit code ${code}`);
  };
  try {
    await pulumi("stack", "init", "demo");
    await pulumi("up", "--yes");
    await showJobs(sandbox);
    say(`The server got ${sandbox.log.cancels.length} statement:\n  ${sandbox.log.cancels.join("\n  ")}`);
    await pulumi("destroy", "--yes");
    say(
      "What this was: pulumi up stopped the backup of mysql_tenant by one statement, waited until it had ended, and left that of oracle_tenant alone. The stand-in and the stack are gone. For a project of your own: README.md",
    );
  } finally {
    await sandbox.stop();
    rmSync(project, { recursive: true, force: true });
  }
}

/** Both administrators start a backup of their tenant, by the statement they would use. */
async function startBackups(sandbox: Sandbox): Promise<void> {
  for (const { user, tenant, password } of [sandbox.logins.mysqlTenant, sandbox.logins.oracleTenant]) {
    const connection = await mysql.createConnection({
      host: "127.0.0.1",
      port: sandbox.port,
      user: `${user}@${tenant}`,
      password,
    });
    await connection.query("ALTER SYSTEM BACKUP DATABASE");
    await connection.end();
  }
}

/** The jobs as an administrator sees them: the running ones and the ended ones. */
async function showJobs(sandbox: Sandbox): Promise<void> {
  const { user, tenant, password } = sandbox.logins.sys;
  const connection = await mysql.createConnection({
    host: "127.0.0.1",
    port: sandbox.port,
    user: `${user}@${tenant}`,
    password,
    dateStrings: true,
  });
  for (const view of ["CDB_OB_BACKUP_JOBS", "CDB_OB_BACKUP_JOB_HISTORY"]) {
    const [rows] = await connection.query(
      `SELECT TENANT_ID, JOB_ID, STATUS, RESULT, START_TIMESTAMP, END_TIMESTAMP FROM oceanbase.${view} ORDER BY TENANT_ID`,
    );
    console.log(`\noceanbase.${view}`);
    if ((rows as unknown[]).length > 0) console.table(rows);
    else console.log("  (no rows)");
  }
  await connection.end();
}

function say(text: string): void {
  console.log(`\n=== ${text}\n`);
}

demo().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
