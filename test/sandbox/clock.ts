/**
 * The cluster's own time. It runs `speed` times as fast as the wall clock, so that the 30 s rounds of a
 * backup thread cost a test milliseconds; a manual clock stands still until a test moves it.
 */
export interface Clock {
  /** Cluster time in milliseconds since 1970. */
  now(): number;
}

/** A clock that starts at the wall clock's time and then runs `speed` times as fast. */
export function runningClock(speed: number): Clock {
  const startedAt = Date.now();
  return { now: () => startedAt + (Date.now() - startedAt) * speed };
}

export interface ManualClock extends Clock {
  advance(seconds: number): void;
}

/** A clock that moves only when told to: for tests that place a statement at one exact moment. */
export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance(seconds) {
      nowMs += seconds * 1000;
    },
  };
}
