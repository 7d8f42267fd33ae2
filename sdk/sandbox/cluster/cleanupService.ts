import type { Clock } from "../clock.ts";
import type { CleanupTables } from "./cleanupTables.ts";
import type { DeletePolicies } from "./deletePolicies.ts";
import type { Tenant, Tenants } from "./tenants.ts";
import type { Timing } from "./timing.ts";

/** A period of 0 would never let `settle` come to an end. */
const SHORTEST_PERIOD_SECONDS = 1;

/**
 * The cleanup threads of all tenants. Once an hour they look at the cleanup policies, and a tenant that has one
 * gets a job that removes the backup sets left INCOMPLETE. What the policy's recovery window makes obsolete is
 * not played: a set that is AVAILABLE stays, and a check that finds nothing INCOMPLETE starts no job.
 * As with the backups nothing runs in the background: `settle` runs, in order of time, what is due by now.
 */
export class CleanupService {
  readonly timing: Timing;
  private readonly tables: CleanupTables;
  private readonly policies: DeletePolicies;
  private readonly clock: Clock;
  private readonly tenants: Tenants;
  private lastCheckMs: number;
  private checkIsAsked = false;
  /** All that was due until then has happened: a shorter period starts no check in the past. */
  private settledMs: number;
  /** When the job of each tenant that has one moves on, in milliseconds of cluster time. */
  private readonly nextStep = new Map<number, number>();
  private readonly lastJobIds = new Map<number, number>();

  constructor(
    tables: CleanupTables,
    policies: DeletePolicies,
    clock: Clock,
    tenants: Tenants,
    timing: Timing,
  ) {
    this.tables = tables;
    this.policies = policies;
    this.clock = clock;
    this.tenants = tenants;
    this.timing = timing;
    this.lastCheckMs = clock.now();
    this.settledMs = this.lastCheckMs;
  }

  /** The next check of the policies is due now, and the one after it a full period later. */
  checkNow(): void {
    this.checkIsAsked = true;
  }

  /**
   * CANCEL DELETE BACKUP for these tenants. Unlike CANCEL BACKUP it wakes the thread. A tenant that is not NORMAL
   * is passed over without a word, and nothing to cancel is a success.
   */
  cancel(targets: Tenant[]): void {
    const wakeAt = this.clock.now() + this.timing.wakeSeconds * 1000;
    for (const { id, status } of targets) {
      if (status !== "NORMAL") continue;
      this.tables.markCanceling(id);
      const step = this.nextStep.get(id);
      if (step !== undefined) this.nextStep.set(id, Math.min(step, wakeAt));
    }
  }

  /** The cleanup tables, too, live in the tenant's meta tenant and go with it. */
  forget(tenant: Tenant): void {
    this.tables.deleteTenant(tenant.id);
  }

  /** The next moment at which something is due, a check or a job's step; Infinity: never by itself. */
  nextAt(): number {
    return Math.min(this.nextCheckAt(), ...this.nextStep.values());
  }

  /** Runs everything that is due by then, earliest first. */
  settle(untilMs: number): void {
    for (let at = this.nextAt(); at <= untilMs; at = this.nextAt()) {
      if (this.nextCheckAt() <= at) this.check(at);
      for (const [tenantId, due] of this.nextStep) if (due <= at) this.step(tenantId, at);
    }
    this.settledMs = untilMs;
  }

  private nextCheckAt(): number {
    if (this.checkIsAsked) return this.settledMs;
    const period = Math.max(this.timing.cleanupSeconds, SHORTEST_PERIOD_SECONDS);
    return Math.max(this.lastCheckMs + period * 1000, this.settledMs);
  }

  private check(at: number): void {
    this.checkIsAsked = false;
    this.lastCheckMs = at;
    for (const tenantId of this.policies.tenantIds()) {
      if (this.tenants.byId(tenantId)?.status !== "NORMAL") continue;
      if (this.tables.live(tenantId) !== undefined || !this.tables.hasIncompleteSets(tenantId)) continue;
      const jobId = (this.lastJobIds.get(tenantId) ?? 0) + 1;
      this.lastJobIds.set(tenantId, jobId);
      this.tables.insertJob(tenantId, jobId, at);
      this.nextStep.set(tenantId, at + this.timing.wakeSeconds * 1000);
    }
  }

  /** Moves a tenant's job on by one state. That its policy is gone by now does not stop it. */
  private step(tenantId: number, at: number): void {
    const job = this.tables.live(tenantId);
    if (job === undefined) {
      // The tenant has been dropped.
      this.nextStep.delete(tenantId);
      return;
    }
    if (this.tenants.byId(tenantId)?.status !== "NORMAL") {
      this.nextStep.set(tenantId, at + this.timing.roundSeconds * 1000);
      return;
    }
    this.nextStep.set(tenantId, at + this.timing.wakeSeconds * 1000);
    switch (job.status) {
      case "INIT":
        this.tables.start(job, this.tables.moveSets(tenantId, "INCOMPLETE", "DELETING"));
        break;
      case "DOING":
        this.tables.complete(job, at, this.tables.moveSets(tenantId, "DELETING", "DELETED"));
        break;
      case "CANCELING":
        this.tables.moveSets(tenantId, "DELETING", "INCOMPLETE");
        this.tables.endCanceled(job, at);
        break;
      default:
        this.tables.moveToHistory(job);
        this.nextStep.delete(tenantId);
    }
  }
}
