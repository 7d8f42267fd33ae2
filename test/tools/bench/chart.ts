import type { StackFigures } from "./stackRuns.ts";

const COLORS: Record<string, string> = {
  null: "#9aa0a6",
  "hand-written": "#e8710a",
  command: "#9334e6",
  "ours-no-wait": "#1a73e8",
  "ours-wait": "#12b5cb",
  "plugin-no-wait": "#188038",
  "plugin-wait": "#5bb974",
  "yaml-no-wait": "#f9ab00",
};

const BAR = 16;
const GAP = 22;
const LEFT = 150;
const WIDTH = 860;
const TOP = 64;

/** Horizontal bars, a group for every number of resources: how long `up` took, with the range as a line. */
export function chart(stacks: readonly StackFigures[]): string {
  const sizes = [...new Set(stacks.map((row) => row.resources))];
  const parts: string[] = [];
  let y = TOP;
  for (const size of sizes) {
    const rows = stacks
      .filter((row) => row.resources === size)
      .sort((a, b) => Number(a.isBusy) - Number(b.isBusy));
    // Each group has its own scale: seconds for one resource and for two hundred do not fit on one.
    const longest = Math.max(...rows.map((row) => row.upSeconds.max));
    const scale = (seconds: number) => (seconds / longest) * (WIDTH - LEFT - 150);
    parts.push(text(16, y, `N = ${size}`, 'font-weight="bold"'));
    y += 8;
    for (const { variant, upSeconds, isBusy } of rows) {
      const { median, min, max } = upSeconds;
      const middle = y + BAR / 2;
      parts.push(
        text(LEFT - 10, middle + 4, isBusy ? `${variant}, busy` : variant, 'text-anchor="end"'),
        `<rect x="${LEFT}" y="${y}" width="${scale(median).toFixed(1)}" height="${BAR}" fill="${COLORS[variant] ?? "#444"}"/>`,
        `<line x1="${(LEFT + scale(min)).toFixed(1)}" x2="${(LEFT + scale(max)).toFixed(1)}" y1="${middle}" y2="${middle}" stroke="#202124" stroke-width="2"/>`,
        text(LEFT + scale(max) + 8, middle + 4, `${median.toFixed(2)} s`),
      );
      y += GAP;
    }
    y += GAP;
  }
  const title = text(
    16,
    26,
    "pulumi up: median, and the range of all rounds; busy: with a backup in each tenant",
    'font-size="16" font-weight="bold"',
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" font-family="sans-serif" font-size="13">
<title>How long pulumi up takes with each program</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${[title, ...parts].join("\n")}
</svg>
`;
}

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="#202124" ${attributes}>${content}</text>`;
}
