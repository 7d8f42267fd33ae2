import { showLine, sparingly } from "../engine/log";
import { oneLine } from "../text";
import { findEngine } from "./engine";

/**
 * Shows a status line in the engine's display; the next one replaces it, and none is left at the end. It appears on
 * the stack's row: a dynamic provider is not told its resource's name. Without an engine nothing is shown.
 */
export const showStatus = sparingly((text) => {
  showLine(findEngine(), text, { ephemeral: true });
});

/** Shows a warning that stays; without an engine it goes to the error output. */
export function showWarning(text: string): void {
  if (!showLine(findEngine(), text, { severity: "warning" })) console.error(`warning: ${oneLine(text)}`);
}
