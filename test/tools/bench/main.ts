import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installPackage } from "../support/consumer.ts";
import { ensurePulumi } from "../toolchain/pulumi.mjs";
import { run } from "../toolchain/run.mjs";
import { chart } from "./chart.ts";
import { measureLoading } from "./loading.ts";
import { PROGRAMS, type Variant } from "./programs.ts";
import { type BenchResult, stackTable, verdicts } from "./report.ts";
import { measureConcurrency, measureStacks } from "./stackRuns.ts";
import { measureStatements } from "./statements.ts";
import { measureWaits } from "./waits.ts";

const USAGE =
  "npm run bench -- [--rounds 5] [--sizes 1,100,200] [--programs null,plugin-no-wait,...] [--out DIRECTORY]";

/** What is compared with no backup running, and with one in every tenant. */
const IDLE: readonly Variant[] = [
  "null",
  "hand-written",
  "command",
  "ours-no-wait",
  "plugin-no-wait",
  "yaml-no-wait",
];
const BUSY: readonly Variant[] = [
  "null",
  "hand-written",
  "ours-no-wait",
  "plugin-no-wait",
  "ours-wait",
  "plugin-wait",
];

/** The package of the command provider, of the version of its plugin that is measured. */
const COMMAND_PACKAGE = { "@pulumi/command": "1.2.1" };

/** Everything side by side in one run; a table on the terminal, `bench.json` and `bench.svg` as files. */
async function main(): Promise<void> {
  const { rounds, sizes, programs, out } = readArguments();
  process.env.TEST_PULUMI_DIRECTORY = await ensurePulumi();
  const hasCommand = await isOnPath("pulumi-resource-command");
  await installPackage(hasCommand ? COMMAND_PACKAGE : {});
  const say = (text: string) => console.error(text);
  const wanted = (variants: readonly Variant[]) =>
    variants.filter((variant) => programs.includes(variant) && (variant !== "command" || hasCommand));
  const result: BenchResult = {
    machine: {
      cpus: cpus().length,
      model: cpus()[0]?.model ?? "",
      memoryGigabytes: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    rounds,
    hasCommand,
    loading: await measureLoading(Math.max(rounds, 5)),
    statements: await measureStatements(Math.max(rounds, 20)),
    waits: [await measureWaits(5), await measureWaits(60)],
    stacks: [
      ...(await measureStacks(wanted(IDLE), false, sizes, rounds, say)),
      ...(await measureStacks(wanted(BUSY), true, sizes, rounds, say)),
    ],
    concurrency: [
      await measureConcurrency("dynamic", Math.max(...sizes), Math.min(rounds, 3)),
      await measureConcurrency("plugin", Math.max(...sizes), Math.min(rounds, 3)),
    ],
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

function readArguments(): { rounds: number; sizes: number[]; programs: Variant[]; out: string } {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string" },
      sizes: { type: "string" },
      programs: { type: "string" },
      out: { type: "string" },
    },
  });
  const rounds = Number(values.rounds ?? 5);
  const sizes = (values.sizes ?? "1,100,200").split(",").map(Number);
  const all = Object.keys(PROGRAMS) as Variant[];
  const programs = values.programs?.split(",") ?? all;
  const isCount = (value: number) => Number.isInteger(value) && value > 0;
  const isProgram = (name: string): name is Variant => all.includes(name as Variant);
  if (!isCount(rounds) || !sizes.every(isCount) || !programs.every(isProgram)) {
    console.error(`usage: ${USAGE}`);
    process.exit(2);
  }
  return { rounds, sizes, programs, out: values.out ?? import.meta.dirname };
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
