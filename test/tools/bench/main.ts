import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installPackage } from "../support/consumer.ts";
import { ensurePulumi } from "../toolchain/pulumi.mjs";
import { run } from "../toolchain/run.mjs";
import { chart } from "./chart.ts";
import { measureLoading } from "./loading.ts";
import type { Variant } from "./programs.ts";
import { type BenchResult, stackTable, verdicts } from "./report.ts";
import { measureConcurrency, measureStacks } from "./stackRuns.ts";
import { measureStatements } from "./statements.ts";
import { measureWaits } from "./waits.ts";

const USAGE = "npm run bench -- [--rounds 5] [--sizes 1,50,200] [--out DIRECTORY]";

/** Everything side by side in one run; a table on the terminal, `bench.json` and `bench.svg` as files. */
async function main(): Promise<void> {
  const { rounds, sizes, out } = readArguments();
  process.env.TEST_PULUMI_DIRECTORY = await ensurePulumi();
  await installPackage();
  const say = (text: string) => console.error(text);
  const variants: Variant[] = ["null", "hand-written", "ours-no-wait"];
  const hasCommand = await isOnPath("pulumi-resource-command");
  if (hasCommand) variants.push("command");
  const result: BenchResult = {
    machine: {
      cpus: cpus().length,
      model: cpus()[0]?.model ?? "",
      memoryGigabytes: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    rounds,
    hasCommand,
    loading: measureLoading(Math.max(rounds, 5)),
    statements: await measureStatements(Math.max(rounds, 20)),
    waits: [await measureWaits(5), await measureWaits(60)],
    stacks: [
      ...(await measureStacks(variants, false, sizes, rounds, say)),
      ...(await measureStacks(["hand-written", "ours-no-wait", "ours-wait"], true, sizes, rounds, say)),
    ],
    concurrency: await measureConcurrency(Math.max(...sizes), Math.min(rounds, 3)),
  };
  writeFileSync(join(out, "bench.json"), `${JSON.stringify(result, undefined, 2)}\n`);
  writeFileSync(join(out, "bench.svg"), chart(result.stacks));
  console.log(stackTable(result));
  console.log(verdicts(result));
}

async function isOnPath(program: string): Promise<boolean> {
  const { code } = await run("sh", ["-c", `command -v ${program}`], { onLine: () => {} });
  return code === 0;
}

function readArguments(): { rounds: number; sizes: number[]; out: string } {
  const { values } = parseArgs({
    options: { rounds: { type: "string" }, sizes: { type: "string" }, out: { type: "string" } },
  });
  const rounds = Number(values.rounds ?? 5);
  const sizes = (values.sizes ?? "1,50,200").split(",").map(Number);
  const isCount = (value: number) => Number.isInteger(value) && value > 0;
  if (!isCount(rounds) || !sizes.every(isCount)) {
    console.error(`usage: ${USAGE}`);
    process.exit(2);
  }
  return { rounds, sizes, out: values.out ?? import.meta.dirname };
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
