/** How long things take, in seconds of cluster time. A test may change them at any moment. */
export interface Timing {
  /** How long one tenant's data backup runs when nobody stops it. */
  backupSeconds: number;
  /** The idle sleep of a tenant's backup thread. CANCEL BACKUP does not wake it. */
  roundSeconds: number;
  /** From a state change to the next round of the same thread, which that change wakes. */
  wakeSeconds: number;
  /** How long a cluster backup's parent job stays INIT before its children exist. */
  parentInitSeconds: number;
  /** From one check of the cleanup policies to the next. Infinity: only when a test asks for one. */
  cleanupSeconds: number;
}

export const DEFAULT_TIMING: Timing = {
  backupSeconds: 600,
  roundSeconds: 30,
  wakeSeconds: 0.2,
  parentInitSeconds: 1,
  cleanupSeconds: 3600,
};
