import type { BackupParts } from "./backupParts.ts";
import { CleanupChecks } from "./cleanupChecks.ts";
import type { CleanupJob, CleanupTables } from "./cleanupTables.ts";
import { micros } from "./database.ts";
import type { DeletePolicies } from "./deletePolicies.ts";
import { UNREACHABLE } from "./destinations.ts";
import { DueTimes } from "./dueTimes.ts";
import { errors } from "./errors.ts";
import { obsoleteSets, whyNotByHand } from "./removableSets.ts";
import type { Tenant } from "./tenants.ts";
import type { Timing } from "./timing.ts";

/** RESULT of a job that may not remove what it was told to: OB_BACKUP_DELETE_BACKUP_SET_NOT_ALLOWED. */
const NOT_ALLOWED = -9045;
/** RESULT of a job that finds no or several archive destinations: OB_ERR_UNEXPECTED. */
const UNEXPECTED = -4016;

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
  private readonly checks: CleanupChecks;
  /** All that was due until then has happened. */
  private settledMs: number;
  /** When the jobs of each tenant that has one move on, in milliseconds of cluster time. */
  private readonly steps = new DueTimes();
  /** The sets that a job removes, from its start on. */
  private readonly removed = new Map<string, bigint[]>();

  constructor(parts: BackupParts, tables: CleanupTables, policies: DeletePolicies) {
    this.parts = parts;
    this.tables = tables;
    this.policies = policies;
    this.timing = parts.timing;
    this.settledMs = parts.clock.now();
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
    for (const job of this.tables.live(tenantId)) this.stepJob(job, at);
    if (this.tables.live(tenantId).length === 0) this.steps.delete(tenantId);
    else this.steps.set(tenantId, at + this.timing.wakeSeconds * 1000);
  }

  private stepJob(job: CleanupJob, at: number): void {
    const { sets } = this.parts;
    const jobKey = `${job.tenantId}/${job.jobId}`;
    switch (job.status) {
      case "INIT":
        this.begin(job, jobKey, at);
        return;
      case "DOING": {
        const ids = this.removed.get(jobKey) ?? [];
        // A removed set keeps its row; whether the server keeps it was not found out.
        for (const id of ids) sets.setFileStatus(job.tenantId, id, "DELETED");
        this.tables.complete(job, at, ids.length);
        return;
      }
      case "CANCELING":
        // What was DELETING stays so, and the next cleanup goes on with it.
        this.tables.endCanceled(job, at);
        return;
      default:
        this.removed.delete(jobKey);
        this.tables.moveToHistory(job);
    }
  }

  private begin(job: CleanupJob, jobKey: string, at: number): void {
    const { tenantId } = job;
    const { sets, destinations, version } = this.parts;
    const isByHand = job.expiredUs === 0n;
    if (!destinations.isReachable(tenantId)) {
      this.tables.fail(job, at, UNREACHABLE.result, UNREACHABLE.comment);
      return;
    }
    const path = destinations.dataPath(tenantId);
    if (isByHand) {
      const hasPolicy = this.policies.of(tenantId) !== undefined;
      const reason = whyNotByHand(sets, tenantId, job.setIds, path, hasPolicy);
      if (reason !== undefined) {
        this.tables.fail(job, at, NOT_ALLOWED, reason);
        return;
      }
    } else if (version.cleanupNeedsOneArchiveDest && destinations.archiveCount(tenantId) !== 1) {
      this.tables.fail(job, at, UNEXPECTED, errors.unexpected().message);
      return;
    }
    const ids = isByHand ? job.setIds : this.obsoleteIds(job, path);
    for (const id of ids) sets.setFileStatus(tenantId, id, "DELETING");
    this.removed.set(jobKey, ids);
    this.tables.start(job, ids.length);
  }

  private obsoleteIds(job: CleanupJob, path: string | undefined): bigint[] {
    if (job.logOnly || path === undefined) return [];
    const candidates = this.parts.sets.candidates(job.tenantId, path, job.expiredUs);
    return obsoleteSets(candidates).map((set) => set.id);
  }
}
