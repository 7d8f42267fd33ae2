import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run, TOOLCHAIN } from "./run.mjs";

const PINNED = join(import.meta.dirname, "package-managers");
const INSTALLED = join(TOOLCHAIN, "package-managers");
const LOCK = "package-lock.json";

const { dependencies } = JSON.parse(readFileSync(join(PINNED, "package.json"), "utf8"));

/** Their versions. @type {Record<"pnpm" | "yarn" | "bun" | "oldNode" | "oldestNode", string>} */
export const VERSIONS = {
  pnpm: dependencies.pnpm,
  yarn: dependencies["@yarnpkg/cli-dist"],
  bun: dependencies.bun,
  oldNode: dependencies.node,
  oldestNode: dependencies["node-22"].replace("npm:node@", ""),
};

/** The program of one of them. @type {Record<"pnpm" | "yarn" | "bun" | "oldNode" | "oldestNode", string>} */
export const PROGRAMS = {
  pnpm: join(INSTALLED, "node_modules", ".bin", "pnpm"),
  yarn: join(INSTALLED, "node_modules", ".bin", "yarn"),
  bun: join(INSTALLED, "node_modules", ".bin", "bun"),
  /** Node 20. */
  oldNode: join(INSTALLED, "node_modules", "node", "bin", "node"),
  /** The first Node that will do. */
  oldestNode: join(INSTALLED, "node_modules", "node-22", "bin", "node"),
};

/** The folder of each TypeScript besides the project's own, by its version. @type {ReadonlyMap<string, string>} */
export const TYPESCRIPTS = new Map(
  Object.entries(dependencies)
    .filter(([name]) => name.startsWith("typescript-"))
    .map(([name, pinned]) => [pinned.replace("npm:typescript@", ""), join(INSTALLED, "node_modules", name)]),
);

/** Installs the package managers other than npm, and what else is pinned with them, unless they are there already. */
export async function ensurePackageManagers() {
  const isThere = existsSync(PROGRAMS.oldNode) && text(INSTALLED) === text(PINNED);
  if (isThere) return;
  mkdirSync(INSTALLED, { recursive: true });
  for (const file of ["package.json", LOCK]) cpSync(join(PINNED, file), join(INSTALLED, file));
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const { code, output } = await run("npm", args, { cwd: INSTALLED, onLine: () => {} });
  if (code !== 0) throw new Error(`the package managers could not be installed:\n${output}`);
}

/** @param {string} folder */
const text = (folder) => readFileSync(join(folder, LOCK), "utf8");
