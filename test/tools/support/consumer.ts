import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT, run, TOOLCHAIN } from "../toolchain/run.mjs";
import type { Front } from "./fronts.ts";

/** A user's folder: the package installed from its tarball, and what the examples need beside it. */
export const CONSUMER = join(TOOLCHAIN, "consumer");

/** Where the packed tarball lies. */
const PACKED = join(TOOLCHAIN, "packed");

/** The tarball that was packed before the tests. */
export function packedTarball(): string {
  const [tarball] = readdirSync(PACKED);
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  return join(PACKED, tarball);
}

/** Packs the package as it would be published; `npm pack` builds it first. */
export async function packPackage(): Promise<string> {
  rmSync(PACKED, { recursive: true, force: true });
  mkdirSync(PACKED, { recursive: true });
  await npm(["pack", "--silent", "--pack-destination", PACKED], ROOT);
  return packedTarball();
}

/**
 * Installs the packed package into the user's folder, unless the same one is there already.
 * @param others what is installed beside it, by name with the version
 */
export async function installPackage(others: Readonly<Record<string, string>> = {}): Promise<void> {
  const tarball = await packPackage();
  const { devDependencies, dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const manifest = JSON.stringify({
    private: true,
    dependencies: {
      "pulumi-oceanbase-backup": `file:${tarball}`,
      "@pulumi/policy": devDependencies["@pulumi/policy"],
      "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
      "@types/node": devDependencies["@types/node"],
      typescript: devDependencies.typescript,
      mysql2: dependencies.mysql2,
      ...others,
    },
  });
  const stamp = join(CONSUMER, ".installed");
  const wanted = createHash("sha256").update(manifest).update(readFileSync(tarball)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  mkdirSync(CONSUMER, { recursive: true });
  rmSync(join(CONSUMER, "node_modules", "pulumi-oceanbase-backup"), { recursive: true, force: true });
  writeFileSync(join(CONSUMER, "package.json"), manifest);
  await npm(["install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"], CONSUMER);
  writeFileSync(stamp, wanted);
}

/** The program that serves a front, in the user's folder. */
export function hostProgram(front: Front): string {
  if (front === "plugin") return join(CONSUMER, "node_modules", ".bin", "pulumi-resource-oceanbase-backup");
  return createRequire(join(CONSUMER, "package.json")).resolve("@pulumi/pulumi/cmd/dynamic-provider");
}

/** Where Pulumi finds the plugin of the installed package, as `Pulumi.yaml` says it. */
const PLUGINS = "plugins:\n  providers:\n    - { name: oceanbase-backup, path: ../../node_modules/.bin }\n";

/** A new folder inside the user's, from which the installed package and its plugin are found, with these files in it. */
export function newProject(name: string, files: Record<string, string>): string {
  const directory = newFolder(name);
  const all = {
    "Pulumi.yaml": `name: ${name}\nruntime: nodejs\n${PLUGINS}`,
    "package.json": '{ "main": "index.js" }',
    ...files,
  };
  for (const [file, text] of Object.entries(all)) writeFileSync(join(directory, file), text);
  return directory;
}

/** A copy of an example in such a folder. */
export function copyOfExample(example: string): string {
  const directory = newFolder(example);
  const isSource = (path: string) => !path.includes("node_modules");
  cpSync(join(ROOT, "examples", example), directory, { recursive: true, filter: isSource });
  // The programs of the package are where its installation in the project would have put them.
  mkdirSync(join(directory, "node_modules"));
  symlinkSync(join(CONSUMER, "node_modules", ".bin"), join(directory, "node_modules", ".bin"));
  return directory;
}

function newFolder(name: string): string {
  const projects = join(CONSUMER, "projects");
  mkdirSync(projects, { recursive: true });
  return mkdtempSync(join(projects, `${name}-`));
}

async function npm(args: string[], cwd: string): Promise<void> {
  const { code, output } = await run("npm", args, { cwd, onLine: () => {} });
  if (code !== 0) throw new Error(`npm ${args[0]} failed:\n${output}`);
}
