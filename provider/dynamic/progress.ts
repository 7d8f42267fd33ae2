import { oneLine } from "../text";
import { findEngine } from "./engine";

/** How the engine shows a line: by weight, and whether it stays on the screen. */
const SEVERITY = { info: 1, warning: 2 } as const;

/** Shortest time between two status lines. */
const STATUS_INTERVAL_MS = 5000;

let lastStatusMs = 0;

/**
 * Shows a status line in the engine's display; the next one replaces it, and none is left at the end. It appears on
 * the stack's row: a dynamic provider is not told its resource's name. Without an engine nothing is shown.
 */
export function showStatus(text: string): void {
  if (Date.now() - lastStatusMs < STATUS_INTERVAL_MS) return;
  lastStatusMs = Date.now();
  log(SEVERITY.info, text, true);
}

/** Shows a warning that stays; without an engine it goes to the error output. */
export function showWarning(text: string): void {
  if (!log(SEVERITY.warning, text, false)) console.error(`warning: ${oneLine(text)}`);
}

function log(severity: number, text: string, ephemeral: boolean): boolean {
  const engine = findEngine();
  if (engine === undefined) return false;
  try {
    const request = engine.newRequest();
    request.setSeverity(severity);
    request.setMessage(oneLine(text));
    request.setEphemeral(ephemeral);
    engine.client.log(request, () => {});
    return true;
  } catch {
    return false;
  }
}
