import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packedTarball } from "../tools/support/consumer.ts";
import { ROOT } from "../tools/toolchain/run.mjs";

/*
 * The package from its source: a clone in which nothing is installed and nothing built.
 */
let folder: string;
let clone: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "source-"));
  clone = join(folder, "clone");
  const made = new Set(["node_modules", "dist", ".toolchain", ".git"]);
  cpSync(ROOT, clone, { recursive: true, filter: (path) => !made.has(basename(path)) });
  const git = (...args: string[]) => execFileSync("git", args, { cwd: clone });
  git("init", "--quiet");
  git("add", "--all");
  git("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=all");
});
// What is installed in the clone are tens of thousands of files.
afterAll(() => rm(folder, { recursive: true, force: true }), 400_000);

/** Runs npm in a folder; it has to succeed. */
function npm(cwd: string, ...args: string[]): void {
  execFileSync("npm", [...args, "--no-audit", "--no-fund", "--silent"], { cwd, stdio: "pipe" });
}

/** The files of the package that was packed for the tests. */
function packed(): string[] {
  return filesOf(packedTarball());
}

function filesOf(tarball: string): string[] {
  const files = execFileSync("tar", ["--list", "--file", tarball], { encoding: "utf8" });
  return files
    .trim()
    .split("\n")
    .map((file) => file.replace(/^package\//, ""))
    .sort();
}

test("npm install takes it from git, built", () => {
  const user = join(folder, "user");
  mkdirSync(user);
  writeFileSync(join(user, "package.json"), '{ "private": true }');
  npm(user, "install", `git+file://${clone}`);
  const installed = join(user, "node_modules", "pulumi-oceanbase-backup");
  const files = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
  expect(files.sort()).toEqual(packed());
  const print = 'console.log(Object.keys(require("pulumi-oceanbase-backup/provider")).join())';
  expect(execFileSync(process.execPath, ["-e", print], { cwd: user, encoding: "utf8" })).toBe(
    "cancelBackup,backupCleanupPolicy\n",
  );
}, 400_000);

test("npm pack makes the same tarball of a fresh clone", () => {
  npm(clone, "pack");
  expect(filesOf(join(clone, basename(packedTarball())))).toEqual(packed());
}, 400_000);
