import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Sandbox, SandboxOptions, SandboxTenantMode } from "../sandbox/index.ts" with {
  "resolution-mode": "import",
};
import { type CliCommand, EXIT } from "./command";
import { namesIn, type Options } from "./options";
import { section, tableText } from "./table";

/** What it says before everything else. */
const NOTE = "a stand-in for an OceanBase cluster: it holds no data and backs nothing up";

/** A person at a keyboard has an hour for a backup; the cluster's time is sped up by `--speed`. */
const BACKUP_SECONDS = 3600;

/** Starts a stand-in for a cluster, and serves until the process is asked to end. */
export const sandbox: CliCommand = {
  about: "serve a stand-in for a cluster, which holds no data, until SIGINT or SIGTERM",
  options: {
    port: "<port>",
    version: "<version>",
    tenants: "<name,name:oracle>",
    backups: "<name,name>",
    speed: "<times>",
    tls: "flag",
    json: "flag",
  },
  async run(options, io) {
    const { startSandbox } = await loadSandbox();
    const started = await startSandbox(optionsOf(options)).catch(refusePort);
    const caFile = started.ca === undefined ? undefined : newFile(started.ca);
    try {
      const { backups } = options.texts;
      for (const tenant of backups === undefined ? [] : namesIn(backups)) started.startBackup(tenant);
      const environment = environmentOf(started, caFile);
      io.print(
        options.has("json")
          ? JSON.stringify(factsOf(started, environment))
          : sandboxText(started, environment).join("\n"),
      );
      await io.askedToEnd();
    } finally {
      await started.stop();
      if (caFile !== undefined) rmSync(dirname(caFile), { recursive: true, force: true });
    }
    return EXIT.allWell;
  },
};

/** The other commands do without it. */
async function loadSandbox() {
  try {
    return await import("../sandbox/index.ts");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_UNKNOWN_BUILTIN_MODULE") throw error;
    throw new Error(
      `the sandbox needs node:sqlite, which Node has from 22.13 on; this is ${process.version}`,
    );
  }
}

function optionsOf({ texts, has }: Options): SandboxOptions {
  const { version, tenants } = texts;
  const port = Number(texts.port ?? 0);
  const speed = Number(texts.speed ?? 1);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port ${texts.port} is not a port number`);
  }
  if (!(speed > 0)) throw new Error(`--speed ${texts.speed} is not a number above 0`);
  return {
    port,
    speed,
    tls: has("tls"),
    backupSeconds: BACKUP_SECONDS,
    // The sandbox itself refuses a version that it does not play.
    ...(version === undefined ? {} : { version: version as NonNullable<SandboxOptions["version"]> }),
    ...(tenants === undefined ? {} : { tenants: Object.fromEntries(namesIn(tenants).map(tenantOf)) }),
  };
}

function refusePort(error: NodeJS.ErrnoException & { port?: number }): never {
  if (error.code !== "EADDRINUSE") throw error;
  throw new Error(`port ${error.port} is in use; give another --port, or leave it out for one that is free`);
}

/** `name`, or `name:oracle`. */
function tenantOf(text: string): [name: string, mode: SandboxTenantMode] {
  const [, name = "", mode] = /^([^:]+?)(:oracle)?$/i.exec(text) ?? [];
  if (name === "") throw new Error(`--tenants: "${text}" is neither name nor name:oracle`);
  return [name, mode === undefined ? "MYSQL" : "ORACLE"];
}

/** The authority of its certificate in a file, for clients of any kind. */
function newFile(ca: string): string {
  const caFile = join(mkdtempSync(join(tmpdir(), "oceanbase-sandbox-")), "ca.pem");
  writeFileSync(caFile, ca);
  return caFile;
}

/** The variables that lead there as `root@sys`. */
function environmentOf(started: Sandbox, caFile: string | undefined): Record<string, string> {
  const { OCEANBASE_TLS: _, ...environment } = started.environment();
  return caFile === undefined ? environment : { ...environment, OCEANBASE_TLS_CA_FILE: caFile };
}

/** All there is to know, for a program. */
function factsOf({ host, port, version, logins }: Sandbox, environment: Record<string, string>) {
  return { note: NOTE, host, port, version, logins, environment };
}

/** The same for a person. */
function sandboxText(
  { host, port, version, logins }: Sandbox,
  environment: Record<string, string>,
): string[] {
  const accounts = logins.map(({ user, tenant, password }) => [`${user}@${tenant}`, password]);
  return [
    `OceanBase ${version} at ${host}:${port}, ${NOTE}`,
    ...section("Logins and their passwords", tableText(accounts)),
    ...section(
      "In the shell of a Pulumi program, for root@sys",
      Object.entries(environment).map(([name, value]) => `export ${name}=${value}`),
    ),
    ...section("It serves until Ctrl-C", []),
  ];
}
