import { atMost, type Verdict } from "./figures.ts";
import type { Variant } from "./programs.ts";
import type { BenchResult } from "./report.ts";
import type { StackFigures } from "./stackRuns.ts";

/** What is compared of two programs, and what the first may have of the second. */
interface Comparison {
  measure: "up" | "destroy";
  resources: number;
  ours: Variant;
  theirs: Variant;
  atMost: number;
  /** With a backup in every tenant. @default false */
  isBusy?: boolean;
}

/** The plugin against the engine's floor for a dynamic resource, and against the command provider. */
const COMPARISONS: readonly Comparison[] = [
  { measure: "up", resources: 1, ours: "plugin-no-wait", theirs: "null", atMost: 0.8 },
  { measure: "up", resources: 200, ours: "plugin-no-wait", theirs: "null", atMost: 0.85 },
  { measure: "up", resources: 200, ours: "plugin-no-wait", theirs: "null", atMost: 0.95, isBusy: true },
  { measure: "destroy", resources: 200, ours: "plugin-no-wait", theirs: "null", atMost: 0.85 },
  { measure: "up", resources: 1, ours: "plugin-no-wait", theirs: "command", atMost: 1 },
  { measure: "up", resources: 100, ours: "plugin-no-wait", theirs: "command", atMost: 0.8 },
  { measure: "destroy", resources: 100, ours: "plugin-no-wait", theirs: "command", atMost: 1 },
  { measure: "up", resources: 1, ours: "yaml-no-wait", theirs: "plugin-no-wait", atMost: 0.7 },
];

/** What was to be reached by the plugin and what was; a comparison with what was not measured is left out. */
export function pluginVerdicts({ stacks, loading }: BenchResult): Verdict[] {
  const { plugin, dynamic } = loading.readyMilliseconds;
  const ready = atMost("ready, plugin / dynamic host", plugin.median / dynamic.median, 0.25);
  return [ready, ...COMPARISONS.flatMap((comparison) => verdictOf(comparison, stacks) ?? [])];
}

function verdictOf(comparison: Comparison, stacks: readonly StackFigures[]): Verdict | undefined {
  const { measure, resources, ours, theirs, isBusy = false } = comparison;
  const secondsOf = (variant: Variant) => {
    const row = stacks.find(
      (candidate) =>
        candidate.variant === variant && candidate.resources === resources && candidate.isBusy === isBusy,
    );
    return measure === "up" ? row?.upSeconds.median : row?.destroySeconds.median;
  };
  const [one, other] = [secondsOf(ours), secondsOf(theirs)];
  if (one === undefined || other === undefined) return undefined;
  const figure = `${measure}, N = ${resources}, ${ours} / ${theirs}${isBusy ? ", with a backup in each" : ""}`;
  return atMost(figure, one / other, comparison.atMost);
}
