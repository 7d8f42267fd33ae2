import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createCertificate } from "./certificates.ts";
import { startSandbox } from "./sandbox.ts";
import { DEFAULT_VERSION, VERSIONS, type VersionName, versionNamed } from "./versions.ts";

const USAGE = `npm run sandbox -- [--port N] [--speed X] [--tls] [--version ${VERSIONS.join(" | ")}]`;

/** Serves until it gets SIGTERM or SIGINT. Its first line of output is one JSON object with all there is to know. */
async function main(): Promise<void> {
  const { port, speed, tls, version } = readArguments();
  const certificate = tls ? await createCertificate() : undefined;
  const sandbox = await startSandbox({ port, speed, version, ...(certificate ? { tls: certificate } : {}) });
  const directory = certificate && mkdtempSync(join(tmpdir(), "oceanbase-sandbox-"));
  const caFile = directory && join(directory, "ca.pem");
  if (caFile !== undefined) writeFileSync(caFile, certificate?.ca ?? "");
  console.log(
    JSON.stringify({
      note: "a stand-in for an OceanBase cluster: it holds no data and backs nothing up",
      host: "127.0.0.1",
      port: sandbox.port,
      cluster: sandbox.cluster.name,
      version: sandbox.cluster.version.build,
      speed,
      logins: Object.values(sandbox.logins).map((login) => ({
        login: `${login.user}@${login.tenant}`,
        password: login.password,
      })),
      ...(caFile === undefined ? {} : { tls: { caFile, hostName: "localhost" } }),
    }),
  );
  const stop = async () => {
    await sandbox.stop();
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  if (process.env.npm_lifecycle_event !== undefined) whenParentEnds(stop);
}

/** npm passes a signal on to its shell only; when that is gone, nothing would ever end this program. */
function whenParentEnds(stop: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, 250);
}

function readArguments(): { port: number; speed: number; tls: boolean; version: VersionName } {
  const { values } = parseArgs({
    options: {
      port: { type: "string" },
      speed: { type: "string" },
      tls: { type: "boolean" },
      version: { type: "string" },
    },
  });
  const version = versionNamed(values.version ?? DEFAULT_VERSION);
  const port = Number(values.port ?? 0);
  const speed = Number(values.speed ?? 1);
  if (!Number.isInteger(port) || port < 0 || port > 65535) fail(`--port ${values.port} is not a port number`);
  if (!(speed > 0)) fail(`--speed ${values.speed} is not a number above 0`);
  return { port, speed, tls: values.tls ?? false, version };
}

function fail(what: string): never {
  console.error(`${what}\nusage: ${USAGE}`);
  process.exit(2);
}

main().catch((error: Error) => fail(error.message));
