import { checkNotLocked, isInScope, resolveScope } from "../../oceanbase/cluster/scope";
import { isRunning } from "../../oceanbase/jobs/backupJobs";
import { excludedText, type Selection, selectTenants } from "../../oceanbase/jobs/jobFilter";
import { type JobSnapshot, type ListedJob, readJobSnapshot, toListedJob } from "../../oceanbase/jobs/jobList";
import { counted, firstOf, oneLine } from "../../text";
import { withCluster } from "../cluster";
import type { Context } from "../context";
import { checkInputs } from "../inputTable";
import { inPreviewTime } from "../previewTime";
import { CANCEL_BACKUP, type CancelBackupInputs, cancelsOnCreate, filterOf, selectionOf } from "./inputs";

/** Most jobs that one line names. */
const MAX_JOBS_SHOWN = 8;

/** What can be asked of a cluster once, for every resource that a program has on it. */
export type SnapshotReader = (inputs: CancelBackupInputs) => Promise<JobSnapshot>;

/** Reads what runs now, within the time that a preview has. */
export async function readSnapshot(inputs: CancelBackupInputs, context: Context): Promise<JobSnapshot> {
  return await inPreviewTime(inputs, context, (inTime) =>
    withCluster(inputs, inTime, (cluster) => readJobSnapshot(cluster)),
  );
}

/**
 * One line that says what a cancel would hit at this moment. It never fails: what keeps it from knowing is what it says.
 * Undefined when the inputs are wrong, because the check of the resource says so.
 */
export async function previewText(
  inputs: CancelBackupInputs,
  snapshotOf: SnapshotReader,
): Promise<string | undefined> {
  if (checkInputs(CANCEL_BACKUP, inputs).length > 0) return undefined;
  // It holds the server's words: names and comments.
  return oneLine(await lineFor(inputs, snapshotOf));
}

async function lineFor(inputs: CancelBackupInputs, snapshotOf: SnapshotReader): Promise<string> {
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

/** What a cancel would hit; throws what it would be refused with. */
export function describe(snapshot: JobSnapshot, inputs: CancelBackupInputs): string {
  const { server, now } = snapshot;
  const selection = selectionOf(inputs);
  const request = { selection, loginTenant: inputs.connection.tenant, ignoreMissing: false };
  const scope = resolveScope(snapshot, request);
  checkNotLocked(snapshot, scope);
  const running = snapshot.live.filter((job) => isInScope(scope, job) && isRunning(job));
  const filter = filterOf(inputs);
  const chosen = filter === undefined ? undefined : selectTenants(running, filter, now, snapshot);
  const hit = chosen === undefined ? running : running.filter((job) => chosen.hit.has(job.tenantId));
  const when = cancelsOnCreate(inputs) ? "now" : "now (and nothing is sent before it is deleted)";
  const silent = scope.tenants.filter(({ id }) => snapshot.unreadable.has(id)).map(({ name }) => name);
  const excluded = `${excludedSuffix(chosen)}${silentSuffix(silent)}`;
  if (hit.length === 0) {
    const named = Array.isArray(selection) ? selection.join(", ") : server.tenant.name;
    return `no backup to cancel runs ${when} in ${selection === "all" ? "any tenant" : named}${excluded}`;
  }
  const jobs = hit.map((job) => jobLine(toListedJob(job, snapshot)));
  const verb = hit.length === 1 ? "runs" : "run";
  return `${counted(hit.length, "backup job")} ${verb} ${when}: ${firstOf(jobs, MAX_JOBS_SHOWN, { separator: "; " })}${excluded}`;
}

function excludedSuffix(chosen: Selection | undefined): string {
  if (chosen === undefined || chosen.excluded.length === 0) return "";
  return `; excluded: ${chosen.excluded.map(excludedText).join(", ")}`;
}

function silentSuffix(tenants: readonly string[]): string {
  if (tenants.length === 0) return "";
  return `; what runs in ${tenants.join(", ")} cannot be read, because no server leads the tenant`;
}

/** `mysql_tenant job 7 DOING (full, 42 s old, 34 of 1200 tablets, 1.2 GB written)`. */
function jobLine({ tenant, jobId, status, type, ageSeconds, progress }: ListedJob): string {
  const age = ageSeconds === undefined ? [] : [`${ageSeconds} s old`];
  const done =
    progress === undefined
      ? []
      : [
          `${progress.finishedTablets} of ${progress.tablets} tablets`,
          `${bytesText(progress.outputBytes)} written`,
        ];
  return `${tenant} job ${jobId} ${status} (${[type, ...age, ...done].join(", ")})`;
}

function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}
