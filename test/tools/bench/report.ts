import { atMost, type Figures, type Verdict } from "./figures.ts";
import type { LoadingFigures } from "./loading.ts";
import { pluginVerdicts } from "./pluginVerdicts.ts";
import type { Variant } from "./programs.ts";
import type { ConcurrencyFigures, StackFigures } from "./stackRuns.ts";
import type { StatementFigures } from "./statements.ts";
import type { WaitFigures } from "./waits.ts";

/** Everything that one run has measured. */
export interface BenchResult {
  machine: { cpus: number; model: string; memoryGigabytes: number; node: string };
  rounds: number;
  hasCommand: boolean;
  loading: LoadingFigures;
  statements: StatementFigures;
  waits: WaitFigures[];
  stacks: StackFigures[];
  concurrency: ConcurrencyFigures[];
}

/** The programs side by side, as Markdown. */
export function stackTable({ stacks, hasCommand, rounds }: BenchResult): string {
  const range = ({ median, min, max }: Figures) =>
    `${median.toFixed(2)} (${min.toFixed(2)} - ${max.toFixed(2)})`;
  const rows = stacks.map((row) => [
    String(row.resources),
    row.isBusy ? "in each tenant" : "none",
    row.variant,
    range(row.upSeconds),
    range(row.destroySeconds),
    String(row.stateBytes),
    String(row.providerBytes),
    row.providerMegabytes.median.toFixed(0),
  ]);
  const missing = hasCommand ? "" : "\ncommand: its plugin (pulumi-resource-command) is not on PATH\n";
  return `\nMedian of ${rounds} rounds (min - max), programs taking turns.\n\n${markdown(
    [
      "N",
      "backup running",
      "program",
      "up, s",
      "destroy, s",
      "state of one resource, bytes",
      "of it __provider",
      "provider process, MB",
    ],
    rows,
  )}${missing}`;
}

/** What was to be reached and what was. */
export function verdicts(result: BenchResult): string {
  const rows = [...judged(result), ...pluginVerdicts(result)].map(({ figure, measured, target, met }) => [
    figure,
    measured,
    target,
    met ? "yes" : "NO",
  ]);
  return markdown(["figure", "measured", "target", "met"], rows);
}

function judged({ stacks, loading, statements, waits, concurrency }: BenchResult): Verdict[] {
  const of = (variant: Variant, resources: number, isBusy = false) =>
    stacks.find((row) => row.variant === variant && row.resources === resources && row.isBusy === isBusy);
  const list: Verdict[] = [];
  const ratio = (text: string, resources: number, by: (row: StackFigures) => number, limit: number) => {
    for (const isBusy of [false, true]) {
      const [ours, theirs] = [of("ours-no-wait", resources, isBusy), of("hand-written", resources, isBusy)];
      if (ours === undefined || theirs === undefined) continue;
      list.push(atMost(isBusy ? `${text}, with a backup in each` : text, by(ours) / by(theirs), limit));
    }
  };
  ratio("up, N = 1, ours without wait / hand-written", 1, (row) => row.upSeconds.median, 1);
  ratio("up, N = 200, ours without wait / hand-written", 200, (row) => row.upSeconds.median, 0.85);
  ratio("destroy, N = 200, ours / hand-written", 200, (row) => row.destroySeconds.median, 0.85);
  ratio("state bytes of one resource, ours / hand-written", 1, (row) => row.stateBytes, 0.6);
  const one = of("ours-no-wait", 1);
  if (one !== undefined) list.push(atMost("__provider, bytes", one.providerBytes, 256, "", 0));
  list.push(atMost("importing the SDK", loading.milliseconds.median, 10, " ms", 1));
  list.push({
    figure: "the driver is loaded by the import",
    measured: loading.loadsDriver ? "yes" : "no",
    target: "no",
    met: !loading.loadsDriver,
  });
  for (const wait of waits) {
    const limit = wait.stopSeconds <= 5 ? 0.5 : 2.2;
    list.push(
      atMost(
        `job left the live view to resource done, p95, stop of ${wait.stopSeconds} s`,
        wait.lagSecondsP95,
        limit,
        " s",
      ),
    );
  }
  const long = waits.at(-1);
  if (long !== undefined) {
    list.push(atMost(`queries of one wait of ${long.stopSeconds} s`, long.queries, 45, "", 0));
    list.push(atMost("statements of it", long.statements, 1, "", 0));
    list.push(atMost("connections of it", long.connections, 1, "", 0));
  }
  list.push(
    atMost(
      "one statement for 1,000 tenants / for one, the sandbox's time left out",
      statements.thousandTenantsMs.median / statements.oneTenantMs.median,
      3,
    ),
  );
  for (const { front, waitingMegabytes, nothingMegabytes, resources, connections } of concurrency) {
    const megabytes = waitingMegabytes.median - nothingMegabytes.median;
    const floor = front === "plugin" ? "a plugin that does nothing" : "null";
    list.push(atMost(`memory of ${resources} concurrent waits above ${floor}`, megabytes, 40, " MB", 0));
    list.push(atMost("connections of them to the cluster", connections, 4, "", 0));
  }
  list.push(atMost("round trips of a create with nothing running", statements.roundTrips, 6, "", 0));
  return list;
}

function markdown(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return `${[line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")}\n`;
}
