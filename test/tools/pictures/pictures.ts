import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../toolchain/run.mjs";
import { rooms } from "./rooms.ts";
import { THEMES } from "./svg.ts";
import { terminal } from "./terminal.ts";
import { timeLine } from "./timeLine.ts";

/** What a run of the demonstration has printed; `record.ts` writes it. */
const TRANSCRIPT = join(import.meta.dirname, "transcript.txt");

/** Every picture in each theme, by its file. */
export function pictures(): Map<string, string> {
  const transcript = readFileSync(TRANSCRIPT, "utf8");
  const drawn = { rooms, timeLine, run: (theme: (typeof THEMES)[number]) => terminal(transcript, theme) };
  return new Map(
    Object.entries(drawn).flatMap(([name, draw]) =>
      THEMES.map((theme) => [
        join(ROOT, "sdk", "pages", "pictures", `${name}-${theme.name}.svg`),
        draw(theme),
      ]),
    ),
  );
}
