import { resolveScope } from "../cluster/scope";
import { identifyServer, type Server } from "../cluster/server";
import { readServerTime, secondsBetween } from "../cluster/serverTime";
import type { Session } from "../connection/session";
import { OceanBaseError } from "../errors";
import type { CancelScope } from "../statements";
import { type JobRow, jobKey, readJobHistory, readLiveJobs } from "./backupJobs";
import { type BackupTask, readTasks } from "./backupTasks";
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
  /** Tablets to back up. */
  tablets: number;
  /** Tablets that are done. */
  finishedTablets: number;
}

/** The live jobs of everybody the login can see, at one moment. */
export interface JobSnapshot {
  /** Who was asked, for messages. */
  address: string;
  server: Server;
  /** The server's time, as its views print times. */
  now: string;
  live: readonly JobRow[];
  /** The live jobs' tasks, by {@link jobKey}. */
  tasks: ReadonlyMap<string, BackupTask>;
}

/** Asks for all of it. A task view that cannot be read costs the progress and nothing else. */
export async function readJobSnapshot(session: Session, untilMs: number): Promise<JobSnapshot> {
  const server = await identifyServer(session, untilMs);
  const live = await readLiveJobs(session, server, untilMs);
  const now = await readServerTime(session, server, untilMs);
  const tasks = await readTasks(session, server, live, untilMs).catch((error: unknown) => {
    if (!(error instanceof OceanBaseError) || error.errno === undefined) throw error;
    return new Map<string, BackupTask>();
  });
  return { address: session.address, server, now, live, tasks };
}

/**
 * The jobs of these tenants: live ones, and with `history` ended ones after them.
 *
 * @param asked named tenants or `all` (from sys; then a cluster backup's own job is among them), `own` from a user tenant
 */
export async function listJobs(
  session: Session,
  { asked, loginTenant, history }: { asked: CancelScope; loginTenant: string; history: boolean },
  untilMs: number,
): Promise<ListedJob[]> {
  const snapshot = await readJobSnapshot(session, untilMs);
  const { server, live, now } = snapshot;
  const scope = resolveScope(session.address, server, asked, loginTenant, false);
  const ids = new Set([...scope.tenants, ...scope.skipped].map((tenant) => tenant.id));
  const isMeant = (job: JobRow) => scope.statement === "all" || ids.has(job.tenantId);
  // The live view was read first: what is in neither list has not got lost between them.
  const ended = history ? await readJobHistory(session, server, untilMs) : [];
  const liveKeys = new Set(live.map(jobKey));
  return [
    ...live.filter(isMeant).map((job) => toListedJob(job, snapshot)),
    ...ended
      .filter((job) => isMeant(job) && !liveKeys.has(jobKey(job)))
      .map((job) => withAge(toBackupJob(job, "history"), job.endedAt ?? now)),
  ];
}

/** A live job of a snapshot. */
export function toListedJob(job: JobRow, { now, tasks }: Pick<JobSnapshot, "now" | "tasks">): ListedJob {
  const listed = withAge(toBackupJob(job, "live view"), now);
  const task = tasks.get(jobKey(job));
  if (task === undefined) return listed;
  const { inputBytes, outputBytes, tablets, finishedTablets } = task;
  return { ...listed, progress: { inputBytes, outputBytes, tablets, finishedTablets } };
}

function withAge(job: BackupJob, until: string): ListedJob {
  const ageSeconds = secondsBetween(job.startedAt, until);
  return ageSeconds === undefined ? job : { ...job, ageSeconds };
}
