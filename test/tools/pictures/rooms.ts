import { arrow, box, picture, type Theme, text } from "./svg.ts";

/** A room of the house: where it is drawn, and what it knows. */
interface Room {
  folder: string;
  knows: string;
  column: number;
  row: number;
}

/** From left to right and from the top to the bottom, as imports go. */
const ROOMS: readonly Room[] = [
  { folder: "sdk/nodejs", knows: "what a program imports", column: 0, row: 1 },
  { folder: "provider/dynamic", knows: "front for the dynamic host", column: 0, row: 2 },
  { folder: "provider/plugin", knows: "front for the plugin protocol", column: 0, row: 3 },
  { folder: "provider/resources", knows: "the lifecycle of each resource", column: 1, row: 2 },
  { folder: "oceanbase/stop", knows: "the action: statement and wait", column: 2, row: 0 },
  { folder: "oceanbase/cleanup", knows: "cleanup policies, leftovers", column: 2, row: 1 },
  { folder: "oceanbase/jobs", knows: "rows of the backup views", column: 2, row: 2 },
  { folder: "oceanbase/cluster", knows: "server, tenants, privileges", column: 2, row: 3 },
  { folder: "oceanbase/connection", knows: "login, driver, pool, errors", column: 2, row: 4 },
  { folder: "mysql2", knows: "the driver, in one file only", column: 2, row: 5 },
];

/** Which room imports which, a step at a time; a room may also import what is further below. */
export const STEPS: readonly (readonly [from: string, to: string])[] = [
  ["sdk/nodejs", "provider/resources"],
  ["provider/dynamic", "provider/resources"],
  ["provider/plugin", "provider/resources"],
  ["provider/resources", "oceanbase/stop"],
  ["oceanbase/stop", "oceanbase/cleanup"],
  ["oceanbase/cleanup", "oceanbase/jobs"],
  ["oceanbase/jobs", "oceanbase/cluster"],
  ["oceanbase/cluster", "oceanbase/connection"],
  ["oceanbase/connection", "mysql2"],
];

const WIDTH = 236;
const HEIGHT = 52;
const LEFT = 28;
const TOP = 62;
const ACROSS = 304;
const DOWN = 76;

const leftOf = ({ column }: Room) => LEFT + column * ACROSS;
const topOf = ({ row }: Room) => TOP + row * DOWN;

/** The rooms and the direction of imports between them. */
export function rooms(theme: Theme): string {
  const named = new Map(ROOMS.map((room) => [room.folder, room]));
  const frame = { x: LEFT + 2 * ACROSS - 14, y: TOP - 36 };
  return picture(
    { width: LEFT + 2 * ACROSS + WIDTH + 32, height: TOP + 6 * DOWN, title: "Rooms, and what they import" },
    theme,
    [
      text(LEFT, 32, "Imports go along the arrows, and never back", {
        fill: theme.text,
        bold: true,
        size: 15,
      }),
      box(frame.x, frame.y, WIDTH + 28, 5 * DOWN - 24 + 48, theme.paper, theme.line),
      text(frame.x + 12, frame.y + 20, "provider/oceanbase, without Pulumi", { fill: theme.faint }),
      ...ROOMS.flatMap((room) => roomParts(room, theme)),
      ...STEPS.map(([from, to]) => step(named.get(from) as Room, named.get(to) as Room, theme)),
    ],
  );
}

function roomParts(room: Room, theme: Theme): string[] {
  const [x, y] = [leftOf(room), topOf(room)];
  return [
    box(x, y, WIDTH, HEIGHT, theme.box, theme.line),
    text(x + 14, y + 22, room.folder, { fill: theme.accent, bold: true, size: 14 }),
    text(x + 14, y + 41, room.knows, { fill: theme.text }),
  ];
}

/** Down within a column, across between two. */
function step(from: Room, to: Room, theme: Theme): string {
  if (from.column === to.column) {
    const x = leftOf(from) + WIDTH / 2;
    return arrow(x, topOf(from) + HEIGHT, x, topOf(to) - 1, theme.line);
  }
  const middle = (room: Room) => topOf(room) + HEIGHT / 2;
  // Several that end at one room end beside each other.
  const end = middle(to) + (from.row - to.row) * 14 * (to.column === 1 ? 1 : 0);
  return arrow(leftOf(from) + WIDTH, middle(from), leftOf(to) - 1, end, theme.line);
}
