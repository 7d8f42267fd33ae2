import type { Server } from "../cluster/server";
import type { Session } from "../connection/session";
import { OceanBaseError } from "../errors";
import { jobKey } from "../jobs/backupJobs";
import { type BackupTask, readTasks } from "../jobs/backupTasks";
import type { BackupJob } from "../jobs/jobRecord";

/** A job that is CANCELING for this long is asked about: when all is well it takes 90 s at most. */
const STUCK_AFTER_SECONDS = 120;

/** Shortest time between two questions. */
const ASK_AGAIN_MS = 30_000;

/** What OceanBase waits for before a job is CANCELED, and so what to look at when it is not. */
const CAUSES =
  "OceanBase ends a job only when each of its log stream tasks has stopped: check that the backup destination is mounted and can be written from every server, and the observers' logs for tasks that cannot be stopped (a server that is down, a log stream without a leader); the job stops by itself once that is mended";

/** Finds out what keeps jobs from stopping, for as long as they do not. */
export class StuckJobs {
  /** Since when each job has been seen CANCELING, in milliseconds since 1970. */
  private readonly cancelingSince = new Map<string, number>();
  private readonly session: Session;
  private readonly server: Server;
  private readonly afterMs: number;
  private askedAt = Number.NEGATIVE_INFINITY;
  /** What is known of the jobs that are stuck; undefined while none is. */
  diagnosis: string | undefined;

  constructor(session: Session, server: Server, afterSeconds = STUCK_AFTER_SECONDS) {
    this.session = session;
    this.server = server;
    this.afterMs = afterSeconds * 1000;
  }

  /** Takes in what a look has shown; asks the server about jobs that should have stopped by now. */
  async note(unfinished: readonly BackupJob[], untilMs: number): Promise<void> {
    const now = Date.now();
    const canceling = unfinished.filter((job) => job.status === "CANCELING");
    const keys = new Set(canceling.map(jobKey));
    for (const key of this.cancelingSince.keys()) if (!keys.has(key)) this.cancelingSince.delete(key);
    for (const key of keys) if (!this.cancelingSince.has(key)) this.cancelingSince.set(key, now);
    const stuck = canceling.filter((job) => this.secondsOf(job, now) * 1000 >= this.afterMs);
    if (stuck.length === 0) {
      this.diagnosis = undefined;
      return;
    }
    if (now - this.askedAt < ASK_AGAIN_MS && this.diagnosis !== undefined) return;
    this.askedAt = now;
    const tasks = await this.tasksOf(stuck, untilMs);
    const each = stuck.slice(0, 3).map((job) => {
      const task = tasks?.get(jobKey(job));
      const known = tasks === undefined ? "its task could not be read" : taskText(task);
      return `${job.tenant} job ${job.jobId} is CANCELING for ${Math.round(this.secondsOf(job, now))} s, ${known}, path ${job.path || "unknown"}`;
    });
    this.diagnosis = `${each.join("; ")}; ${CAUSES}`;
  }

  private secondsOf(job: BackupJob, now: number): number {
    return (now - (this.cancelingSince.get(jobKey(job)) ?? now)) / 1000;
  }

  /** A diagnosis that cannot be had is no reason to fail. */
  private async tasksOf(
    jobs: readonly BackupJob[],
    untilMs: number,
  ): Promise<Map<string, BackupTask> | undefined> {
    try {
      return await readTasks(this.session, this.server, jobs, Math.min(untilMs, Date.now() + 5_000));
    } catch (error) {
      if (!(error instanceof OceanBaseError) || error.kind === "aborted") throw error;
      return undefined;
    }
  }
}

function taskText(task: BackupTask | undefined): string {
  if (task === undefined) return "without a task";
  const { taskId, status, result, comment, tablets, finishedTablets } = task;
  const said = comment === "" ? "" : ` "${comment.slice(0, 200)}"`;
  return `task ${taskId} ${status} (result ${result}${said}, ${finishedTablets} of ${tablets} tablets)`;
}
