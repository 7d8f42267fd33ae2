import { checkNotLocked, isInScope, resolveScope } from "../../oceanbase/cluster/scope";
import { OceanBaseError, oneLine } from "../../oceanbase/errors";
import { isRunning } from "../../oceanbase/jobs/backupJobs";
import { excludedText, type Selection, selectTenants } from "../../oceanbase/jobs/jobFilter";
import { type JobSnapshot, type ListedJob, readJobSnapshot, toListedJob } from "../../oceanbase/jobs/jobList";
import { withSession } from "../cluster";
import { DEFAULT_CONNECT_TIMEOUT_SECONDS } from "../connection";
import type { Context } from "../context";
import {
  type CancelBackupInputs,
  cancelsOnCreate,
  checkCancelBackup,
  filterOf,
  scopeAskedFor,
} from "./inputs";

/** Most jobs that one line names. */
const MAX_JOBS_SHOWN = 8;

/** What can be asked of a cluster once, for every resource that a program has on it. */
export type SnapshotReader = (inputs: CancelBackupInputs) => Promise<JobSnapshot>;

/** Reads what runs now, within the time that a connection may take; a preview has no more to spare. */
export async function readSnapshot(inputs: CancelBackupInputs, context: Context): Promise<JobSnapshot> {
  const { connectTimeoutSeconds = DEFAULT_CONNECT_TIMEOUT_SECONDS } = inputs.connection;
  const timeoutMs = connectTimeoutSeconds * 1000;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await withSession(inputs, { ...context, signal }, (session) =>
      readJobSnapshot(session, Date.now() + timeoutMs),
    );
  } catch (error) {
    if (!(error instanceof OceanBaseError) || error.kind !== "aborted") throw error;
    const { host, port } = inputs.connection;
    throw new OceanBaseError("unreachable", `${host}:${port}: no answer within ${timeoutMs / 1000} s`);
  }
}

/**
 * One line that says what a cancel would hit at this moment. It never fails: what keeps it from knowing is what it
 * says. Undefined when the inputs are wrong, because the check of the resource says so.
 */
export async function blastRadius(
  inputs: CancelBackupInputs,
  snapshotOf: SnapshotReader,
): Promise<string | undefined> {
  if (checkCancelBackup(inputs).problems.length > 0) return undefined;
  // It holds the server's words: names and comments.
  return oneLine(await radiusText(inputs, snapshotOf));
}

async function radiusText(inputs: CancelBackupInputs, snapshotOf: SnapshotReader): Promise<string> {
  let snapshot: JobSnapshot;
  try {
    snapshot = await snapshotOf(inputs);
  } catch (error) {
    return `what runs now cannot be seen from here: ${(error as Error).message}`;
  }
  try {
    return describe(snapshot, inputs);
  } catch (error) {
    return `as things are now it would fail: ${(error as Error).message}`;
  }
}

function describe(snapshot: JobSnapshot, inputs: CancelBackupInputs): string {
  const { address, server, now } = snapshot;
  const asked = scopeAskedFor(inputs);
  const scope = resolveScope(address, server, asked, inputs.connection.tenant, false);
  checkNotLocked(address, scope);
  const running = snapshot.live.filter((job) => isInScope(scope, job) && isRunning(job));
  const filter = filterOf(inputs);
  const selection = filter === undefined ? undefined : selectTenants(running, filter, now);
  const hit = selection === undefined ? running : running.filter((job) => selection.hit.has(job.tenantId));
  const when = cancelsOnCreate(inputs) ? "now" : "now (and nothing is sent before it is deleted)";
  const where = Array.isArray(asked) ? asked.join(", ") : asked === "all" ? "any tenant" : server.tenant.name;
  const excluded = excludedSuffix(selection);
  if (hit.length === 0) return `no backup to cancel runs ${when} in ${where}${excluded}`;
  const shown = hit.slice(0, MAX_JOBS_SHOWN).map((job) => jobLine(toListedJob(job, snapshot)));
  const more = hit.length > MAX_JOBS_SHOWN ? ` and ${hit.length - MAX_JOBS_SHOWN} more` : "";
  const counted = `${hit.length} backup ${hit.length === 1 ? "job runs" : "jobs run"}`;
  return `${counted} ${when}: ${shown.join("; ")}${more}${excluded}`;
}

function excludedSuffix(selection: Selection | undefined): string {
  if (selection === undefined || selection.excluded.length === 0) return "";
  return `; excluded: ${selection.excluded.map(excludedText).join(", ")}`;
}

/** `mysql_tenant job 7 DOING (full, 42 s old, 34 of 1200 tablets, 1.2 GB written)`. */
function jobLine({ tenant, jobId, status, type, ageSeconds, progress }: ListedJob): string {
  const details = [
    type,
    ...(ageSeconds === undefined ? [] : [`${ageSeconds} s old`]),
    ...(progress === undefined
      ? []
      : [
          `${progress.finishedTablets} of ${progress.tablets} tablets`,
          `${bytesText(progress.outputBytes)} written`,
        ]),
  ];
  return `${tenant} job ${jobId} ${status} (${details.join(", ")})`;
}

function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}
