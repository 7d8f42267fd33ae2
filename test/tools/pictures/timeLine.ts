import { backupIdleSeconds } from "../../../provider/oceanbase/cluster/versions.ts";
import { featuresOf, type VersionName } from "../../../sdk/sandbox/versions.ts";
import { box, line, picture, type Theme, text } from "./svg.ts";

/** One lane: versions in which a stop takes its time in the same way. */
interface Lane {
  versions: string;
  /** One of them, which code and sandbox are asked about. */
  version: VersionName;
  note: string;
}

const LANES: readonly Lane[] = [
  { versions: "4.0, 4.1", version: "4.1.0", note: "the thread sleeps for up to 5 min" },
  { versions: "4.2 to 4.5.0", version: "4.2.5", note: "the thread sleeps for up to 30 s" },
  { versions: "4.5.1 and later", version: "4.6.0", note: "the cancel wakes it" },
];

const LEFT = 150;
const RIGHT = 30;
const WIDTH = 940;
const TOP = 96;
const DOWN = 92;
/** The longest lane, in seconds. */
const LONGEST = 480;

/** How long after the statement the thread that ends jobs looks, at most. */
function noticedAfter(version: VersionName): number {
  return featuresOf(version).cancelWakesBackupThread ? 1 : backupIdleSeconds({ version });
}

/** What becomes of a job after the statement, by the server's version. */
export function timeLine(theme: Theme): string {
  const height = TOP + LANES.length * DOWN + 44;
  return picture({ width: WIDTH, height, title: "A cancelled backup, by version" }, theme, [
    text(20, 32, "From the statement to the job's end, at most, when all is well", {
      fill: theme.text,
      bold: true,
      size: 15,
    }),
    text(
      20,
      56,
      "ALTER SYSTEM CANCEL BACKUP returns at once and sets DOING to CANCELING; a thread of the tenant ends the job later",
      {
        fill: theme.faint,
      },
    ),
    ...LANES.flatMap((lane, i) => laneParts(lane, TOP + i * DOWN, theme)),
    ...axis(TOP + LANES.length * DOWN - 6, theme),
  ]);
}

const at = (seconds: number) => LEFT + (seconds / LONGEST) * (WIDTH - LEFT - RIGHT);

function laneParts({ versions, version, note }: Lane, y: number, theme: Theme): string[] {
  const noticed = noticedAfter(version);
  // Its tasks are stopped by one request each, and a second later the row moves to the history.
  const ended = noticed + 60;
  const width = at(noticed) - at(0);
  return [
    text(20, y + 26, versions, { fill: theme.accent, bold: true, size: 14 }),
    line(at(0), y, at(0), y + 52, theme.accent),
    text(at(0) + 6, y + 4, "statement", { fill: theme.accent, size: 12 }),
    box(at(0), y + 12, Math.max(width, 4), 24, theme.box, theme.warning),
    ...(width > 120 ? [text(at(0) + 10, y + 29, `CANCELING: ${note}`, { fill: theme.text, size: 12 })] : []),
    box(at(noticed), y + 12, at(ended) - at(noticed), 24, theme.box, theme.good),
    text(at(noticed) + 10, y + 29, "tasks stop", { fill: theme.text, size: 12 }),
    text(at(ended) + 8, y + 29, "CANCELED, in the history", { fill: theme.good, size: 12, bold: true }),
    ...(width > 120 ? [] : [text(at(0) + 6, y + 52, `CANCELING: ${note}`, { fill: theme.faint, size: 12 })]),
  ];
}

function axis(y: number, theme: Theme): string[] {
  const marks = [0, 60, 120, 180, 240, 300, 360];
  return [
    line(at(0), y, at(marks.at(-1) as number), y, theme.line),
    ...marks.flatMap((seconds) => [
      line(at(seconds), y, at(seconds), y + 6, theme.line),
      text(at(seconds), y + 22, seconds === 0 ? "0" : `${seconds / 60} min`, {
        fill: theme.faint,
        anchor: "middle",
        size: 12,
      }),
    ]),
  ];
}
