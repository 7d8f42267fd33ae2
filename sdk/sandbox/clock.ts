/**
 * The cluster's own time. It runs `speed` times as fast as the wall clock, so that the 30 s rounds of a backup thread
 * cost a test milliseconds. A test that places something at one exact moment stops it and moves it by hand.
 */
export class Clock {
  private readonly speed: number;
  private baseMs: number;
  /** Wall-clock time since when it runs; undefined while it stands still. */
  private runningSince: number | undefined;

  constructor(speed: number, baseMs = Date.now()) {
    this.speed = speed;
    this.baseMs = baseMs;
    this.runningSince = speed > 0 ? Date.now() : undefined;
  }

  /** Cluster time in milliseconds since 1970. */
  now(): number {
    if (this.runningSince === undefined) return this.baseMs;
    return this.baseMs + (Date.now() - this.runningSince) * this.speed;
  }

  advance(seconds: number): void {
    this.baseMs += seconds * 1000;
  }

  pause(): void {
    this.baseMs = this.now();
    this.runningSince = undefined;
  }

  resume(): void {
    this.runningSince ??= Date.now();
  }
}

/** A clock that moves only when told to. */
export function manualClock(baseMs = Date.UTC(2026, 0, 1)): Clock {
  return new Clock(0, baseMs);
}
