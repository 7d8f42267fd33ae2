import type { BackupParts } from "./backupParts.ts";
import { CleanupChecks } from "./cleanupChecks.ts";
import { CleanupJobs } from "./cleanupJobs.ts";
import type { CleanupTables } from "./cleanupTables.ts";
import { micros } from "./database.ts";
import type { DeletePolicies } from "./deletePolicies.ts";
import { DueTimes } from "./dueTimes.ts";
import type { Tenant } from "./tenants.ts";
import type { Timing } from "./timing.ts";

/**
 * The cleanup threads of all tenants. Once an hour each looks at its policy, and one with a recovery window gets a job,
 * whether or not there is anything to remove. As with the backups nothing runs in the background: `settle` runs, in
 * order of time, what is due by now.
 */
export class CleanupService {
  readonly timing: Timing;
  private readonly parts: BackupParts;
  private readonly tables: CleanupTables;
  private readonly policies: DeletePolicies;
  private readonly jobs: CleanupJobs;
  private readonly checks: CleanupChecks;
  /** All that was due until then has happened. */
  private settledMs: number;
  /** When the jobs of each tenant that has one move on, in milliseconds of cluster time. */
  private readonly steps = new DueTimes();

  constructor(parts: BackupParts, tables: CleanupTables, policies: DeletePolicies) {
    this.parts = parts;
    this.tables = tables;
    this.policies = policies;
    this.timing = parts.timing;
    this.settledMs = parts.clock.now();
    this.jobs = new CleanupJobs(parts, tables, policies);
    this.checks = new CleanupChecks(policies, parts.timing, this.settledMs);
    policies.onChange = (tenantId) => this.checks.policyChanged(tenantId, this.settledMs);
  }

  /** The next look at the policies is due now, and the one after it a full period later. */
  checkNow(): void {
    this.checks.ask();
  }

  /** A tenant's cleanup thread starts, and with it the hour until its first look. */
  threadStarts(tenant: Tenant): void {
    this.checks.restart(tenant.id, this.parts.clock.now());
  }

  /** A job for what the tenant's policy makes obsolete; without a policy, or with one without a window, none. */
  startObsolete(tenantId: number, at: number): void {
    const policy = this.policies.of(tenantId);
    if (policy === undefined || policy.windowUs <= 0 || !this.canWork(tenantId)) return;
    const expiredUs = micros(at) - BigInt(policy.windowUs);
    if (expiredUs <= 0n) return;
    this.insert(tenantId, at, expiredUs, [], policy.name === "log_only");
  }

  /** DELETE BACKUPSET: a job that removes these sets, or FAILS. */
  startByHand(tenant: Tenant, setIds: readonly number[]): void {
    this.parts.leaders.check(tenant.id);
    this.insert(tenant.id, this.parts.clock.now(), 0n, setIds.map(BigInt), false);
  }

  private insert(tenantId: number, at: number, expiredUs: bigint, setIds: bigint[], logOnly: boolean): void {
    const { ids, version } = this.parts;
    const jobId = ids.next("cleanup job", tenantId);
    const initiatorJobId = version.cleanupInitiatorJobId === "0" ? 0n : jobId;
    this.tables.insert({ tenantId, jobId, initiatorJobId, expiredUs, setIds, logOnly, startedAtMs: at });
    this.steps.set(tenantId, at + this.timing.wakeSeconds * 1000);
  }

  /**
   * CANCEL DELETE BACKUP for these tenants. Unlike CANCEL BACKUP it wakes the thread in every version. A tenant that is
   * not NORMAL is passed over without a word, and nothing to cancel is a success.
   */
  cancel(targets: readonly Tenant[]): void {
    const wakeAt = this.parts.clock.now() + this.timing.wakeSeconds * 1000;
    for (const { id, type, status } of targets) {
      if (type === "META" || status !== "NORMAL") continue;
      this.parts.leaders.check(id);
      this.tables.markCanceling(id);
      const step = this.steps.get(id);
      if (step !== undefined) this.steps.set(id, Math.min(step, wakeAt));
    }
  }

  /** The tenant is dropped. */
  forget(tenant: Tenant): void {
    this.checks.forget(tenant.id);
    this.steps.delete(tenant.id);
  }

  /** The next moment at which something is due, a look or a job's step; Infinity: never by itself. */
  nextAt(): number {
    return Math.min(
      this.checks.nextAt(this.settledMs),
      this.steps.earliest()?.atMs ?? Number.POSITIVE_INFINITY,
    );
  }

  /** Runs everything that is due by then, earliest first. */
  settle(untilMs: number): void {
    for (let at = this.nextAt(); at <= untilMs; at = this.nextAt()) {
      if (this.checks.nextAt(this.settledMs) <= at) {
        for (const tenantId of this.checks.takeDue(at)) this.startObsolete(tenantId, at);
      }
      for (let due = this.steps.earliest(); due !== undefined && due.atMs <= at; ) {
        this.step(due.tenantId, at);
        due = this.steps.earliest();
      }
    }
    this.settledMs = untilMs;
  }

  private canWork(tenantId: number): boolean {
    return this.parts.tenants.byId(tenantId)?.status === "NORMAL" && this.parts.leaders.has(tenantId);
  }

  /** Moves each of a tenant's jobs on by one state. That the policy is gone by now does not stop them. */
  private step(tenantId: number, at: number): void {
    if (!this.canWork(tenantId)) {
      this.steps.set(tenantId, at + this.timing.roundSeconds * 1000);
      return;
    }
    for (const job of this.tables.live(tenantId)) this.jobs.step(job, at);
    if (this.tables.live(tenantId).length === 0) this.steps.delete(tenantId);
    else this.steps.set(tenantId, at + this.timing.wakeSeconds * 1000);
  }
}
