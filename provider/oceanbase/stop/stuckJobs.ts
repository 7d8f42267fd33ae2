import type { Cluster } from "../cluster/cluster";
import type { Server } from "../cluster/server";
import { isOfKind, OceanBaseError } from "../errors";
import { jobKey } from "../jobs/backupJobs";
import { type BackupTask, readTasks } from "../jobs/backupTasks";
import type { BackupJob } from "../jobs/jobRecord";
import { stuckAfterSeconds, stuckCauses } from "./stopTimes";

/** Shortest time between two questions. */
const ASK_AGAIN_MS = 30_000;

/** Longest time for one. */
const ASK_MS = 5_000;

/** Most jobs that a diagnosis names. */
const MAX_JOBS_SHOWN = 3;

/** Finds out what keeps jobs from stopping, for as long as they do not. */
export class StuckJobs {
  /** Since when each job has been seen CANCELING, in milliseconds since 1970. */
  private readonly cancelingSinceMs = new Map<string, number>();
  private readonly afterMs: number;
  private readonly causes: string;
  private askedAtMs = Number.NEGATIVE_INFINITY;
  /** What is known of the jobs that are stuck; undefined while none is. */
  diagnosis: string | undefined;

  /** @param afterSeconds for how long a job may be CANCELING before it counts as stuck */
  constructor(server: Server, afterSeconds = stuckAfterSeconds(server)) {
    this.afterMs = afterSeconds * 1000;
    this.causes = stuckCauses(server);
  }

  /** Takes in what a look has shown; asks the cluster about jobs that should have stopped by now. */
  async note(unfinished: readonly BackupJob[], cluster: Cluster): Promise<void> {
    const nowMs = Date.now();
    const canceling = unfinished.filter((job) => job.status === "CANCELING");
    const keys = new Set(canceling.map(jobKey));
    for (const key of this.cancelingSinceMs.keys()) if (!keys.has(key)) this.cancelingSinceMs.delete(key);
    for (const key of keys) if (!this.cancelingSinceMs.has(key)) this.cancelingSinceMs.set(key, nowMs);
    const stuck = canceling.filter((job) => this.cancelingMs(job, nowMs) >= this.afterMs);
    if (stuck.length === 0) {
      this.diagnosis = undefined;
      return;
    }
    if (nowMs - this.askedAtMs < ASK_AGAIN_MS && this.diagnosis !== undefined) return;
    this.askedAtMs = nowMs;
    const tasks = await tasksOf(stuck, cluster.within(ASK_MS));
    const each = stuck.slice(0, MAX_JOBS_SHOWN).map((job) => {
      const task = tasks === undefined ? "its task could not be read" : taskText(tasks.get(jobKey(job)));
      const seconds = Math.round(this.cancelingMs(job, nowMs) / 1000);
      return `${job.tenant} job ${job.jobId} is CANCELING for ${seconds} s, ${task}, path ${job.path || "unknown"}`;
    });
    this.diagnosis = `${each.join("; ")}; ${this.causes}`;
  }

  private cancelingMs(job: BackupJob, nowMs: number): number {
    return nowMs - (this.cancelingSinceMs.get(jobKey(job)) ?? nowMs);
  }
}

/** A diagnosis that cannot be had is no reason to fail. */
async function tasksOf(
  jobs: readonly BackupJob[],
  cluster: Cluster,
): Promise<Map<string, BackupTask> | undefined> {
  try {
    return await readTasks(cluster, jobs);
  } catch (error) {
    if (!(error instanceof OceanBaseError) || isOfKind(error, "aborted")) throw error;
    return undefined;
  }
}

function taskText(task: BackupTask | undefined): string {
  if (task === undefined) return "without a task";
  const { taskId, status, result, comment, tablets, finishedTablets } = task;
  const said = comment === "" ? "" : ` "${comment.slice(0, 200)}"`;
  return `task ${taskId} ${status} (result ${result}${said}, ${finishedTablets} of ${tablets} tablets)`;
}
