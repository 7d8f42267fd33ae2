import { type BackupJob, isClusterJob, isRunning, jobKey, readEndedJobs, readLiveJobs } from "./backupJobs";
import { CancelSender, type Effect } from "./cancelSender";
import { tenantsWithoutCleanupPolicy } from "./cleanupPolicies";
import { OceanBaseError } from "./errors";
import {
  type ClusterRecord,
  checkIsCluster,
  identifyServer,
  readTenants,
  recordOf,
  type Server,
} from "./identity";
import { seemsToLackAlterSystem } from "./privileges";
import { resolveScope, type Scope } from "./scope";
import type { Session } from "./session";
import type { CancelScope } from "./statements";
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
  /** Ids of cluster backups that had not started all their jobs. */
  startingClusterJobs?: readonly string[];
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
  /** Ids of cluster backups that may still start jobs which are meant to stop. Empty when the action is through. */
  startingClusterJobs: readonly string[];
  warnings: readonly string[];
  /** Why the action did not come to its end although the statement may have taken effect. */
  interrupted?: OceanBaseError;
}

/** Bound for each of the questions that are asked before and beside the wait. */
const LOOK_MS = 30_000;

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
  await action.warnOfMissingPrivilege();
  return action.report();
}

class StopAction {
  private readonly session: Session;
  private readonly request: StopRequest;
  private readonly control: StopControl;
  private readonly server: Server;
  private readonly scope: Scope;
  private readonly watch: JobWatch;
  private readonly sender: CancelSender;
  private readonly warnings: string[] = [];
  private stoppedAt: string | undefined;
  private interrupted: OceanBaseError | undefined;

  static async prepare(session: Session, request: StopRequest, control: StopControl): Promise<StopAction> {
    const server = await identifyServer(session, until(LOOK_MS, control));
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
    this.sender = new CancelSender(session, questions, request.earlier, control.signal);
  }

  private resolve(server: Pick<Server, "tenant" | "tenants">): Scope {
    const { asked, loginTenant, allowGone } = this.request;
    return resolveScope(this.session.address, server, asked, loginTenant, allowGone);
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
    if (uncovered === undefined || uncovered.length === 0) return;
    const names = uncovered.map((tenant) => tenant.name).join(", ");
    this.warnings.push(
      `no automatic cleanup policy for ${names}: the incomplete data of a cancelled backup stays at the destination until somebody removes it (ALTER SYSTEM ADD DELETE BACKUP POLICY)`,
    );
  }

  async warnOfMissingPrivilege(): Promise<void> {
    if (!(await seemsToLackAlterSystem(this.session, this.server, until(LOOK_MS, this.control)))) return;
    this.warnings.push(
      "the user seems to lack the ALTER SYSTEM privilege, without which nothing can be cancelled; log in as the tenant's administrator, or grant it",
    );
  }

  private liveJobs(): Promise<BackupJob[]> {
    return readLiveJobs(this.session, this.server, until(LOOK_MS, this.control));
  }

  /** Takes in what runs now; gives what the statement is to be sent for, or undefined when it is not needed. */
  async look(): Promise<CancelScope | undefined> {
    const live = await this.liveJobs();
    const { earlier } = this.request;
    if (earlier === undefined) {
      this.watch.addLive(live);
      return this.scope.statement;
    }
    this.watch.addRecorded(earlier.jobs, earlier.startingClusterJobs ?? []);
    const running = live.filter((job) => this.watch.isInScope(job) && isRunning(job));
    if (earlier.issuedAt === undefined) {
      // Nobody knows whether the statement arrived: what runs now has not been cancelled by it.
      this.watch.addLive(live);
      return running.length > 0 ? this.scope.statement : undefined;
    }
    // The statement arrived. A job that runs now is hit again only when it was meant then: what has started since
    // is nobody's mistake.
    this.watch.addCanceling(live);
    const meant = running.filter((job) => this.watch.isMeant(job));
    return meant.length > 0 ? this.noMoreThanFor(meant) : undefined;
  }

  /** No more of the scope than these jobs need. */
  private noMoreThanFor(jobs: readonly BackupJob[]): CancelScope {
    const { statement } = this.scope;
    // A cluster backup's own job, and one of a tenant whose name is not known, cannot be named.
    const canBeNamed = (job: BackupJob) => !isClusterJob(job) && job.tenant !== job.tenantId;
    if (statement === "own" || !jobs.every(canBeNamed)) return statement;
    return [...new Set(jobs.map((job) => job.tenant))];
  }

  async issueAndWatch(target: CancelScope | undefined): Promise<void> {
    if (target !== undefined) this.interrupted = await this.sender.send(target);
    if (this.interrupted !== undefined) return;
    const { timeoutSeconds } = this.request;
    try {
      if (timeoutSeconds > 0) this.interrupted = await this.watchUntilStopped(timeoutSeconds);
      else await this.lookOnce();
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
    const live = (await this.liveJobs()).filter((job) => this.watch.isInScope(job));
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
    const { statement } = this.resolve({ ...this.server, tenants });
    return target.filter((name) => statement.includes(name));
  }

  /** Nobody waits, but the record should say CANCELING where it is so, and what may still come. */
  private async lookOnce(): Promise<void> {
    const { late } = await this.watch.look(until(LOOK_MS, this.control));
    if (late.length > 0) this.interrupted = await this.sender.send(this.noMoreThanFor(late));
    const starting = this.watch.startingClusterJobs;
    if (starting.length === 0) return;
    this.warnings.push(
      `cluster backup ${starting.join(", ")} has not started its jobs yet, and nobody waits for them: they will not be cancelled (raise timeoutSeconds above 0, or change triggers later)`,
    );
  }

  /** Waits until every job has ended; gives what has kept it from that, or undefined when nothing has. */
  private async watchUntilStopped(timeoutSeconds: number): Promise<OceanBaseError | undefined> {
    const startedAt = Date.now();
    const untilMs = until(timeoutSeconds * 1000, this.control);
    for (;;) {
      const { unfinished, late } = await this.watch.look(untilMs + LAST_LOOK_MS);
      if (late.length > 0 && this.sender.mayStillSend) {
        const failure = await this.sender.send(this.noMoreThanFor(late));
        if (failure !== undefined) return failure;
      } else if (unfinished.length === 0) {
        this.stoppedAt = new Date().toISOString();
        return undefined;
      }
      const elapsedMs = Date.now() - startedAt;
      if (Date.now() >= untilMs) return timeoutError(this.session.address, elapsedMs, unfinished);
      this.control.progress(progressText(unfinished, elapsedMs));
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
      warnings: [...this.warnings, ...this.sender.warnings, ...this.watch.warnings],
      ...(this.interrupted === undefined ? {} : { interrupted: this.interrupted }),
    };
  }
}

function until(
  ms: number,
  { deadlineMs = Number.POSITIVE_INFINITY }: Pick<StopControl, "deadlineMs">,
): number {
  return Math.min(Date.now() + ms, deadlineMs);
}

function timeoutError(at: string, elapsedMs: number, unfinished: readonly StoppedJob[]): OceanBaseError {
  const jobs = unfinished.map(jobText).join(", ");
  return new OceanBaseError(
    "timeout",
    `${at}: after ${Math.round(elapsedMs / 1000)} s not yet stopped: ${jobs}; a job that stays CANCELING cannot stop its tasks: check that the backup destination can be written, or raise timeoutSeconds`,
  );
}

function progressText(unfinished: readonly StoppedJob[], elapsedMs: number): string {
  const shown = unfinished.slice(0, 3).map(jobText).join(", ");
  const more = unfinished.length > 3 ? ` and ${unfinished.length - 3} more` : "";
  return `waiting for ${shown}${more} (${Math.round(elapsedMs / 1000)} s)`;
}
