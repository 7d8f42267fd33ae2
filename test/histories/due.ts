import { isDeepStrictEqual } from "node:util";
import type { Properties } from "../tools/support/pulumiEngine.ts";
import type { Observed } from "./observed.ts";

/**
 * What an operation on a CancelBackup may send, by the tables of `sdk/README.md`:
 *
 * - `nothing`.
 * - `once`: the statement.
 * - `resume`: nothing, unless a job that was meant still runs unmarked.
 */
export type Due = "nothing" | "once" | "resume";

/** What this one may send. */
export function dueFor({ action, inputs, before }: Observed): Due {
  switch (action) {
    case "preview":
    case "read":
      return "nothing";
    case "create":
      return has(inputs, "create") ? "once" : "nothing";
    case "delete":
      return has(inputs, "delete") ? "once" : "nothing";
    case "update":
      return dueForUpdate(before?.state ?? {}, inputs);
  }
}

function dueForUpdate(olds: Properties, news: Properties): Due {
  const isNew =
    !isDeepStrictEqual(asSet(olds.tenants), asSet(news.tenants)) ||
    !isDeepStrictEqual(olds.triggers, news.triggers) ||
    olds.connection.tenant !== news.connection.tenant ||
    has(olds, "create") !== has(news, "create");
  if (isNew) return has(news, "create") ? "once" : "nothing";
  if (olds.outcome === "unfinished") return "resume";
  return olds.outcome === "drifted" && news.keepStopped === true ? "once" : "nothing";
}

/** Whether the statement goes out then. */
export function has({ cancelOn = ["create"] }: Properties, when: "create" | "delete"): boolean {
  return cancelOn.includes(when);
}

function asSet(tenants: unknown): unknown {
  return Array.isArray(tenants) ? [...new Set(tenants)].sort() : tenants;
}
