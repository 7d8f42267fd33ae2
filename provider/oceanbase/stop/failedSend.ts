import type { Tenant } from "../cluster/server";
import { isWorthRepeating } from "../connection/failures";
import type { OceanBaseError } from "../errors";
import type { TenantSelection } from "../statements";

/** What the jobs say of a statement, by ids of tenants. A tenant without a job says nothing. */
export interface Effect {
  /** A job that the statement is for runs on, unaware of it. */
  unmarked: ReadonlySet<string>;
  /** A job that ran before is being cancelled, or was. */
  marked: ReadonlySet<string>;
  /** The jobs cannot be read. */
  unreadable: ReadonlySet<string>;
}

/** A statement that came back without a clear answer, and what its jobs say. */
export interface FailedSend {
  selection: TenantSelection;
  /** The tenants that it was for, in the order in which the server goes through them. */
  tenants: readonly Tenant[];
  error: OceanBaseError;
  effect: Effect;
  /** Whether the same statement had failed before. */
  isRepeated: boolean;
}

/** What is to be done after it. */
export type AfterFailure =
  /** It has reached every tenant that has a job. */
  | { do: "nothing" }
  /** The same once more. */
  | { do: "repeat" }
  /** It has reached none of what it was for, and will not. */
  | { do: "give up" }
  /** The server stopped at a tenant on the way: the others are named without it. */
  | { do: "split"; others: readonly Tenant[]; suspects: readonly Tenant[] };

/**
 * The server goes through the tenants in their order and stops at the first that fails; those before it are marked, those
 * behind it are never reached, however often the statement is sent. The one that fails may be marked all the same.
 * Facts: tenant-loop, many-rows
 */
export function afterFailure({ selection, tenants, error, effect, isRepeated }: FailedSend): AfterFailure {
  const { unmarked, marked, unreadable } = effect;
  const ids = new Set(tenants.map(({ id }) => id));
  const isMeant = (id: string) => selection === "all" || ids.has(id);
  const left = new Set([...unmarked, ...unreadable].filter(isMeant));
  const hasMarked = [...marked].some(isMeant);
  const isPassing = isWorthRepeating(error);
  // An error that will come again, with nothing to be seen that it left undone, is no success.
  if (left.size === 0) return hasMarked || isPassing ? { do: "nothing" } : { do: "give up" };
  // What cannot be named, a cluster backup's own job or a new tenant's, is reached by the same statement only.
  const canBeNamed = [...left].every((id) => ids.has(id));
  const hasStoppedOnTheWay =
    error.errno !== undefined && (hasMarked || unreadable.size > 0 || !isPassing || isRepeated);
  if (tenants.length > 1 && canBeNamed && hasStoppedOnTheWay) {
    const behind = tenants.filter(({ id }) => left.has(id));
    const silent = behind.filter(({ id }) => unreadable.has(id));
    const suspects = silent.length > 0 ? silent : behind.slice(0, 1);
    return { do: "split", others: behind.filter((tenant) => !suspects.includes(tenant)), suspects };
  }
  return isPassing ? { do: "repeat" } : { do: "give up" };
}
