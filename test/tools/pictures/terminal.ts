import { MONO, picture, type Theme, text } from "./svg.ts";

const CHARACTER = 7.8;
const LINE = 19;
const MARGIN = 20;
const COLUMNS = 124;

/** What a terminal has shown, one line a line. */
export function terminal(transcript: string, theme: Theme): string {
  const lines = shownLines(transcript).flatMap(wrapped);
  const width = Math.round(COLUMNS * CHARACTER + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const parts = lines.map((line, i) =>
    text(MARGIN, MARGIN + 13 + i * LINE, line, {
      fill: colourOf(line, theme),
      family: MONO,
      bold: line.startsWith("$ "),
    }),
  );
  return picture({ width, height, title: "pulumi up stops a backup" }, theme, parts);
}

/** What a picture has room for: no dots while something goes on, no outputs of the preview, of each job its end. */
function shownLines(transcript: string): string[] {
  const [preview = "", update = ""] = transcript.trimEnd().split(/^(?=Updating )/m);
  const [plan = ""] = preview.split(/^Diagnostics:/m);
  const isShown = (line: string) =>
    !line.startsWith("@ ") &&
    !/(backupSetId|comment|initiator|jobId|path|result|tenantId|type|bytes) *:/.test(line);
  const shown = [...plan.trimEnd().split("\n"), "", ...update.split("\n")].filter(isShown);
  return shown.filter((line, i) => line !== "" || shown[i - 1] !== "");
}

/** A line that is too long, as a narrow terminal breaks it, and indented as it begins. */
function wrapped(line: string): string[] {
  if (line.length <= COLUMNS) return [line];
  const end = line.lastIndexOf(" ", COLUMNS);
  const indent = /^ */.exec(line)?.[0] ?? "";
  return [line.slice(0, end), ...wrapped(`${indent}  ${line.slice(end + 1)}`)];
}

function colourOf(line: string, theme: Theme): string {
  if (line.startsWith("$ ")) return theme.accent;
  if (/^ \+/.test(line)) return theme.good;
  if (/warning:/.test(line)) return theme.warning;
  if (/^\S.*:$/.test(line) || line === "") return theme.text;
  return /summary|CANCELED/.test(line) ? theme.good : theme.faint;
}
