import type { DeletePolicies } from "./deletePolicies.ts";
import { DueTimes } from "./dueTimes.ts";
import type { Timing } from "./timing.ts";

/** A period of 0 would never let `settle` come to an end. */
const SHORTEST_PERIOD_SECONDS = 1;

/**
 * When the cleanup thread of each tenant looks at its policy: once an hour, counted from the thread's start. Only
 * tenants that have a policy stand here.
 */
export class CleanupChecks {
  private readonly policies: DeletePolicies;
  private readonly timing: Timing;
  /** The last look of each, or the start of its thread. */
  private readonly lastLooks = new DueTimes();
  /** The same of tenants without a policy. */
  private readonly threadStarts = new Map<number, number>();
  private readonly startedMs: number;
  private isAsked = false;

  constructor(policies: DeletePolicies, timing: Timing, startedMs: number) {
    this.policies = policies;
    this.timing = timing;
    this.startedMs = startedMs;
  }

  /** The next look of every tenant that has a policy is due now. */
  ask(): void {
    this.isAsked = this.lastLooks.earliest() !== undefined;
  }

  /** A tenant's thread starts: the tenant is new, or its leader has changed. */
  restart(tenantId: number, atMs: number): void {
    this.threadStarts.set(tenantId, atMs);
    if (this.lastLooks.get(tenantId) !== undefined) this.lastLooks.set(tenantId, atMs);
  }

  /** A tenant's policy has changed. Looks that were due before it came have no part in it. */
  policyChanged(tenantId: number, nowMs: number): void {
    const last = this.lastLooks.get(tenantId);
    if (this.policies.of(tenantId) === undefined) {
      if (last !== undefined) this.threadStarts.set(tenantId, last);
      this.lastLooks.delete(tenantId);
    } else if (last === undefined) {
      const start = this.threadStarts.get(tenantId) ?? this.startedMs;
      const periods = Math.floor((nowMs - start) / this.periodMs);
      this.lastLooks.set(tenantId, periods > 0 ? start + periods * this.periodMs : start);
    }
  }

  forget(tenantId: number): void {
    this.lastLooks.delete(tenantId);
    this.threadStarts.delete(tenantId);
  }

  /** When the next look is due; Infinity: never by itself. A shorter period makes none due before `settledMs`. */
  nextAt(settledMs: number): number {
    const earliest = this.lastLooks.earliest();
    if (earliest === undefined) return Number.POSITIVE_INFINITY;
    return this.isAsked ? settledMs : Math.max(earliest.atMs + this.periodMs, settledMs);
  }

  /** The tenants whose look is due at this moment; for them it is done. */
  takeDue(at: number): number[] {
    const due: number[] = [];
    for (let next = this.lastLooks.earliest(); next !== undefined; next = this.lastLooks.earliest()) {
      if (next.atMs >= at || (!this.isAsked && next.atMs + this.periodMs > at)) break;
      due.push(next.tenantId);
      this.lastLooks.set(next.tenantId, at);
    }
    this.isAsked = false;
    return due;
  }

  private get periodMs(): number {
    return Math.max(this.timing.cleanupSeconds, SHORTEST_PERIOD_SECONDS) * 1000;
  }
}
