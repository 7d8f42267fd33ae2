import { showLine, sparingly } from "../engine/log";
import { given } from "../given";
import { oneLine } from "../text";
import { findEngine } from "./engine";

/**
 * Shows a status line in the engine's display; the next one replaces it, and none is left at the end. It appears on
 * the stack's row: a dynamic provider is not told its resource's name. Without an engine nothing is shown.
 */
export const showStatus = sparingly((text) => {
  showLine(findEngine(), text, { ephemeral: true });
});

/** Shows a line that stays, on the row of the stack. */
export function showInfo(text: string): void {
  showLine(findEngine(), text);
}

/**
 * Shows a warning that stays; without an engine it goes to the error output.
 *
 * @param urn the resource on whose row it appears; undefined: that of the stack
 */
export function showWarning(text: string, urn?: string): void {
  if (!showLine(findEngine(), text, { severity: "warning", ...given({ urn }) }))
    console.error(`warning: ${oneLine(text)}`);
}
