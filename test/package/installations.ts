import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TYPESCRIPTS } from "../tools/toolchain/packageManagers.mjs";
import { ROOT } from "../tools/toolchain/run.mjs";
import type { ManagerName } from "./managers.ts";
import type { ProgramName } from "./programs.ts";

/*
 * The one list of ways to install the package: the tests install and run each, and README.md says them.
 */
const { devDependencies, peerDependencies, dependencies } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
);
const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));

/** Versions of what the package stands on. */
export interface Foundation {
  "@pulumi/pulumi": string;
  mysql2: string;
}

/** What the project itself is developed with. */
const NEWEST: Foundation = {
  "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
  mysql2: lock.packages["node_modules/mysql2"].version,
};
/** Where the ranges of the package begin. */
const LOWEST: Foundation = {
  "@pulumi/pulumi": peerDependencies["@pulumi/pulumi"].replace("^", ""),
  mysql2: dependencies.mysql2.replace("^", ""),
};

/** The TypeScripts, oldest first; the newest is the project's own. */
export const [TYPESCRIPT_5_4, TYPESCRIPT_5_9, TYPESCRIPT_6] = [
  ...TYPESCRIPTS.keys(),
  devDependencies.typescript,
] as [string, string, string];

/** An installation from the packed tarball. */
export interface Installation {
  manager: ManagerName;
  /** Whether the programs are in a workspace, and what they need is installed at its root. */
  isWorkspace: boolean;
  foundation: Foundation;
  typescript: string;
  /** The programs that are compiled and loaded there. */
  programs: readonly ProgramName[];
  /** Which of them becomes a stack: up, destroy. */
  stack: ProgramName;
}

const ALL: readonly ProgramName[] = [
  "javascript-commonjs",
  "javascript-module",
  "typescript-commonjs",
  "typescript-module",
];
const alone = { isWorkspace: false, foundation: NEWEST, programs: ALL };
const workspace = { isWorkspace: true, foundation: NEWEST };

export const INSTALLATIONS: readonly Installation[] = [
  { ...alone, manager: "npm", typescript: TYPESCRIPT_5_9, stack: "typescript-commonjs" },
  { ...alone, manager: "pnpm", typescript: TYPESCRIPT_6, stack: "typescript-module" },
  { ...alone, manager: "yarn, node-modules", typescript: TYPESCRIPT_5_9, stack: "javascript-module" },
  { ...alone, manager: "yarn, pnp", typescript: TYPESCRIPT_6, stack: "javascript-commonjs" },
  {
    ...workspace,
    manager: "npm",
    foundation: LOWEST,
    typescript: TYPESCRIPT_5_4,
    programs: ["typescript-commonjs", "typescript-bundled"],
    stack: "typescript-bundled",
  },
  {
    ...workspace,
    manager: "yarn, node-modules",
    typescript: TYPESCRIPT_5_4,
    programs: ["typescript-commonjs"],
    stack: "typescript-commonjs",
  },
  {
    ...alone,
    manager: "bun",
    typescript: TYPESCRIPT_6,
    programs: ["typescript-module"],
    stack: "typescript-module",
  },
];

/** Who installs the package from its git repository, where it is built. */
export const FROM_GIT: readonly ManagerName[] = ["npm", "pnpm", "yarn, node-modules"];

/** An installation in words. */
export const nameOf = ({ manager, isWorkspace }: Pick<Installation, "manager" | "isWorkspace">) =>
  isWorkspace ? `${manager}, in a workspace` : manager;
