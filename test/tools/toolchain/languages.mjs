import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { BIN, build, hostsModule, isExecutable, link } from "./pulumi.mjs";
import { ROOT, run, showProgress, TOOLCHAIN } from "./run.mjs";

/*
 * What stacks in YAML, Python and Go need beside the CLI: Pulumi's host of each language, its generators of SDKs, and a
 * Python environment. What the machine has, or what was made before, is not made again.
 */

/** The Python environment, with Pulumi and this package's SDK in it. */
export const PYTHON = join(TOOLCHAIN, "python");

/** Pulumi for Python, of the version of the CLI that is built here. */
const PULUMI_FOR_PYTHON = "pulumi==3.250.0";

/** The newest modules that hold a host and that the module proxy serves: which folder pins it, and where it is in there. */
const PROGRAMS = [
  ["pulumi-language-yaml", "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml", "1.30.0"],
  ["pulumi-language-nodejs", "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python", "3.68.0"],
  ["pulumi-language-go", "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go", "3.66.0"],
  ["pulumi-codegen", "toolchain/pulumi-codegen", "3.250.0"],
];

const ADVICE =
  "Stacks in YAML, Python and Go need Pulumi's language hosts, or Go 1.25 or newer so that they can be built here, and Python 3 with venv (on Debian: apt-get install python3-venv).";

/** Makes what is missing. */
export async function ensureLanguages() {
  for (const [module, command, version] of /** @type {[string, string, string][]} */ (PROGRAMS)) {
    const name = command.slice(command.lastIndexOf("/") + 1);
    if (isOnPath(name) || isExecutable(join(BIN, name))) continue;
    if (!(await build(module, command, version))) throw new Error(ADVICE);
  }
  await linkPythonProgram();
  await ensurePython();
}

/** @param {string} name */
function isOnPath(name) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => isExecutable(join(folder, name)));
}

/** The host of Python runs programs by a program of its own, which comes with its module and is no Go. */
async function linkPythonProgram() {
  const name = "pulumi-language-python-exec";
  if (isOnPath(name) || isExecutable(join(BIN, name))) return;
  link(join(await hostsModule(), "python", "cmd", name), join(BIN, name));
}

/** Installs Pulumi and the generated SDK, which is installed anew when it is another one. */
async function ensurePython() {
  const sdk = join(ROOT, "sdk", "python");
  const stamp = join(PYTHON, ".installed");
  const wanted = createHash("sha256").update(PULUMI_FOR_PYTHON).update(contentsOf(sdk)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  rmSync(PYTHON, { recursive: true, force: true });
  const pip = join(PYTHON, "bin", "pip");
  const steps = [
    ["python3", "-m", "venv", PYTHON],
    [pip, "install", "--quiet", "--no-input", "--disable-pip-version-check", PULUMI_FOR_PYTHON, sdk],
  ];
  await showProgress(`Installing ${PULUMI_FOR_PYTHON} for Python (once)`, async () => {
    for (const [command, ...args] of /** @type {[string, ...string[]][]} */ (steps)) {
      const { code, output } = await run(command, args, { onLine: () => {} });
      if (code !== 0) throw new Error(`${ADVICE}\n${output.trim().split("\n").slice(-5).join("\n")}`);
    }
  });
  // What building has left there is no part of it.
  for (const left of ["build", "pulumi_oceanbase_backup.egg-info"])
    rmSync(join(sdk, left), { recursive: true, force: true });
  writeFileSync(stamp, wanted);
}

/** @param {string} folder */
function contentsOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !/egg-info|__pycache__|\/build\b/.test(entry.parentPath),
  );
  const paths = files.map((file) => join(file.parentPath, file.name)).sort();
  return paths.map((path) => `${path}\n${readFileSync(path, "utf8")}`).join("\n");
}
