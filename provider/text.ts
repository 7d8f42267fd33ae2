/*
 * Text for people: lines, lists, and names that were nearly right.
 */

/**
 * The same text on one line, without what a terminal acts on: control characters move its cursor or rename its window,
 * and directional marks reorder what is read. A server's words may hold either.
 */
export function oneLine(text: string): string {
  return text.replace(/\s*[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+\s*/gu, " ").trim();
}

/**
 * The same text with its first clause on a line of its own. Pulumi repeats the first line of a message on the resource's row
 * while it works, and prints all of it once at the end.
 */
export function clauseFirst(text: string): string {
  const line = oneLine(text);
  const end = line.indexOf("; ");
  return end === -1
    ? line
    : `${line.slice(0, end)}\n${line.charAt(end + 2).toUpperCase()}${line.slice(end + 3)}`;
}

/** Most things that a line for people names; lists in outputs are complete. */
export const MAX_NAMED = 8;

/** `a, b, c and 4 more`, or `a; b; c and 4 more jobs`. */
export function firstOf(
  items: readonly string[],
  max = MAX_NAMED,
  { separator = ", ", noun = "" }: { separator?: string; noun?: string } = {},
): string {
  const shown = items.slice(0, max).join(separator);
  return items.length > max ? `${shown} and ${items.length - max} more ${noun}`.trimEnd() : shown;
}

/** `1 backup job`, `2 backup jobs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * `did you mean prod or prod2?`, or undefined when no known name is near.
 *
 * @param prefixLength how many characters at the beginning do not count, such as those of `--`
 */
export function didYouMean(
  name: string,
  known: readonly string[],
  prefixLength: number = 0,
): string | undefined {
  const near = nearestNames(name, known, prefixLength);
  return near.length === 0 ? undefined : `did you mean ${near.join(" or ")}?`;
}

/** Up to three known names that differ in case only, or in a few letters. */
function nearestNames(name: string, known: readonly string[], prefixLength: number): string[] {
  const lower = name.toLowerCase();
  const length = name.length - prefixLength;
  const limit = length < 4 ? 1 : Math.max(2, Math.floor(length / 3));
  return known
    .map((candidate) => ({ candidate, distance: editDistance(lower, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** How many letters have to be added, removed or replaced to turn one text into the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (previous[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      current[j] = Math.min(replaced, (previous[j] as number) + 1, (current[j - 1] as number) + 1);
    }
    previous = current;
  }
  return previous[to.length] as number;
}
