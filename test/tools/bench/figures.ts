/** What several rounds of the same measurement gave. */
export interface Figures {
  median: number;
  min: number;
  max: number;
  rounds: number;
}

/** Median and range; the median of an even number of values lies between the middle two. */
export function figuresOf(values: readonly number[]): Figures {
  return {
    median: quantile(values, 0.5),
    min: Math.min(...values),
    max: Math.max(...values),
    rounds: values.length,
  };
}

/** The value below which this share of the values lies, between neighbours in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}

/** One line of the table: a figure, what it should be, and whether it is. */
export interface Verdict {
  figure: string;
  measured: string;
  target: string;
  met: boolean;
}

/** A figure that has to be at most `limit`. */
export function atMost(figure: string, value: number, limit: number, unit = "", digits = 2): Verdict {
  const shown = (number: number) => `${number.toFixed(digits)}${unit}`;
  return { figure, measured: shown(value), target: `<= ${limit}${unit}`, met: value <= limit };
}
