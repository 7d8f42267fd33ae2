import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "../cluster/cluster";
import type { Scope } from "../cluster/scope";
import { OceanBaseError } from "../errors";
import { type JobRow, readLiveJobs, readLiveJobsOf } from "../jobs/backupJobs";

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

/** The live jobs that matter to a scope, in an answer that no other wait shares. Others may be among them. */
export async function readScopeJobs(
  cluster: Cluster,
  { selection, tenants }: Scope,
): Promise<readonly JobRow[]> {
  if (selection === "all") return await readLiveJobs(cluster);
  return await readLiveJobsOf(
    cluster,
    tenants.map((tenant) => tenant.id),
  );
}
