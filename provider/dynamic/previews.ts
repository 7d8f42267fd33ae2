import { showLine } from "../engine/log";
import type { Context } from "../resources/context";
import type { Preview } from "../resources/defineResource";
import { findEngine } from "./engine";
import { showWarning } from "./progress";

/*
 * Previews by a host that is not told of them: the program marks the inputs with the resource's URN. The mark is taken away
 * when the inputs are checked, and remembered for the diff that may follow.
 */

/** URNs of the resources whose inputs were checked in a preview and that may be compared with their state next. */
const marked = new Map<string, string[]>();

/** The inputs without the mark, and the resource that they are of; undefined where this is no preview. */
export function unmarked<T extends object>(inputs: T): { inputs: T; urn: string | undefined } {
  const { __preview: urn, ...others } = inputs as T & { __preview?: string };
  return { inputs: others as unknown as T, urn };
}

/** Remembers of what resource these inputs are. */
export function remember(inputs: object, urn: string): void {
  const key = JSON.stringify(inputs);
  marked.set(key, [...(marked.get(key) ?? []), urn]);
}

/** The resource that these inputs were remembered for. */
export function recall(inputs: object): string | undefined {
  return marked.get(JSON.stringify(inputs))?.shift();
}

/** Shows on the resource's row what a preview has found out. */
export async function showPreview<State>(
  urn: string,
  context: Context,
  preview: (context: Context) => Promise<Preview<State>>,
): Promise<void> {
  const warn = (text: string) => showWarning(text, urn);
  const { text } = await preview({ ...context, preview: true, warn });
  if (text !== undefined) showLine(findEngine(), text, { urn });
}
