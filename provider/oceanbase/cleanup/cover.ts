import type { Server } from "../cluster/server";
import { type TenantPolicies, windowText } from "./cleanupPolicies";
import { type CleanupConditions, neverRemovedText } from "./removal";

/** The cleanup policies of a tenant: `recovery window 7d`, `log_only`, `none`. */
export function policiesText({ policies }: CleanupConditions): string {
  const { shown, others }: TenantPolicies = policies ?? { others: [] };
  const texts = [...(shown === undefined ? [] : [windowText(shown)]), ...others];
  return texts.length === 0 ? "none" : texts.join(", ");
}

/** Why no backup set of a tenant is ever removed; undefined when those at its present destination are. Fact: leftovers-path */
export function uncoveredText(
  conditions: CleanupConditions,
  server: Pick<Server, "version">,
): string | undefined {
  const never = neverRemovedText(conditions, server);
  if (never !== undefined || conditions.destinations.data !== undefined) return never;
  return "the tenant has no backup destination, and a cleanup looks nowhere else";
}
