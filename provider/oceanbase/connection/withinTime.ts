/** How long something may take. */
export interface TimeLimit {
  /** Milliseconds; Infinity for no limit. */
  ms: number;
  /** Aborted when the caller cancels. */
  signal?: AbortSignal | undefined;
}

/** Longest time that a timer can be set for, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Waits for work until its time is over or the caller cancels.
 *
 * @param leave gives the error to fail with then; this is the place to end the work itself
 */
export function withinTime<T>(
  work: Promise<T>,
  { ms, signal }: TimeLimit,
  leave: (why: "late" | "aborted") => Error,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const end = (why: "late" | "aborted") => {
      stopWaiting();
      reject(leave(why));
    };
    const onAbort = () => end("aborted");
    const timer = ms > LONGEST_TIMER_MS ? undefined : setTimeout(() => end("late"), Math.max(1, ms));
    const stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    work.then(resolve, reject).finally(stopWaiting);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
  });
}
