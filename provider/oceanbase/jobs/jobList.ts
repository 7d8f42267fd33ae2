import { given } from "../../given";
import type { Cluster } from "../cluster/cluster";
import { resolveScope, type ScopeRequest } from "../cluster/scope";
import { type Identified, tenantLabel } from "../cluster/server";
import { readServerTime } from "../cluster/serverTime";
import { secondsBetween } from "../cluster/viewTimes";
import { OceanBaseError } from "../errors";
import { type JobRow, jobKey, readLiveJobs } from "./backupJobs";
import { type BackupTask, readTasks } from "./backupTasks";
import { type HistoryBounds, readJobHistory } from "./jobHistory";
import { type BackupJob, toBackupJob } from "./jobRecord";

/** A backup job as it is at this moment. */
export interface ListedJob extends BackupJob {
  /** For how long it has been running, by the server's clock; for an ended job, for how long it ran. */
  ageSeconds?: number;
  /** How far it has come. Only of a live job whose task view can be read. */
  progress?: JobProgress;
}

/** How far a backup job has come. */
export interface JobProgress {
  /** Bytes read from the tenant so far. */
  inputBytes: number;
  /** Bytes written to the destination so far. */
  outputBytes: number;
  /**
   * Tablets to back up.
   *
   * @asType integer
   */
  tablets: number;
  /**
   * Tablets that are done.
   *
   * @asType integer
   */
  finishedTablets: number;
}

/** The live jobs at one moment. */
export interface JobSnapshot extends Identified {
  /** The server's time, as its views print times. */
  now: string;
  live: readonly JobRow[];
  /** Ids of the tenants whose jobs cannot be read, see {@link Readable}. */
  unreadable: ReadonlySet<string>;
  /** The live jobs' tasks, by {@link jobKey}. */
  tasks: ReadonlyMap<string, BackupTask>;
}

/** The jobs of tenants, as far as they can be read. */
export interface JobList {
  jobs: ListedJob[];
  /** Names of the tenants whose jobs cannot be read: no server leads them. */
  unreadable: readonly string[];
}

/**
 * Reads all of it. A task view that cannot be read costs the progress and nothing else.
 *
 * @param tenantIds undefined: of all tenants
 */
export async function readJobSnapshot(cluster: Cluster, tenantIds?: readonly string[]): Promise<JobSnapshot> {
  const { rows: live, unreadable } = await readLiveJobs(cluster, tenantIds);
  const now = await readServerTime(cluster);
  const tasks = await readTasks(cluster, live).catch((error: unknown) => {
    if (!(error instanceof OceanBaseError) || error.errno === undefined) throw error;
    return new Map<string, BackupTask>();
  });
  return { address: cluster.address, server: cluster.server, now, live, unreadable, tasks };
}

/** The jobs of these tenants: live ones, and with bounds of the history ended ones after them, the latest first. */
export async function listJobs(
  cluster: Cluster,
  { history, ...request }: Omit<ScopeRequest, "ignoreMissing"> & { history?: HistoryBounds },
): Promise<JobList> {
  const scope = resolveScope(cluster, { ...request, ignoreMissing: false });
  const ids = [...scope.tenants, ...scope.skipped].map((tenant) => tenant.id);
  const tenantIds = scope.selection === "all" ? undefined : ids;
  const snapshot = await readJobSnapshot(cluster, tenantIds);
  const { live, now } = snapshot;
  // With "all" a cluster backup's own job is listed too.
  const isListed = (job: JobRow) => tenantIds === undefined || tenantIds.includes(job.tenantId);
  // The live view was read first: a job on its way to the history is in one of the two lists. Fact: job-moves
  const ended = history && (await readJobHistory(cluster, tenantIds, history, now));
  const liveKeys = new Set(live.map(jobKey));
  const unreadable = new Set([...snapshot.unreadable, ...(ended?.unreadable ?? [])]);
  return {
    jobs: [
      ...live.filter(isListed).map((job) => toListedJob(job, snapshot)),
      ...(ended?.rows ?? [])
        .filter((job) => isListed(job) && !liveKeys.has(jobKey(job)))
        .map((job) => withAge(toBackupJob(job, cluster, "history"), job.endedAt ?? now)),
    ],
    unreadable: [...unreadable].map((id) => tenantLabel(cluster, id)),
  };
}

/** A live job of a snapshot. */
export function toListedJob(job: JobRow, snapshot: Pick<JobSnapshot, "server" | "now" | "tasks">): ListedJob {
  const { now, tasks } = snapshot;
  const listed = withAge(toBackupJob(job, snapshot, "live view"), now);
  const task = tasks.get(jobKey(job));
  if (task === undefined) return listed;
  const { inputBytes, outputBytes, tablets, finishedTablets } = task;
  return { ...listed, progress: { inputBytes, outputBytes, tablets, finishedTablets } };
}

function withAge(job: BackupJob, until: string): ListedJob {
  return { ...job, ...given({ ageSeconds: secondsBetween(job.startedAt, until) }) };
}
