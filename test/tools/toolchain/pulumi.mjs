import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { ROOT, run, showProgress, TOOLCHAIN } from "./run.mjs";

/** The version that is installed or built when the machine has none of its own. */
export const VERSION = "3.250.0";
/** The last module version that holds a Node language host which the module proxy serves. */
const LANGUAGE_HOST_VERSION = "3.68.0";
/** How long Pulumi's installer may take to answer before it counts as out of reach. */
const INSTALLER_PATIENCE_MS = 8000;

/** Where everything lies that was made here. */
export const BIN = join(TOOLCHAIN, "bin");
const INSTALL_ADVICE =
  "No Pulumi CLI could be had: please install Pulumi 3 (https://www.pulumi.com/docs/install/), or Go 1.25 or newer so that it can be built here, and run this again.";

/**
 * Finds a Pulumi CLI with its Node language host, or makes one: the one on PATH, else the one made before, else
 * from Pulumi's own installer, else a build from Go modules.
 * @returns {Promise<string>} the directory that holds it
 */
export async function ensurePulumi() {
  const directory =
    (await onPath()) ?? (await madeBefore()) ?? (await fromInstaller()) ?? (await fromGoModules());
  if (directory === undefined) throw new Error(INSTALL_ADVICE);
  return directory;
}

/** @returns {Promise<string | undefined>} */
async function onPath() {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    if (directory === "" || !isExecutable(join(directory, "pulumi"))) continue;
    const hasHost = (process.env.PATH ?? "")
      .split(delimiter)
      .some((other) => isExecutable(join(other, "pulumi-language-nodejs")));
    if (hasHost && (await works(directory))) return directory;
  }
  return undefined;
}

async function madeBefore() {
  const complete = ["pulumi", "pulumi-language-nodejs"].every((name) => isExecutable(join(BIN, name)));
  if (!complete || !(await works(BIN))) return undefined;
  linkDynamicProvider();
  return BIN;
}

/** @param {string} directory */
async function works(directory) {
  const { code, output } = await run(join(directory, "pulumi"), ["version"], { onLine: () => {} });
  return code === 0 && /^v?3\./m.test(output);
}

async function fromInstaller() {
  const home = join(TOOLCHAIN, "pulumi-home");
  const giveUp = new AbortController();
  const patience = setTimeout(() => giveUp.abort(), INSTALLER_PATIENCE_MS);
  const result = await showProgress(`Looking for Pulumi ${VERSION} at its own installer`, () =>
    run("npm", ["exec", "--yes", `--package=pulumi@${VERSION}`, "--", "pulumi", "version"], {
      env: { ...process.env, PULUMI_HOME: home },
      giveUp: giveUp.signal,
      // The second line comes from the downloaded script: from here on it takes as long as it takes.
      onLine: (line) => {
        if (!line.startsWith("npm ") && !line.startsWith("Downloading pulumi")) clearTimeout(patience);
      },
    }),
  );
  clearTimeout(patience);
  const installed = join(home, "versions", VERSION, "bin");
  if (result.code !== 0 || !isExecutable(join(installed, "pulumi"))) {
    console.error("  the installer cannot be reached from here");
    return undefined;
  }
  mkdirSync(BIN, { recursive: true });
  const programs = readdirSync(installed).filter((name) => /^pulumi(-language-.+)?$/.test(name));
  for (const name of programs) link(join(installed, name), join(BIN, name));
  return await madeBefore();
}

async function fromGoModules() {
  if ((await run("go", ["version"], { onLine: () => {} })).code !== 0) return undefined;
  const built =
    (await build(
      "pulumi-language-nodejs",
      "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
      LANGUAGE_HOST_VERSION,
    )) && (await build("pulumi-cli", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", VERSION));
  return built ? await madeBefore() : undefined;
}

/**
 * Builds a program from Go modules.
 * @param {string} module the folder beside this file that pins the module
 * @param {string} command
 * @param {string} version
 */
export async function build(module, command, version) {
  // The CLI refuses to talk about versions, and inline programs to run, when it does not know its own.
  const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
  const flags = ["-trimpath", "-ldflags", `-s -w -X ${versionVariable}=v${version}`];
  const output = join(BIN, command.slice(command.lastIndexOf("/") + 1));
  const result = await showProgress(`Building ${module} ${version} from Go modules (once)`, (say) => {
    let downloads = 0;
    return run("go", ["build", ...flags, "-o", output, command], {
      cwd: join(import.meta.dirname, module),
      env: { ...process.env, GOFLAGS: "-mod=readonly -buildvcs=false" },
      onLine: (line) => {
        if (line.startsWith("go: downloading")) downloads += 1;
        say(`${downloads} modules downloaded`);
      },
    });
  });
  if (result.code !== 0) console.error(result.output.trim().split("\n").slice(-5).join("\n"));
  return result.code === 0;
}

/**
 * The folder of the module that holds Pulumi's host of Node, and what else came with it then.
 * @returns {Promise<string>}
 */
export async function hostsModule() {
  const list = ["list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"];
  const cwd = join(import.meta.dirname, "pulumi-language-nodejs");
  return (await run("go", list, { cwd, onLine: () => {} })).output.trim();
}

/** The dynamic provider comes with @pulumi/pulumi; beside the CLI it is found without a warning. */
function linkDynamicProvider() {
  const sdk = dirname(createRequire(join(ROOT, "package.json")).resolve("@pulumi/pulumi/package.json"));
  link(join(sdk, "pulumi-resource-pulumi-nodejs"), join(BIN, "pulumi-resource-pulumi-nodejs"));
}

/**
 * @param {string} target
 * @param {string} path
 */
export function link(target, path) {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path);
  } catch {
    return false;
  }
}

/**
 * The environment for running the CLI: on PATH first the Node that runs this, then the CLI itself; state in a
 * local folder, secrets by passphrase, and nothing that would ask the network.
 * @param {string} pulumiDirectory
 * @param {string} stateDirectory
 * @returns {NodeJS.ProcessEnv}
 */
export function pulumiEnvironment(pulumiDirectory, stateDirectory) {
  mkdirSync(stateDirectory, { recursive: true });
  return {
    ...process.env,
    PATH: [dirname(process.execPath), pulumiDirectory, process.env.PATH].join(delimiter),
    PULUMI_HOME: join(TOOLCHAIN, "pulumi-home"),
    PULUMI_BACKEND_URL: `file://${stateDirectory}`,
    PULUMI_CONFIG_PASSPHRASE: process.env.PULUMI_CONFIG_PASSPHRASE ?? "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}
