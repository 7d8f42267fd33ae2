import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoginCredentials, Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { pulumiEnvironment } from "../toolchain/pulumi.mjs";
import { run } from "../toolchain/run.mjs";

export interface CommandResult {
  code: number;
  /** Everything the CLI printed. */
  output: string;
}

export interface ExportedResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  initErrors?: string[];
  /** Where in the program it was made, as the engine writes it: `project:///index.js#3,14`. */
  sourcePosition?: string;
  stackTrace?: unknown[];
}

/** One stack of a project, run with the real CLI on a file backend of its own. */
export class Stack {
  readonly directory: string;
  /** Everything any command has printed. */
  output = "";
  private readonly state: string;
  private readonly own: Record<string, string>;

  private constructor(directory: string, environment: Record<string, string>) {
    this.directory = directory;
    this.own = environment;
    this.state = mkdtempSync(join(tmpdir(), "pulumi-state-"));
  }

  /** A new stack of the project in this folder, with the environment that a user would set for it. */
  static async create(
    directory: string,
    environment: Record<string, string> = {},
    name: string = "test",
  ): Promise<Stack> {
    const stack = new Stack(directory, environment);
    await stack.must("stack", "init", name);
    return stack;
  }

  /** The environment in which a command of the CLI is run on this stack. */
  environment(): NodeJS.ProcessEnv {
    const directory = process.env.TEST_PULUMI_DIRECTORY as string;
    return { ...pulumiEnvironment(directory, this.state), PULUMI_CONFIG_PASSPHRASE: "test", ...this.own };
  }

  /** Runs a command of the CLI; `environment` is added to the stack's own. */
  async pulumi(
    args: string[],
    environment: Record<string, string | undefined> = {},
    hooks: { onStart?: (pid: number) => void; onLine?: (line: string) => void } = {},
  ): Promise<CommandResult> {
    const directory = process.env.TEST_PULUMI_DIRECTORY as string;
    const result = await run(join(directory, "pulumi"), ["--non-interactive", "--color", "never", ...args], {
      cwd: this.directory,
      env: { ...this.environment(), ...environment },
      onLine: () => {},
      ...hooks,
    });
    this.output += result.output;
    return result;
  }

  /** Runs a command that has to succeed, and gives what it printed. */
  async must(...args: string[]): Promise<string> {
    const { code, output } = await this.pulumi(args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${output}`);
    return output;
  }

  up(environment?: Record<string, string | undefined>): Promise<CommandResult> {
    return this.pulumi(["up", "--yes", "--skip-preview"], environment);
  }

  preview(environment?: Record<string, string | undefined>): Promise<CommandResult> {
    return this.pulumi(["preview", "--diff"], environment);
  }

  refresh(environment?: Record<string, string | undefined>): Promise<CommandResult> {
    return this.pulumi(["refresh", "--yes", "--skip-preview"], environment);
  }

  destroy(environment?: Record<string, string | undefined>): Promise<CommandResult> {
    return this.pulumi(["destroy", "--yes", "--skip-preview"], environment);
  }

  async config(key: string, value: string, secret = false): Promise<void> {
    // A value may begin with a dash: a key in PEM does.
    await this.must("config", "set", secret ? "--secret" : "--plaintext", "--", key, value);
  }

  /** Everything that lies on the disk of it: the state, its history and copies, the configuration. */
  onDisk(): string {
    const folders = [this.state, this.directory];
    const files = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
    );
    return files.map((file) => readFileSync(join(file.parentPath, file.name), "utf8")).join("\n");
  }

  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.must("stack", "output", "--json", "--show-secrets"));
  }

  /** The stack's state as text, secrets encrypted. */
  export(): Promise<string> {
    return this.must("stack", "export");
  }

  async resources(): Promise<ExportedResource[]> {
    const { deployment } = JSON.parse(await this.export());
    return deployment.resources ?? [];
  }

  async resource(type: string): Promise<ExportedResource | undefined> {
    return (await this.resources()).find((resource) => resource.type.endsWith(`:${type}`));
  }

  remove(): void {
    rmSync(this.state, { recursive: true, force: true });
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The environment variables that lead to the sandbox, for one of its users. */
export function environmentFor(
  sandbox: Sandbox,
  login: LoginCredentials = sandbox.logins.sys,
): Record<string, string> {
  return {
    OCEANBASE_HOST: "127.0.0.1",
    OCEANBASE_PORT: String(sandbox.port),
    OCEANBASE_PASSWORD: login.password,
  };
}
