import fc from "fast-check";
import { expect, test } from "vitest";
import { histories } from "../histories/arbitrary.ts";
import type { Level } from "../histories/level.ts";
import { programOf } from "../histories/program.ts";
import { ProviderByHost } from "../histories/providerByHost.ts";
import { inRealTime, realTime } from "../histories/realTime.ts";
import { comeToPass } from "../histories/run.ts";
import { FRONTS, type Front } from "../tools/support/fronts.ts";
import { PulumiStack } from "../tools/support/pulumiEngine.ts";
import { soak } from "../tools/support/soak.ts";

/*
 * Histories through the real provider process, by either front; see `test/histories`.
 */
const RUNS = soak(1, 20);
const SEED = Number(process.env.HISTORIES_SEED ?? soak(8, 1_125));

function levelOf(front: Front): Level {
  return {
    ...realTime,
    newStack: (watch) => new PulumiStack(watch),
    startProcess: (env) => ProviderByHost.start(front, env),
    leftBy: () => ({}),
  };
}

const cases = FRONTS.flatMap((front, i) =>
  fc
    .sample(histories, { numRuns: RUNS, seed: SEED + i })
    .map((history, number) => ({ front, number, history })),
);

test.concurrent.for(cases)(
  "$front: history $number holds through the provider host",
  { timeout: 600_000 },
  async ({ front, history }) => {
    const quick = inRealTime(history);
    const failure = await comeToPass(quick, levelOf(front)).catch((error: Error) => error);
    const report = failure && `${failure.message}\n${programOf(quick, `seed ${SEED}`)}`;
    expect(report).toBeUndefined();
  },
);
