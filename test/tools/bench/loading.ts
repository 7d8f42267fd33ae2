import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { CONSUMER, hostProgram } from "../support/consumer.ts";
import { FRONTS, type Front } from "../support/fronts.ts";
import { type Figures, figuresOf } from "./figures.ts";

/** What importing the SDK costs a program that has Pulumi already. */
export interface LoadingFigures {
  milliseconds: Figures;
  /** Whether the database driver came with it. */
  loadsDriver: boolean;
  /** From the start of a provider's process to the line with its port. */
  readyMilliseconds: Record<Front, Figures>;
}

const SCRIPT = `
require("@pulumi/pulumi");
const startedAt = performance.now();
require("pulumi-oceanbase-backup");
const milliseconds = performance.now() - startedAt;
const loadsDriver = Object.keys(require.cache).some((file) => file.includes("node_modules/mysql2"));
console.log(JSON.stringify({ milliseconds, loadsDriver }));
`;

/** In a process of its own each time, as a program does it. */
export async function measureLoading(rounds: number): Promise<LoadingFigures> {
  const samples = Array.from({ length: rounds }, (): { milliseconds: number; loadsDriver: boolean } =>
    JSON.parse(execFileSync(process.execPath, ["-e", SCRIPT], { cwd: CONSUMER, encoding: "utf8" })),
  );
  return {
    milliseconds: figuresOf(samples.map((sample) => sample.milliseconds)),
    loadsDriver: samples.some((sample) => sample.loadsDriver),
    readyMilliseconds: await measureReady(rounds),
  };
}

/** The two fronts take turns; the first round, in which the plugin's code is compiled, is left out. */
async function measureReady(rounds: number): Promise<Record<Front, Figures>> {
  const samples: Record<Front, number[]> = { dynamic: [], plugin: [] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const front of FRONTS) {
      const milliseconds = await readyAfter(front, round === 0 ? COMPILING_MS : 0);
      if (round > 0) samples[front].push(milliseconds);
    }
  }
  return { dynamic: figuresOf(samples.dynamic), plugin: figuresOf(samples.plugin) };
}

/** So long after its start the plugin has kept what was compiled. */
const COMPILING_MS = 3_000;

async function readyAfter(front: Front, stayMs: number): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [hostProgram(front), NO_ENGINE], {
    cwd: CONSUMER,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  const milliseconds = performance.now() - startedAt;
  await new Promise((resolve) => setTimeout(resolve, stayMs));
  child.kill();
  await once(child, "exit");
  return milliseconds;
}

/** An address at which nothing is asked for before the port is printed. */
const NO_ENGINE = "127.0.0.1:1";
