import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster";
import type { Readable } from "../cluster/leaderless";
import { type Scope, tenantIdsOf } from "../cluster/scope";
import { OceanBaseError } from "../errors";
import { type JobRow, readLiveJobs } from "../jobs/backupJobs";

/*
 * When a wait looks at the jobs, and at which.
 */

/** The looks of all waits of a process fall on multiples of this, so that they can share one answer. */
const BEAT_MS = 250;

/**
 * Pause before the next look. Half a second while a stop may come at any moment, because its end should be seen at once;
 * after that a third of the time that has passed, at most 2.2 s: a wait of a minute costs some forty looks.
 */
export function pollDelayMs(elapsedMs: number): number {
  return elapsedMs < 5300 ? 500 : Math.min(2200, elapsedMs / 3);
}

/** Sleeps between two looks; ends early, as a failure, when the caller cancels. */
export async function pauseUntilNextLook(ms: number, at: string, signal?: AbortSignal): Promise<void> {
  const now = Date.now();
  const wakeAt = Math.round((now + ms) / BEAT_MS) * BEAT_MS;
  try {
    await pause(Math.max(ms / 2, wakeAt - now), undefined, signal ? { signal } : {});
  } catch {
    throw new OceanBaseError("aborted", `${at}: cancelled by the caller while the backups were stopping`);
  }
}

/** For how long a tenant that could not be read is left out of the looks. */
const REST_MS = 30_000;

/** The looks of one wait at the live jobs of a scope. */
export class Looks {
  private readonly scope: Scope;
  /** Until when a tenant that could not be read is left out, in milliseconds since 1970. */
  private readonly restUntilMs = new Map<string, number>();

  constructor(scope: Scope) {
    this.scope = scope;
  }

  /**
   * Waits on one beat share what is read. The jobs of other tenants may be among it.
   *
   * @param elsewhere ids of tenants outside of the scope whose jobs are looked at, too
   */
  async read(cluster: Cluster, elsewhere: readonly string[]): Promise<Readable<JobRow>> {
    const nowMs = Date.now();
    const resting = [...this.restUntilMs].filter(([, untilMs]) => untilMs > nowMs).map(([id]) => id);
    const wanted = resting.length > 0 ? this.scope.tenants.map(({ id }) => id) : tenantIdsOf(this.scope);
    const ids = wanted && [...wanted, ...elsewhere];
    const { rows, unreadable } = await readLiveJobs(
      cluster,
      ids?.filter((id) => !resting.includes(id)),
    );
    for (const id of unreadable) this.restUntilMs.set(id, nowMs + REST_MS);
    return { rows, unreadable: new Set([...resting, ...unreadable]) };
  }
}
