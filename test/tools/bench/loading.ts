import { execFileSync } from "node:child_process";
import { CONSUMER } from "../support/consumer.ts";
import { type Figures, figuresOf } from "./figures.ts";

/** What importing the SDK costs a program that has Pulumi already. */
export interface LoadingFigures {
  milliseconds: Figures;
  /** Whether the database driver came with it. */
  loadsDriver: boolean;
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
export function measureLoading(rounds: number): LoadingFigures {
  const samples = Array.from({ length: rounds }, (): { milliseconds: number; loadsDriver: boolean } =>
    JSON.parse(execFileSync(process.execPath, ["-e", SCRIPT], { cwd: CONSUMER, encoding: "utf8" })),
  );
  return {
    milliseconds: figuresOf(samples.map((sample) => sample.milliseconds)),
    loadsDriver: samples.some((sample) => sample.loadsDriver),
  };
}
