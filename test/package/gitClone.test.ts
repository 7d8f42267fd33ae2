import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packedTarball } from "../tools/support/consumer.ts";
import { ROOT } from "../tools/toolchain/run.mjs";
import { FROM_GIT } from "./installations.ts";
import { MANAGERS, type ManagerName, UserFolder } from "./managers.ts";

/*
 * The package from its source: a clone in which nothing is installed and nothing built.
 */
const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const NAME = "pulumi-oceanbase-backup";
let folder: string;
let clone: string;
let server: Server;
let commit: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "source-"));
  clone = join(folder, "clone");
  const made = new Set(["node_modules", "dist", ".toolchain", ".git"]);
  cpSync(ROOT, clone, { recursive: true, filter: (path) => !made.has(basename(path)) });
  const git = (...args: string[]) => execFileSync("git", args, { cwd: clone, encoding: "utf8" });
  git("init", "--quiet");
  git("add", "--all");
  git("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "--message=all");
  commit = git("rev-parse", "HEAD").trim();
  const repository = join(folder, "repository.git");
  git("clone", "--quiet", "--bare", ".", repository);
  git("-C", repository, "update-server-info");
  server = createServer(({ url = "" }, response) => {
    const file = join(folder, new URL(url, "http://localhost").pathname);
    existsSync(file) ? response.end(readFileSync(file)) : response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  server.close();
  // What is installed in the clone are tens of thousands of files.
  await rm(folder, { recursive: true, force: true });
}, 400_000);

/** Where the repository is served. */
const repositoryUrl = () => `git+http://127.0.0.1:${(server.address() as AddressInfo).port}/repository.git`;

/** How users approve that a package from git is built, where the manager wants that. */
const APPROVALS: Partial<Record<ManagerName, () => Record<string, string>>> = {
  pnpm: () => ({
    "pnpm-workspace.yaml": `${MANAGERS.pnpm.files["pnpm-workspace.yaml"]}  ${NAME}@${repositoryUrl()}#${commit}: true\n`,
  }),
  "yarn, node-modules": () => ({
    ".yarnrc.yml": `${MANAGERS["yarn, node-modules"].files[".yarnrc.yml"]}approvedGitRepositories: ["http://127.0.0.1:*/**"]\n`,
  }),
};

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

test.each(FROM_GIT)(
  "%s takes it from git, built",
  async (manager) => {
    const user = new UserFolder(manager, {
      "package.json": {
        private: true,
        dependencies: {
          "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
          [NAME]: repositoryUrl(),
        },
      },
      ...APPROVALS[manager]?.(),
    });
    await user.manage(["install"]);
    const installed = realpathSync(join(user.path, "node_modules", NAME));
    const files = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1))
      .filter((file) => !file.startsWith("node_modules/"));
    expect(files.sort()).toEqual(packed());
    const print = `console.log(Object.keys(require("${NAME}/provider")).join())`;
    expect(await user.node(["-e", print])).toEqual({ code: 0, output: "cancelBackup,backupCleanupPolicy\n" });
    user.remove();
  },
  400_000,
);

test("npm pack makes the same tarball of a fresh clone", () => {
  execFileSync("npm", ["pack", "--silent"], { cwd: clone, stdio: "pipe" });
  expect(filesOf(join(clone, basename(packedTarball())))).toEqual(packed());
}, 400_000);
