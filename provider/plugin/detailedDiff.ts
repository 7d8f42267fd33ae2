import { isDeepStrictEqual } from "node:util";
import { isObject } from "../given";
import { type Properties, plain } from "./values";

/** How one property differs. */
export interface PropertyDifference {
  kind: "add" | "delete" | "update";
  /** Whether the inputs differ there; otherwise it is the record that differs from what is asked for. */
  isInput: boolean;
}

/**
 * The places at which resources differ, such as `tenants[1]` or `connection.host`.
 *
 * @param changed the properties that differ; where their inputs are the same, what was recorded differs
 */
export function detailedDiff(
  changed: readonly string[],
  olds: Properties,
  news: Properties,
): Map<string, PropertyDifference> {
  const places = new Map<string, PropertyDifference>();
  for (const name of changed) {
    const [before, after] = [plain(olds[name]), plain(news[name])];
    if (isDeepStrictEqual(before, after)) places.set(name, { kind: "update", isInput: false });
    else compare(name, before, after, places);
  }
  return places;
}

function compare(
  path: string,
  before: unknown,
  after: unknown,
  places: Map<string, PropertyDifference>,
): void {
  if (isDeepStrictEqual(before, after)) return;
  if (before === undefined || after === undefined) {
    places.set(path, { kind: before === undefined ? "add" : "delete", isInput: true });
  } else if (Array.isArray(before) && Array.isArray(after)) {
    const longer = before.length > after.length ? before : after;
    longer.forEach((_, i) => {
      compare(`${path}[${i}]`, before[i], after[i], places);
    });
  } else if (isObject(before) && isObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(`${path}${step(name)}`, before[name], after[name], places);
    }
  } else {
    places.set(path, { kind: "update", isInput: true });
  }
}

/** A step of a property path, as Pulumi reads it. */
function step(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
