import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { PROGRAMS, VERSIONS } from "../tools/toolchain/packageManagers.mjs";
import { run } from "../tools/toolchain/run.mjs";

/** A way to install packages. */
export interface Manager {
  /** What runs it. */
  program: string;
  /** Of npm it is the machine's. */
  version?: string;
  /** Files that tell it how to install. */
  files: Record<string, string>;
  /** What the Node of a program has to be told, for a folder of it. */
  nodeOptions: (folder: string) => string;
}

/** One of Pulumi's own dependencies has a script that its installation does not need; pnpm wants that to be said. */
const PNPM = "allowBuilds:\n  protobufjs: false\n";
const YARN = "enableTelemetry: false\n";
const nothing = () => "";

export const MANAGERS = {
  npm: { program: "npm", files: {}, nodeOptions: nothing },
  pnpm: {
    program: PROGRAMS.pnpm,
    version: VERSIONS.pnpm,
    files: { "pnpm-workspace.yaml": PNPM },
    nodeOptions: nothing,
  },
  "yarn, node-modules": {
    program: PROGRAMS.yarn,
    version: VERSIONS.yarn,
    files: { ".yarnrc.yml": `${YARN}nodeLinker: node-modules\n`, "yarn.lock": "" },
    nodeOptions: nothing,
  },
  "yarn, pnp": {
    program: PROGRAMS.yarn,
    version: VERSIONS.yarn,
    files: { ".yarnrc.yml": `${YARN}nodeLinker: pnp\n`, "yarn.lock": "" },
    // The hook on require() and no more, as where NODE_OPTIONS is set by hand.
    nodeOptions: (folder) => `--require ${join(folder, ".pnp.cjs")}`,
  },
  bun: {
    program: PROGRAMS.bun,
    version: VERSIONS.bun,
    files: { "bunfig.toml": "telemetry = false\n" },
    nodeOptions: nothing,
  },
} as const satisfies Record<string, Manager>;

export type ManagerName = keyof typeof MANAGERS;

/**
 * The environment of the managers: the Node that runs this comes first; what was fetched before is taken from the cache;
 * outside of CI, where yarn and pnpm would refuse to write a lock file.
 */
const MANAGING = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
  CI: "",
  npm_config_prefer_offline: "true",
  npm_config_audit: "false",
  npm_config_fund: "false",
};

/** A folder of a user's, outside of the repository, whose packages one of the managers installs. */
export class UserFolder {
  readonly path = mkdtempSync(join(tmpdir(), "user-"));
  private readonly manager: Manager;

  constructor(manager: ManagerName, files: Record<string, string | object>) {
    this.manager = MANAGERS[manager];
    this.write({ ...this.manager.files, ...files });
  }

  /** Writes files; objects as JSON. */
  write(files: Record<string, string | object>): void {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, file)), { recursive: true });
      writeFileSync(
        join(this.path, file),
        typeof content === "string" ? content : JSON.stringify(content, null, 2),
      );
    }
  }

  /** Runs the manager, in the folder or in one below it; it has to succeed. */
  async manage(args: string[], below = "."): Promise<void> {
    const cwd = join(this.path, below);
    const { code, output } = await run(this.manager.program, args, { cwd, env: MANAGING, onLine: () => {} });
    if (code !== 0) throw new Error(`${this.manager.program} ${args.join(" ")} failed:\n${output}`);
  }

  /** Runs Node in the folder, with options beside those of the manager; gives its exit code and what it printed. */
  node(args: string[], options: string = ""): Promise<{ code: number; output: string }> {
    const NODE_OPTIONS = `${this.environment.NODE_OPTIONS} ${options}`;
    return run(process.execPath, args, {
      cwd: this.path,
      env: { ...process.env, NODE_OPTIONS },
      onLine: () => {},
    });
  }

  /** What a program in the folder has in its environment for the manager's sake. */
  get environment(): { NODE_OPTIONS: string } {
    return { NODE_OPTIONS: this.manager.nodeOptions(this.path) };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
