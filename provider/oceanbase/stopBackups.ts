import { isClusterJob, isRunning, readLiveJobs } from "./backupJobs";
import { tenantsWithoutCleanupPolicy } from "./cleanupPolicies";
import { leavesEffectOpen, OceanBaseError } from "./errors";
import { type ClusterRecord, checkIsCluster, identifyServer, readTenants, type Server } from "./identity";
import { resolveScope, type Scope } from "./scope";
import type { Session } from "./session";
import { type CancelScope, cancelBackupStatement } from "./statements";
import { jobText, type StoppedJob } from "./stoppedJob";
import { JobWatch, pauseUntilNextLook, pollDelayMs } from "./watchJobs";

/** What is to be stopped. */
export interface StopRequest {
  asked: CancelScope;
  /** The tenant the login is meant for; the server's own word has to agree. */
  loginTenant: string;
  /** Whether a named tenant that does not exist counts as stopped (at teardown). */
  allowGone: boolean;
  /** How long to wait for the real stop; 0 = not at all. */
  timeoutSeconds: number;
  /** The cluster it has to be; absent when whatever answers is meant. */
  record?: ClusterRecord;
  /** The record of an attempt that did not come to its end, to be taken up instead of begun again. */
  earlier?: EarlierAttempt;
}

/** What an unfinished attempt left in its record. */
export interface EarlierAttempt {
  statement?: string;
  /** Absent when it is not known whether the statement arrived. */
  issuedAt?: string;
  jobs: readonly StoppedJob[];
}

/** What the action needs from whoever runs it. */
export interface StopControl {
  signal?: AbortSignal;
  /** Milliseconds since 1970; the action ends by then even when it would wait longer. */
  deadlineMs?: number;
  /** Shows where the wait stands. */
  progress(text: string): void;
}

/** What was done and how each job ended. */
export interface StopReport {
  server: Server;
  /** The statement as sent; absent when there was nothing to send. */
  statement?: string;
  /** When the server took it, by this machine's clock, ISO 8601 in UTC. */
  issuedAt?: string;
  /** When the last job was seen in the history. */
  stoppedAt?: string;
  jobs: readonly StoppedJob[];
  warnings: readonly string[];
  /** Why the action did not come to its end although the statement may have taken effect. */
  interrupted?: OceanBaseError;
}

/** Bound for identifying the server, resolving the scope and looking at the jobs before the statement. */
const LOOK_MS = 30_000;

/** How often one action sends the statement at most: after a lost reply, and for jobs that started late. */
const MAX_SENDS = 5;

/** What the last look may take beyond the timeout. */
const LAST_LOOK_MS = 5_000;

/** Pause before the jobs are asked what a statement without a reply has done. */
const SETTLE_MS = 500;

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
  const action = new StopAction(session, request, control);
  await action.look();
  await action.issueAndWatch();
  return action.report();
}

/** Identifies the server and resolves the scope, and sends nothing: whether a later stop could work. */
export async function rehearseStop(session: Session, request: StopRequest): Promise<StopReport> {
  const action = new StopAction(session, request, { progress: () => {} });
  await action.prepare();
  return action.report();
}

class StopAction {
  private readonly session: Session;
  private readonly request: StopRequest;
  private readonly control: StopControl;
  private readonly warnings: string[] = [];
  private server!: Server;
  private scope!: Scope;
  private watch!: JobWatch;
  private statement: string | undefined;
  private issuedAt: string | undefined;
  private stoppedAt: string | undefined;
  private interrupted: OceanBaseError | undefined;
  private sends = 0;
  private resolvedAgain = false;
  /** Whether a send without a clear answer may have marked jobs. */
  private effectOpen = false;
  /** What is to be sent; undefined when an earlier attempt needs no second statement. */
  private toSend: CancelScope | undefined;

  constructor(session: Session, request: StopRequest, control: StopControl) {
    this.session = session;
    this.request = request;
    this.control = control;
    this.statement = request.earlier?.statement;
    this.issuedAt = request.earlier?.issuedAt;
  }

  private get at(): string {
    return this.session.address;
  }

  async prepare(): Promise<void> {
    const untilMs = this.until(LOOK_MS);
    this.server = await identifyServer(this.session, untilMs);
    if (this.request.record !== undefined) checkIsCluster(this.at, this.server, this.request.record);
    this.resolve();
    for (const tenant of this.scope.skipped) {
      this.warnings.push(
        `tenant ${tenant.name} is ${tenant.status}: the server passes it over, so its backups are not stopped`,
      );
    }
    const { tenants } = this.scope;
    const uncovered = await tenantsWithoutCleanupPolicy(this.session, this.server, tenants, untilMs);
    if (uncovered !== undefined && uncovered.length > 0) {
      this.warnings.push(
        `no automatic cleanup policy for ${uncovered.map((tenant) => tenant.name).join(", ")}: the incomplete data of a cancelled backup stays at the destination until somebody removes it (ALTER SYSTEM ADD DELETE BACKUP POLICY)`,
      );
    }
    this.watch = new JobWatch(this.session, this.server, this.scope);
  }

  private resolve(): void {
    const { asked, loginTenant, allowGone } = this.request;
    this.scope = resolveScope(this.at, this.server, asked, loginTenant, allowGone);
  }

  async look(): Promise<void> {
    await this.prepare();
    const live = await readLiveJobs(this.session, this.server, this.until(LOOK_MS));
    const { earlier } = this.request;
    if (earlier === undefined) {
      this.watch.addLive(live);
      this.toSend = this.scope.statement;
      return;
    }
    this.watch.addRecorded(earlier.jobs);
    const running = live.filter((job) => this.watch.isInScope(job) && isRunning(job));
    if (earlier.issuedAt === undefined) {
      // Nobody knows whether the statement arrived: what runs now has not been cancelled by it.
      this.watch.addLive(live);
      if (running.length > 0) this.toSend = this.scope.statement;
      return;
    }
    // The statement arrived. A job that runs now is hit again only when it was meant then: what has started since
    // is nobody's mistake.
    this.watch.addCanceling(live);
    const meant = running.filter((job) => this.watch.isKnown(job));
    if (meant.length === 0) return;
    const onlyTenants = this.scope.statement !== "own" && !meant.some(isClusterJob);
    this.toSend = onlyTenants ? [...new Set(meant.map((job) => job.tenant))] : this.scope.statement;
  }

  async issueAndWatch(): Promise<void> {
    if (this.toSend !== undefined && this.toSend.length > 0) await this.issue(this.toSend);
    if (this.interrupted !== undefined) return;
    try {
      if (this.request.timeoutSeconds > 0) await this.watchUntilStopped();
      // Nobody waits, but the record should say CANCELING where it is so.
      else await this.watch.look(this.until(LOOK_MS));
    } catch (error) {
      if (!(error instanceof OceanBaseError)) throw error;
      if (this.request.timeoutSeconds > 0) this.interrupted = error;
      else this.warnings.push(`the jobs could not be looked at after the statement: ${error.message}`);
    }
  }

  /** Sends the statement until it is known to have arrived. */
  private async issue(scope: CancelScope): Promise<void> {
    let target = scope;
    for (;;) {
      this.statement = cancelBackupStatement(target);
      const sentAt = new Date().toISOString();
      this.sends += 1;
      try {
        await this.session.send(this.statement, `cancelling the backups of ${scopeText(target)}`);
        this.issuedAt = sentAt;
        return;
      } catch (error) {
        if (!(error instanceof OceanBaseError)) throw error;
        if (error.errno === 5160 && !this.resolvedAgain) {
          target = await this.resolveAgain();
          if (target.length === 0) return;
          continue;
        }
        if (leavesEffectOpen(error)) this.effectOpen = true;
        else if (!this.effectOpen && this.issuedAt === undefined) throw error;
        if (await this.settleOpenEffect(error, sentAt)) return;
      }
    }
  }

  /** A tenant was dropped between the look and the statement, which therefore did nothing for the others, too. */
  private async resolveAgain(): Promise<CancelScope> {
    this.resolvedAgain = true;
    const tenants = await readTenants(this.session, this.server, this.until(LOOK_MS));
    this.server = { ...this.server, tenants };
    this.resolve();
    return this.scope.statement;
  }

  /**
   * After a send without a clear answer the jobs say what it has done.
   *
   * @returns whether the matter is settled: it took effect, or there is no use in sending again
   */
  private async settleOpenEffect(error: OceanBaseError, sentAt: string): Promise<boolean> {
    try {
      await pauseUntilNextLook(SETTLE_MS * this.sends, this.at, this.control.signal);
      const live = await readLiveJobs(this.session, this.server, this.until(LOOK_MS));
      if (!live.some((job) => this.watch.isInScope(job) && isRunning(job))) {
        this.issuedAt = sentAt;
        this.warnings.push(
          `the reply to the statement was lost (${error.message}); the jobs show that none is left to cancel`,
        );
        return true;
      }
    } catch (lookError) {
      if (!(lookError instanceof OceanBaseError)) throw lookError;
      this.interrupted = lookError;
      return true;
    }
    if (error.kind === "server" || error.kind === "refused" || this.sends >= MAX_SENDS) {
      this.interrupted = error;
      return true;
    }
    return false;
  }

  private async watchUntilStopped(): Promise<void> {
    const { timeoutSeconds } = this.request;
    const startedAt = Date.now();
    const untilMs = this.until(timeoutSeconds * 1000);
    for (;;) {
      const { unfinished, late } = await this.watch.look(untilMs + LAST_LOOK_MS);
      if (late.length > 0 && this.sends < MAX_SENDS) {
        await this.issue([...new Set(late.map((job) => job.tenant))]);
        if (this.interrupted !== undefined) return;
      } else if (unfinished.length === 0) {
        this.stoppedAt = new Date().toISOString();
        return;
      }
      const elapsedMs = Date.now() - startedAt;
      if (Date.now() >= untilMs) throw this.watch.timeoutError(timeoutSeconds, unfinished);
      this.control.progress(progressText(unfinished, elapsedMs));
      const delayMs = Math.min(pollDelayMs(elapsedMs), Math.max(0, untilMs - Date.now()));
      await pauseUntilNextLook(delayMs, this.at, this.control.signal);
    }
  }

  private until(ms: number): number {
    return Math.min(Date.now() + ms, this.control.deadlineMs ?? Number.POSITIVE_INFINITY);
  }

  report(): StopReport {
    return {
      server: this.server,
      ...(this.statement === undefined ? {} : { statement: this.statement }),
      ...(this.issuedAt === undefined ? {} : { issuedAt: this.issuedAt }),
      ...(this.stoppedAt === undefined ? {} : { stoppedAt: this.stoppedAt }),
      jobs: this.watch.report,
      warnings: [...this.warnings, ...this.watch.warnings],
      ...(this.interrupted === undefined ? {} : { interrupted: this.interrupted }),
    };
  }
}

function scopeText(scope: CancelScope): string {
  if (scope === "all") return "all user tenants";
  if (scope === "own") return "this tenant";
  const shown = scope.slice(0, 5).join(", ");
  return scope.length > 5 ? `${shown} and ${scope.length - 5} more tenants` : shown;
}

function progressText(unfinished: readonly StoppedJob[], elapsedMs: number): string {
  const shown = unfinished.slice(0, 3).map(jobText).join(", ");
  const more = unfinished.length > 3 ? ` and ${unfinished.length - 3} more` : "";
  return `waiting for ${shown}${more} (${Math.round(elapsedMs / 1000)} s)`;
}
