import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect } from "vitest";
import type { Sandbox } from "../../sdk/sandbox/sandbox.ts";
import { newProject } from "../tools/support/consumer.ts";
import { type Front, programFor } from "../tools/support/fronts.ts";
import { type CommandResult, environmentFor, Stack } from "../tools/support/stack.ts";

/** What every such program begins with. */
const HEAD = `
const pulumi = require("@pulumi/pulumi");
const front = require("pulumi-oceanbase-backup");
const { BackupCleanupPolicy, CancelBackup } = front;
const config = new pulumi.Config();
`;

/** A stack of one test, whose program is written anew between the commands. */
export interface WrittenStack {
  stack(): Stack;
  /** Writes the program; the stack is made with the first one. */
  write(body: string): Promise<void>;
  /** A command that has to succeed. */
  must(...args: string[]): Promise<CommandResult>;
  /** `up` that has to succeed. */
  up(...flags: string[]): Promise<CommandResult>;
  destroy(...flags: string[]): Promise<CommandResult>;
}

/** Gives every test of a file such a stack. */
export function useWrittenStack(sandbox: () => Sandbox, front: Front): WrittenStack {
  let stack: Stack | undefined;
  afterEach(() => {
    stack?.remove();
    stack = undefined;
  });
  const theStack = () => {
    if (stack === undefined) throw new Error("no program was written yet");
    return stack;
  };
  const must = async (...args: string[]) => {
    const result = await theStack().pulumi(args);
    expect(result.code, result.output).toBe(0);
    return result;
  };
  return {
    stack: theStack,
    must,
    write: async (body) => {
      const program = programFor(front, HEAD + body);
      stack ??= await Stack.create(newProject("written", { "index.js": program }), environmentFor(sandbox()));
      writeFileSync(join(stack.directory, "index.js"), program);
    },
    up: (...flags) => must("up", "--yes", "--skip-preview", ...flags),
    destroy: (...flags) => must("destroy", "--yes", "--skip-preview", ...flags),
  };
}
