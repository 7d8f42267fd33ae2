import fc from "fast-check";
import { expect, test } from "vitest";
import { histories } from "../histories/arbitrary.ts";
import { type CliProcess, CliStack } from "../histories/cliStack.ts";
import type { Level } from "../histories/level.ts";
import { programOf } from "../histories/program.ts";
import { inRealTime, realTime } from "../histories/realTime.ts";
import { comeToPass } from "../histories/run.ts";
import type { History } from "../histories/steps.ts";
import { FRONTS, type Front } from "../tools/support/fronts.ts";
import { soak } from "../tools/support/soak.ts";

/*
 * Histories through the real CLI, by either front; see `test/histories`. What is killed and given up has tests of its own.
 */
const RUNS = soak(1, 3);
const MOST_STEPS = soak(3, 15);
const fronts = FRONTS.slice(0, soak(1, FRONTS.length));
const SEED = Number(process.env.HISTORIES_SEED ?? soak(5, 20_261));

/** A process is the CLI's own affair. */
function processFor(env: Record<string, string>): CliProcess {
  const none = () => {
    throw new Error("the CLI calls the provider");
  };
  const calls = {
    check: none,
    diff: none,
    preview: none,
    create: none,
    update: none,
    read: none,
    delete: none,
  };
  return { ...calls, said: [], env, kill: () => {}, interrupt: () => {}, end: async () => {} };
}

function levelOf(front: Front, stacks: CliStack[]): Level {
  return {
    ...realTime,
    newStack: (watch) => {
      const stack = new CliStack(front, watch);
      stacks.push(stack);
      return stack as unknown as ReturnType<Level["newStack"]>;
    },
    startProcess: async (env) => processFor(env),
    leftBy: () => ({}),
  };
}

/** A short one, in which the CLI comes to its end. */
function forCli({ steps, ...history }: History): History {
  const isForCli = ({ trouble: { kind } }: { trouble: { kind: string } }) =>
    kind !== "kill" && kind !== "interrupt";
  return inRealTime({
    ...history,
    steps: steps
      .slice(0, MOST_STEPS)
      .map((step) => ("strikes" in step ? { ...step, strikes: step.strikes.filter(isForCli) } : step)),
  });
}

const cases = fronts.flatMap((front, i) =>
  fc
    .sample(histories, { numRuns: RUNS, seed: SEED + i })
    .map((history, number) => ({ front, number, history: forCli(history) })),
);

test.concurrent.for(cases)(
  "$front: history $number holds through the CLI",
  { timeout: 1_800_000 },
  async ({ front, history }) => {
    const stacks: CliStack[] = [];
    const failure = await comeToPass(history, levelOf(front, stacks)).catch((error: Error) => error);
    for (const stack of stacks) stack.remove();
    const report = failure && `${failure.message}\n${programOf(history, `seed ${SEED}`)}`;
    expect(report).toBeUndefined();
  },
);
