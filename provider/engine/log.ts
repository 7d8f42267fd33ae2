import { clauseFirst, oneLine } from "../text";
import type { Engine } from "./engine";

/** How the engine shows a line: by weight, as it numbers them. */
const SEVERITY = { debug: 0, info: 1, warning: 2 } as const;

/** Shortest time between two status lines. */
const STATUS_INTERVAL_MS = 5000;

/** How a line is shown. */
export interface LineOptions {
  /** @default "info" */
  severity?: keyof typeof SEVERITY;
  /** Whether the next line replaces it, and none is left at the end. @default false */
  ephemeral?: boolean;
  /** The resource on whose row it appears. @default that of the stack */
  urn?: string;
}

/** Shows a line in the engine's display; false when it could not be handed over. */
export function showLine(
  engine: Engine | undefined,
  text: string,
  { severity = "info", ephemeral = false, urn }: LineOptions = {},
): boolean {
  if (engine === undefined) return false;
  try {
    const request = engine.newRequest();
    request.setSeverity(SEVERITY[severity]);
    request.setMessage(severity === "warning" ? clauseFirst(text) : oneLine(text));
    request.setEphemeral(ephemeral);
    if (urn !== undefined) request.setUrn(urn);
    engine.client.log(request, () => {});
    return true;
  } catch {
    return false;
  }
}

/** Lets a text through that is not too soon after the one before. */
export function sparingly(show: (text: string) => void): (text: string) => void {
  let lastMs = 0;
  return (text) => {
    if (Date.now() - lastMs < STATUS_INTERVAL_MS) return;
    lastMs = Date.now();
    show(text);
  };
}
