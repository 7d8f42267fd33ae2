import { isDeepStrictEqual } from "node:util";
import { newProject } from "../tools/support/consumer.ts";
import { type Front, programFor } from "../tools/support/fronts.ts";
import type { Kind } from "../tools/support/providerClient.ts";
import type {
  CommandEnd,
  Operation,
  Program,
  Properties,
  Saved,
  Watch,
} from "../tools/support/pulumiEngine.ts";
import { type CommandResult, type ExportedResource, Stack } from "../tools/support/stack.ts";
import type { Process } from "./level.ts";

/** A program that makes what the configuration says. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const kinds = require("pulumi-oceanbase-backup");
for (const { name, kind, args, alias } of new pulumi.Config().requireObject("resources")) {
  new kinds[kind](name, args, alias === undefined ? {} : { aliases: [{ name: alias }] });
}
`;

/** A process that says what the CLI has printed. */
export type CliProcess = Process & { said: string[]; env: Record<string, string> };

/** A stack that the real CLI runs. What it has done is told from the state before and after. */
export class CliStack {
  readonly saved = new Map<string, Saved>();
  private readonly front: Front;
  private readonly watch: Watch;
  /** Former names of resources that were renamed. */
  private readonly aliases = new Map<string, string>();
  private stack: Stack | undefined;

  constructor(front: Front, watch: Watch) {
    this.front = front;
    this.watch = watch;
  }

  async up(process: CliProcess, program: Program): Promise<CommandEnd> {
    await this.declare(program);
    return await this.run(process, this.operationsFor(program), (stack) => stack.up(process.env));
  }

  async preview(process: CliProcess, program: Program): Promise<CommandEnd> {
    await this.declare(program);
    const operations = this.operationsFor(program).filter(({ action }) => action !== "delete");
    const asPreview = operations.map((one) => ({ ...one, action: "preview" as const }));
    return await this.run(process, asPreview, (stack) => stack.preview(process.env));
  }

  async refresh(process: CliProcess): Promise<CommandEnd> {
    return await this.run(process, this.ofState("read"), (stack) => stack.refresh(process.env));
  }

  async destroy(process: CliProcess): Promise<CommandEnd> {
    return await this.run(process, this.ofState("delete"), (stack) => stack.destroy(process.env));
  }

  /** The resource has another name from now on, and an alias says so. */
  rename(from: string, to: string): void {
    const saved = this.saved.get(from);
    if (saved === undefined || this.saved.has(to)) return;
    this.aliases.set(to, this.aliases.get(from) ?? from);
    this.saved.delete(from);
    this.saved.set(to, saved);
  }

  remove(): void {
    this.stack?.remove();
  }

  private async declare(program: Program): Promise<void> {
    this.stack ??= await Stack.create(newProject("history", { "index.js": programFor(this.front, PROGRAM) }));
    const resources = Object.entries(program).map(([name, { kind, inputs }]) => {
      const { password, ...args } = inputs;
      const connection = password === undefined ? inputs.connection : { ...inputs.connection, password };
      return { name, kind, alias: this.aliases.get(name), args: { ...args, connection } };
    });
    await this.stack.config("resources", JSON.stringify(resources), true);
  }

  private operationsFor(program: Program): Begun[] {
    const declared = Object.entries(program).map(([name, { kind, inputs }]) => {
      const before = this.saved.get(name);
      const action = before === undefined ? ("create" as const) : ("update" as const);
      return { action, name, kind, inputs, before };
    });
    return [...declared, ...this.ofState("delete").filter(({ name }) => program[name] === undefined)];
  }

  private ofState(action: "read" | "delete"): Begun[] {
    return [...this.saved].map(([name, before]) => {
      return { action, name, kind: before.kind, inputs: before.state, before };
    });
  }

  private async run(
    process: CliProcess,
    operations: readonly Begun[],
    command: (stack: Stack) => Promise<CommandResult>,
  ): Promise<CommandEnd> {
    const { stack } = this;
    if (stack === undefined) return { acted: false, failures: [] };
    let result: CommandResult = { code: 0, output: "" };
    let now = new Map<string, Saved>();
    const runAll = async ([first, ...others]: readonly Begun[]): Promise<void> => {
      if (first !== undefined) {
        await this.watch(first, async () => {
          await runAll(others);
          const after = now.get(first.name);
          const isSame = isDeepStrictEqual(after?.state, first.before?.state);
          const failure = result.code === 0 ? undefined : new Error(result.output);
          return { after: isSame ? first.before : after, failure };
        });
        return;
      }
      result = await command(stack);
      now = savedIn(await stack.resources());
    };
    await runAll(operations);
    process.said.push(result.output);
    this.saved.clear();
    for (const [name, saved] of now) this.saved.set(name, saved);
    const acted = /\d+ (created|updated|deleted|replaced|to )/.test(result.output);
    return { acted, failures: result.code === 0 ? [] : [new Error(result.output)] };
  }
}

type Begun = Omit<Operation, "after" | "failure">;

function savedIn(resources: readonly ExportedResource[]): Map<string, Saved> {
  return new Map(
    resources.flatMap(({ urn, type, id = "", inputs = {}, outputs = {}, initErrors = [] }) => {
      const kind = /:(CancelBackup|BackupCleanupPolicy)$/.exec(type)?.[1] as Kind | undefined;
      if (kind === undefined) return [];
      const name = urn.slice(urn.lastIndexOf("::") + 2);
      const saved: Saved = {
        kind,
        id,
        inputs: inputs as Properties,
        state: outputs as Properties,
        hasFailed: initErrors.length > 0,
      };
      return [[name, saved] as const];
    }),
  );
}
