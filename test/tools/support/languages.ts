import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { Sandbox } from "../../../sdk/sandbox/sandbox.ts";
import { PYTHON } from "../toolchain/languages.mjs";
import { BIN } from "../toolchain/pulumi.mjs";
import { ROOT } from "../toolchain/run.mjs";
import { CONSUMER, copyOfExample } from "./consumer.ts";
import { environmentFor, Stack } from "./stack.ts";

/** The examples that are stacks. */
export function exampleStacks(): string[] {
  const folder = join(ROOT, "examples");
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, "Pulumi.yaml")));
}

/** The runtime that a project's program needs: `nodejs`, `yaml`, `python` or `go`. */
export function runtimeOf(directory: string): string {
  const [, runtime] = /^runtime: *(\w+)/m.exec(readFileSync(join(directory, "Pulumi.yaml"), "utf8")) ?? [];
  if (runtime === undefined) throw new Error(`${directory} names no runtime`);
  return runtime;
}

/**
 * The environment of a stack whose program is in any language: with the hosts of all of them, the plugin of the installed
 * package, and the Python that has the SDK.
 */
export function languageEnvironment(sandbox: Sandbox): Record<string, string> {
  const plugin = join(CONSUMER, "node_modules", ".bin");
  const cli = process.env.TEST_PULUMI_DIRECTORY as string;
  const path = [join(PYTHON, "bin"), dirname(process.execPath), plugin, cli, BIN, process.env.PATH];
  return { ...environmentFor(sandbox), PATH: path.join(delimiter), GOFLAGS: "-buildvcs=false" };
}

/** A stack of an example in any language, which finds this package's SDK as it would on a clone. */
export async function exampleStack(name: string, sandbox: Sandbox): Promise<Stack> {
  const directory = copyOfExample(name);
  const manifest = join(directory, "go.mod");
  if (existsSync(manifest)) {
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace("../../sdk/go", join(ROOT, "sdk", "go")));
  }
  return await Stack.create(directory, languageEnvironment(sandbox));
}
