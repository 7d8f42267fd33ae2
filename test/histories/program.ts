import type { History } from "./steps.ts";

/** A history as a program that anybody can run: a test of `regressions.test.ts`. */
export function programOf(history: History, why: string): string {
  const { version, seed, steps } = history;
  const lines = steps.map((step) => `      ${literal(step)},`);
  return [
    `  test(${JSON.stringify(why)}, () =>`,
    "    live({",
    `      version: "${version}",`,
    `      seed: ${seed},`,
    "      steps: [",
    ...lines.map((line) => `  ${line}`),
    "      ],",
    "    }));",
  ].join("\n");
}

/** A value as it is written in a program. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null)
    return value === undefined ? "undefined" : JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return fields.length === 0
    ? "{}"
    : `{ ${fields.map(([name, field]) => `${name}: ${literal(field)}`).join(", ")} }`;
}
