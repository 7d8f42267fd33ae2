import type { Features } from "../versions.ts";

/** How long things take, in seconds of cluster time. A test may change them at any moment. */
export interface Timing {
  /** How long one tenant's data backup runs when nothing stops it. */
  backupSeconds: number;
  /** The idle sleep of a tenant's backup thread; default: that of the version. */
  roundSeconds: number;
  /** From a state change to the next round of the same thread, which that change wakes. */
  wakeSeconds: number;
  /** How long a cluster backup's parent job stays INIT before its children exist. */
  parentInitSeconds: number;
  /** From one look at a cleanup policy to the next. Infinity: only when a test asks for one. */
  cleanupSeconds: number;
}

/** The times of a version, except for those that a test has set. */
export function timingOf(version: Features, timing: Partial<Timing> = {}): Timing {
  return {
    backupSeconds: 600,
    roundSeconds: version.backupThreadIdleSeconds,
    wakeSeconds: 0.2,
    parentInitSeconds: 1,
    cleanupSeconds: 3600,
    ...timing,
  };
}
