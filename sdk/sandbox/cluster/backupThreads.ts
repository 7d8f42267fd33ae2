import { DueTimes } from "./dueTimes.ts";
import type { Timing } from "./timing.ts";

/**
 * When the backup thread of each tenant has its next round. It sleeps from one round to the next, unless something that
 * it waits for wakes it before. Times are milliseconds of cluster time.
 */
export class BackupThreads {
  private readonly timing: Timing;
  /**
   * The next round of each thread that has a job and in which something may happen. The idle rounds of a job that only
   * writes its data are left out, or many tenants would cost much for nothing.
   */
  readonly rounds = new DueTimes();
  /** The last round of each thread that sleeps like this: its idle rounds are counted from there. */
  private readonly asleepSince = new Map<number, number>();

  constructor(timing: Timing) {
    this.timing = timing;
  }

  /** The thread has a job, and so a next round. */
  isAwaited(tenantId: number): boolean {
    return this.rounds.get(tenantId) !== undefined;
  }

  /** The next round is then, unless there is one before. */
  wakeAt(tenantId: number, atMs: number): void {
    this.rounds.set(tenantId, Math.min(atMs, this.rounds.get(tenantId) ?? atMs));
  }

  /** A thread that is woken begins its round a moment later. */
  wake(tenantId: number, nowMs: number): void {
    this.wakeAt(tenantId, this.afterWaking(nowMs));
  }

  /** A job of the tenant was changed by a statement: its thread finds that in its next idle round. */
  noticeInIdleRound(tenantId: number, nowMs: number): void {
    const since = this.asleepSince.get(tenantId);
    if (since === undefined) return;
    this.wakeAt(tenantId, since + (Math.floor((nowMs - since) / this.idleMs) + 1) * this.idleMs);
  }

  /** A thread without a job goes to sleep now, if it has none. */
  fallAsleep(tenantId: number, nowMs: number): void {
    if (!this.isAwaited(tenantId)) this.asleepSince.set(tenantId, nowMs);
  }

  /** A round has moved a job on: the thread wakes itself for the next one. */
  continueRound(tenantId: number, atMs: number): void {
    this.asleepSince.delete(tenantId);
    this.rounds.set(tenantId, this.afterWaking(atMs));
  }

  /**
   * A round has moved nothing on: the thread sleeps until a job has all its data, or its full time.
   *
   * @param finishesAtMs when each job that only writes will have its data
   * @param onlyWrites whether the thread has no other jobs
   */
  sleep(tenantId: number, atMs: number, finishesAtMs: readonly number[], onlyWrites: boolean): void {
    if (onlyWrites) this.asleepSince.set(tenantId, atMs);
    else this.asleepSince.delete(tenantId);
    const idleRoundMs = onlyWrites ? Number.POSITIVE_INFINITY : atMs + this.idleMs;
    this.rounds.set(tenantId, Math.min(...finishesAtMs, idleRoundMs));
  }

  /** The thread has no job any more. */
  end(tenantId: number): void {
    this.rounds.delete(tenantId);
    this.asleepSince.delete(tenantId);
  }

  private afterWaking(ms: number): number {
    return ms + this.timing.wakeSeconds * 1000;
  }

  private get idleMs(): number {
    return this.timing.roundSeconds * 1000;
  }
}
