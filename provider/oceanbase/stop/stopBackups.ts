import { tenantsWithoutCleanupPolicy } from "../cleanup/cleanupPolicies";
import { seemsToLackAlterSystem } from "../cluster/privileges";
import { checkNotLocked, isInScope, resolveScope, type Scope } from "../cluster/scope";
import {
  checkIsCluster,
  identifyServer,
  readTenants,
  recordOf,
  type Server,
  userTenantsByName,
} from "../cluster/server";
import { readServerTime } from "../cluster/serverTime";
import type { Session } from "../connection/session";
import { OceanBaseError } from "../errors";
import { isClusterJob, isRunning, type JobRow, jobKey, readEndedJobs } from "../jobs/backupJobs";
import { type Leftover, readLeftovers, tenantsWithoutFullBackup } from "../jobs/backupSets";
import { type ExcludedTenant, type JobFilter, selectTenants } from "../jobs/jobFilter";
import type { CancelScope } from "../statements";
import { CancelSender, type Effect } from "./cancelSender";
import { JobWatch, pauseUntilNextLook, pollDelayMs, readScopeJobs } from "./jobWatch";
import type { EarlierAttempt, StopControl, StopReport, StopRequest } from "./stopRequest";
import { StuckJobs } from "./stuckJobs";
import {
  cleanupProgressText,
  cleanupTimeoutError,
  progressText,
  settleProgressText,
  timeoutError,
} from "./waitTexts";

/** Bound for each of the questions that are asked before and beside the wait. */
const LOOK_MS = 30_000;

/** Why a tenant is left alone that a filter would let through. */
const LOCKED = "the tenant is locked, and then it cannot be named";

/** How old an answer may be that many resources of a stack ask for one after the other. */
const RECENT_MS = 1_000;

/** What the last look of a wait may take beyond the timeout. */
const LAST_LOOK_MS = 5_000;

/**
 * Stops the backups of a scope: look, issue, watch, report.
 *
 * CANCEL BACKUP only marks jobs and returns; each stops within the next 30 to 90 s, or finishes first, or fails. So
 * the statement is followed until every job it was for stands in the job history. It is sent even when no job is
 * seen, because one may start in between, and it is harmless then.
 *
 * Until the statement went out every failure is thrown and nothing has happened. From then on a failure is part of
 * the report, so that the record stays true.
 */
export async function stopBackups(
  session: Session,
  request: StopRequest,
  control: StopControl,
): Promise<StopReport> {
  const action = await StopAction.prepare(session, request, control);
  const target = await action.look();
  await action.issueAndWatch(target);
  return action.report();
}

/** Identifies the server and resolves the scope, and sends nothing: whether a later stop could work. */
export async function rehearseStop(
  session: Session,
  request: StopRequest,
  control: StopControl,
): Promise<StopReport> {
  const action = await StopAction.prepare(session, request, control);
  await action.checkRestorePoints();
  await action.warnOfMissingPrivilege();
  return action.report();
}

class StopAction {
  private readonly session: Session;
  private readonly request: StopRequest;
  private readonly control: StopControl;
  private readonly server: Server;
  private scope: Scope;
  private watch: JobWatch;
  private readonly sender: CancelSender;
  private readonly warnings: string[] = [];
  private readonly stuck: StuckJobs;
  /** Ids of tenants that have a cleanup policy, as far as that could be found out. */
  private coveredIds: ReadonlySet<string> = new Set();
  private excluded: readonly ExcludedTenant[] = [];
  private leftovers: readonly Leftover[] = [];
  private stoppedAt: string | undefined;
  private interrupted: OceanBaseError | undefined;

  static async prepare(session: Session, request: StopRequest, control: StopControl): Promise<StopAction> {
    const server = await identifyFor(request, session, until(LOOK_MS, control));
    if (request.record !== undefined) checkIsCluster(session.address, server, request.record);
    session.checkNewConnections(async (reader) => {
      checkIsCluster(reader.address, await identifyServer(reader, until(LOOK_MS, control)), recordOf(server));
    });
    const action = new StopAction(session, request, control, server);
    await action.warnBeforehand();
    return action;
  }

  private constructor(session: Session, request: StopRequest, control: StopControl, server: Server) {
    this.session = session;
    this.request = request;
    this.control = control;
    this.server = server;
    this.scope = this.resolve(server);
    this.watch = new JobWatch(session, server, this.scope);
    const questions = {
      effect: () => this.effect(),
      withoutGone: (target: CancelScope) => this.withoutGone(target),
    };
    this.stuck = new StuckJobs(session, server, request.stuckAfterSeconds);
    this.sender = new CancelSender(session, questions, request.earlier, control.signal);
  }

  private resolve(server: Pick<Server, "tenant" | "tenants">): Scope {
    const { asked, loginTenant, allowGone } = this.request;
    const scope = resolveScope(this.session.address, server, asked, loginTenant, allowGone);
    checkNotLocked(this.session.address, scope);
    return scope;
  }

  private async warnBeforehand(): Promise<void> {
    const { tenants, skipped, gone } = this.scope;
    for (const name of gone) {
      this.warnings.push(`tenant ${name} does not exist, which counts as stopped`);
    }
    for (const tenant of skipped) {
      this.warnings.push(
        `tenant ${tenant.name} is ${tenant.status}: the server passes it over, so its backups are not stopped`,
      );
    }
    const lookUntil = until(LOOK_MS, this.control);
    const uncovered = await tenantsWithoutCleanupPolicy(this.session, this.server, tenants, lookUntil);
    if (uncovered === undefined) {
      if (!this.request.waitForCleanup) return;
      throw this.refusal(
        `whether the tenants have a cleanup policy could not be found out (OceanBase ${this.server.version}), so waitForCleanup could wait in vain; leave it out, or make the view OB_BACKUP_DELETE_POLICY readable`,
      );
    }
    const uncoveredIds = new Set(uncovered.map(({ id }) => id));
    this.coveredIds = new Set(tenants.map(({ id }) => id).filter((id) => !uncoveredIds.has(id)));
    if (uncovered.length === 0) return;
    const names = uncovered.map((tenant) => tenant.name).join(", ");
    const why = `no automatic cleanup policy for ${names}: what a cancelled backup leaves behind stays`;
    const advice = "add a BackupCleanupPolicy";
    if (this.request.waitForCleanup) {
      throw this.refusal(`${why}, so waitForCleanup would wait in vain; ${advice}`);
    }
    this.warnings.push(`${why}; ${advice}`);
  }

  /** A request that cannot be carried out as things are; nothing has been sent. */
  private refusal(why: string): OceanBaseError {
    return new OceanBaseError("refused", `${this.session.address}: ${why}`);
  }

  /** Sees to it that no tenant is left without anything to restore it from, when that was asked for. */
  async checkRestorePoints(): Promise<void> {
    if (!this.request.requireRestorePoint) return;
    const { tenants } = this.scope;
    const lookUntil = until(LOOK_MS, this.control);
    const missing = await tenantsWithoutFullBackup(this.session, this.server, tenants, lookUntil);
    if (missing.length === 0) return;
    const names = missing.map((tenant) => tenant.name).join(", ");
    throw this.refusal(
      `no complete full backup to restore ${names} from, so nothing was cancelled (requireRestorePoint); let a full backup of it complete, or leave it out`,
    );
  }

  async warnOfMissingPrivilege(): Promise<void> {
    if (!(await seemsToLackAlterSystem(this.session, this.server, until(LOOK_MS, this.control)))) return;
    this.warnings.push(
      "the user seems to lack the ALTER SYSTEM privilege, without which nothing can be cancelled; log in as the tenant's administrator, or grant it",
    );
  }

  private liveJobs(): Promise<readonly JobRow[]> {
    return readScopeJobs(this.session, this.server, this.scope, until(LOOK_MS, this.control));
  }

  /** Takes in what runs now; gives what the statement is to be sent for, or undefined when it is not needed. */
  async look(): Promise<CancelScope | undefined> {
    const live = await this.liveJobs();
    const { earlier, filter } = this.request;
    if (earlier?.issuedAt !== undefined) return this.lookAgain(live, earlier);
    if (filter !== undefined) await this.narrow(live, filter);
    await this.checkRestorePoints();
    // With a choice to be made, a job that a cluster backup starts later is not a part of what was chosen.
    const before = filter === undefined ? live : live.filter((job) => !isClusterJob(job));
    this.watch.addRecorded(earlier?.jobs ?? [], earlier?.startingClusterJobs ?? []);
    this.watch.addLive(before);
    // When nobody knows whether an earlier statement arrived, what runs now has not been cancelled by it.
    const isNeeded =
      earlier === undefined || live.some((job) => isInScope(this.scope, job) && isRunning(job));
    return isNeeded ? this.scope.statement : undefined;
  }

  /** The statement of an earlier attempt has arrived: a job that runs now is hit again only when it was meant then. */
  private lookAgain(live: readonly JobRow[], earlier: EarlierAttempt): CancelScope | undefined {
    if (this.request.filter !== undefined) {
      // What was chosen then is chosen: every tenant that was hit has a job in the record.
      this.narrowTo(new Set(earlier.jobs.map((job) => job.tenantId)), earlier.excluded ?? []);
    }
    this.watch.addRecorded(earlier.jobs, earlier.startingClusterJobs ?? []);
    this.watch.addCanceling(live);
    const running = live.filter((job) => isInScope(this.scope, job) && isRunning(job));
    const meant = running.filter((job) => this.watch.isMeant(job));
    return meant.length > 0 ? this.noMoreThanFor(meant) : undefined;
  }

  /** Leaves only the tenants in which every running job is one that may be cancelled. */
  private async narrow(live: readonly JobRow[], filter: JobFilter): Promise<void> {
    const jobs = live.filter((job) => isInScope(this.scope, job));
    const now = await readServerTime(this.session, this.server, until(LOOK_MS, this.control));
    const { hit, excluded } = selectTenants(jobs, filter, now);
    // All can be cancelled with a locked one among them, but the chosen ones have to be named.
    const locked = this.scope.tenants.filter((tenant) => tenant.locked && hit.has(tenant.id));
    const lockedIds = new Set(locked.map((tenant) => tenant.id));
    const excludedToo = locked.map(({ id, name }) => ({ tenantId: id, tenant: name, reason: LOCKED }));
    this.narrowTo(new Set([...hit].filter((id) => !lockedIds.has(id))), [...excluded, ...excludedToo]);
  }

  private narrowTo(tenantIds: ReadonlySet<string>, excluded: readonly ExcludedTenant[]): void {
    this.excluded = excluded;
    const tenants = this.scope.tenants.filter((tenant) => tenantIds.has(tenant.id));
    const isOwn = this.scope.statement === "own" && tenants.length > 0;
    const statement = isOwn ? "own" : tenants.map((tenant) => tenant.name);
    this.scope = { ...this.scope, statement, tenants };
    this.watch = new JobWatch(this.session, this.server, this.scope);
  }

  /** No more of the scope than these jobs need. */
  private noMoreThanFor(jobs: readonly JobRow[]): CancelScope {
    const { statement, tenants } = this.scope;
    const lockedIds = new Set(tenants.filter((tenant) => tenant.locked).map((tenant) => tenant.id));
    // A cluster backup's own job cannot be named. Once it has started its jobs it ends with them, so naming those will do.
    const needsAll = (job: JobRow) =>
      isClusterJob(job) ? job.status === "INIT" : job.tenant === job.tenantId || lockedIds.has(job.tenantId);
    if (statement === "own" || jobs.some(needsAll)) return statement;
    return [...new Set(jobs.filter((job) => !isClusterJob(job)).map((job) => job.tenant))];
  }

  async issueAndWatch(target: CancelScope | undefined): Promise<void> {
    if (target !== undefined) this.interrupted = await this.sender.send(target);
    if (this.interrupted !== undefined) return;
    const { timeoutSeconds } = this.request;
    try {
      if (timeoutSeconds === 0) return await this.lookOnce();
      const startedAt = Date.now();
      const untilMs = until(timeoutSeconds * 1000, this.control);
      this.interrupted =
        (await this.watchUntilStopped(startedAt, untilMs)) ??
        (await this.lookAtLeftovers(startedAt, untilMs));
    } catch (error) {
      if (!(error instanceof OceanBaseError)) throw error;
      if (timeoutSeconds > 0) this.interrupted = error;
      else this.warnings.push(`the jobs could not be looked at after the statement: ${error.message}`);
    }
  }

  /** What the jobs show of a statement that was sent. */
  private async effect(): Promise<Effect> {
    // Once the statement has arrived, what runs and was not meant then has started since.
    const arrived = this.sender.issuedAt !== undefined;
    const live = (await this.liveJobs()).filter((job) => isInScope(this.scope, job));
    if (live.some((job) => isRunning(job) && (!arrived || this.watch.isMeant(job)))) return "left unmarked";
    const before = this.watch.runningBefore;
    const ended = await readEndedJobs(this.session, this.server, before, until(LOOK_MS, this.control));
    const marked = [...live, ...ended].filter(
      ({ status }) => status === "CANCELING" || status === "CANCELED",
    );
    return marked.some((job) => before.some((other) => jobKey(other) === jobKey(job))) ? "marked" : "none";
  }

  private async withoutGone(target: CancelScope): Promise<CancelScope> {
    if (!Array.isArray(target)) return target;
    const tenants = await readTenants(this.session, this.server, until(LOOK_MS, this.control));
    // Fails when a tenant was named that may not be missing.
    this.resolve({ ...this.server, tenants });
    const names = new Set(tenants.map((tenant) => tenant.name));
    return target.filter((name) => names.has(name));
  }

  /** Nobody waits, but the record should say CANCELING where it is so, and what may still come. */
  private async lookOnce(): Promise<void> {
    const { late } = await this.watch.lookOnce(until(LOOK_MS, this.control));
    if (late.length > 0) this.interrupted = await this.sender.send(this.noMoreThanFor(late));
    const starting = this.watch.startingClusterJobs;
    if (starting.length === 0) return;
    this.warnings.push(
      `cluster backup ${starting.join(", ")} has not started its jobs yet, and nobody waits for them: they will not be cancelled (raise timeoutSeconds above 0, or change triggers later)`,
    );
  }

  /** Waits until every job has ended; gives what has kept it from that, or undefined when nothing has. */
  private async watchUntilStopped(startedAt: number, untilMs: number): Promise<OceanBaseError | undefined> {
    const settleMs = (this.request.settleSeconds ?? 0) * 1000;
    let stoppedMs: number | undefined;
    // The first look falls on no common beat.
    let look = (lookUntil: number) => this.watch.lookOnce(lookUntil);
    for (;;) {
      const { unfinished, late } = await look((stoppedMs ?? untilMs) + settleMs + LAST_LOOK_MS);
      look = (lookUntil) => this.watch.look(lookUntil);
      const elapsedMs = Date.now() - startedAt;
      let delayMs = pollDelayMs(elapsedMs);
      if (late.length > 0 && this.sender.mayStillSend) {
        const failure = await this.sender.send(this.noMoreThanFor(late));
        if (failure !== undefined) return failure;
      }
      if (late.length > 0 || unfinished.length > 0) {
        stoppedMs = undefined;
        this.stoppedAt = undefined;
        await this.stuck.note(unfinished, untilMs + LAST_LOOK_MS);
        if (Date.now() >= untilMs) {
          return timeoutError(this.session.address, elapsedMs, unfinished, this.stuck.diagnosis);
        }
        this.control.progress(progressText(unfinished, elapsedMs, this.stuck.diagnosis));
        delayMs = Math.min(delayMs, Math.max(0, untilMs - Date.now()));
      } else {
        stoppedMs ??= Date.now();
        this.stoppedAt = new Date(stoppedMs).toISOString();
        const { deadlineMs = Number.POSITIVE_INFINITY } = this.control;
        const restMs = Math.min(stoppedMs + settleMs, deadlineMs) - Date.now();
        if (restMs <= 0) return undefined;
        this.control.progress(settleProgressText(restMs));
        delayMs = Math.min(delayMs, restMs);
      }
      await pauseUntilNextLook(delayMs, this.session.address, this.control.signal);
    }
  }

  /** Finds out what the jobs have left behind and, when that was asked for, waits until it is gone. */
  private async lookAtLeftovers(startedAt: number, untilMs: number): Promise<OceanBaseError | undefined> {
    for (;;) {
      const lookUntil = this.request.waitForCleanup ? untilMs + LAST_LOOK_MS : until(LOOK_MS, this.control);
      try {
        const jobs = this.watch.report;
        this.leftovers = await readLeftovers(this.session, this.server, jobs, this.coveredIds, lookUntil);
      } catch (error) {
        if (!(error instanceof OceanBaseError) || error.kind === "aborted" || this.request.waitForCleanup)
          throw error;
        this.warnings.push(`what the backups have left behind could not be read: ${error.message}`);
        return undefined;
      }
      if (!this.request.waitForCleanup || this.leftovers.length === 0) return undefined;
      const elapsedMs = Date.now() - startedAt;
      if (Date.now() >= untilMs) {
        return cleanupTimeoutError(this.session.address, elapsedMs, this.leftovers);
      }
      this.control.progress(cleanupProgressText(this.leftovers, elapsedMs));
      const delayMs = Math.min(pollDelayMs(elapsedMs), Math.max(0, untilMs - Date.now()));
      await pauseUntilNextLook(delayMs, this.session.address, this.control.signal);
    }
  }

  report(): StopReport {
    const { statement, issuedAt } = this.sender;
    return {
      server: this.server,
      ...(statement === undefined ? {} : { statement }),
      ...(issuedAt === undefined ? {} : { issuedAt }),
      ...(this.stoppedAt === undefined ? {} : { stoppedAt: this.stoppedAt }),
      jobs: this.watch.report,
      startingClusterJobs: this.watch.startingClusterJobs,
      leftovers: this.leftovers,
      excluded: this.excluded,
      restarted: this.watch.restartedJobs,
      warnings: [...this.warnings, ...this.sender.warnings, ...this.watch.warnings],
      ...(this.interrupted === undefined ? {} : { interrupted: this.interrupted }),
    };
  }
}

/**
 * Who is at the other end, and which tenants there are. Many resources of a stack ask one after the other, so what was
 * true a second ago will do, as long as it knows every tenant that is named: one may have been made since. One that was
 * dropped since is refused by the server, and resolved again then.
 */
async function identifyFor(
  { asked, allowGone }: StopRequest,
  session: Session,
  untilMs: number,
): Promise<Server> {
  // In a teardown tenants go all the time.
  if (!Array.isArray(asked) || allowGone) return await identifyServer(session, untilMs);
  const server = await identifyServer(session, untilMs, RECENT_MS);
  const known = userTenantsByName(server.tenants);
  return asked.every((name) => known.has(name)) ? server : await identifyServer(session, untilMs);
}

function until(
  ms: number,
  { deadlineMs = Number.POSITIVE_INFINITY }: Pick<StopControl, "deadlineMs">,
): number {
  return Math.min(Date.now() + ms, deadlineMs);
}
