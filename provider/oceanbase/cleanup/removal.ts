import type { Cluster } from "../cluster/cluster";
import type { Server } from "../cluster/server";
import { needsOneArchiveDest } from "../cluster/versions";
import { laterBy, zoned } from "../cluster/viewTimes";
import { isOfKind, OceanBaseError } from "../errors";
import { noCoverText, readPoliciesOf, type TenantPolicies } from "./cleanupPolicies";
import { type Destination, type Destinations, isSamePlace, readDestinations } from "./destinations";
import { windowMicroseconds } from "./recoveryWindow";

/** What decides whether the server removes the incomplete backup sets of a tenant by itself. */
export interface CleanupConditions {
  policies: TenantPolicies | undefined;
  destinations: Destinations;
}

/** What is known of the removal of an incomplete backup set. Neither field: nothing can be said. */
export interface Removal {
  /**
   * The server removes it at one of its hourly looks after this moment, when the recovery window of the tenant's cleanup
   * policy has passed: ISO 8601 with the server's offset from UTC; without one where the zone of its views is not known.
   */
  removedAfter?: string;
  /** Why the server does not remove it. */
  staysBecause?: string;
}

/** The conditions of these tenants, by id; undefined when they cannot be found out. */
export async function readCleanupConditions(
  cluster: Cluster,
  tenantIds: readonly string[],
): Promise<ReadonlyMap<string, CleanupConditions> | undefined> {
  try {
    const policies = await readPoliciesOf(cluster, tenantIds);
    if (policies === undefined) return undefined;
    const destinations = await readDestinations(cluster, tenantIds);
    const each = [...destinations].map(
      ([id, of]) => [id, { policies: policies.get(id), destinations: of }] as const,
    );
    return new Map(each);
  } catch (error) {
    if (!(error instanceof OceanBaseError) || isOfKind(error, "aborted")) throw error;
    return undefined;
  }
}

/** Why no incomplete set of a tenant is removed; undefined when those at its destination are. Fact: cleanup-archive-dests */
export function neverRemovedText(
  { policies, destinations: { archives } }: CleanupConditions,
  server: Pick<Server, "version">,
): string | undefined {
  const uncovered = noCoverText(policies);
  if (uncovered !== undefined) return `the tenant has ${uncovered}`;
  if (!needsOneArchiveDest(server) || archives === 1) return undefined;
  return `the tenant has ${archives} destinations of its log archive, and a cleanup works with one only`;
}

/** Why a cleanup passes over a set that lies there; undefined when it does not. Fact: leftovers-path */
export function elsewhereText(
  place: Destination,
  { destinations: { data } }: CleanupConditions,
): string | undefined {
  if (data !== undefined && isSamePlace(place, data)) return undefined;
  return "it does not lie at the tenant's present backup destination, and a cleanup looks nowhere else";
}

/** Whether and when an incomplete set is removed, once the job that wrote it has ended. Facts: leftovers-window, cleanup-hourly */
export function removalOf(
  { endedAt, place }: { endedAt: string; place: Destination },
  conditions: CleanupConditions,
  server: Pick<Server, "version" | "utcOffset">,
): Removal {
  const staysBecause = neverRemovedText(conditions, server) ?? elsewhereText(place, conditions);
  if (staysBecause !== undefined) return { staysBecause };
  const removedAfter = laterBy(endedAt, windowMs(conditions));
  return removedAfter === undefined ? {} : { removedAfter: zoned(removedAfter, server) };
}

/** For how long an incomplete set is kept, in milliseconds; of a tenant that {@link neverRemovedText} has nothing against. */
export function windowMs({ policies }: CleanupConditions): number {
  return Number((windowMicroseconds(policies?.shown?.recoveryWindow) ?? 0n) / 1000n);
}
