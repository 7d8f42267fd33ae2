import { isInScope } from "../../oceanbase/cluster/scope";
import { isRunning } from "../../oceanbase/jobs/backupJobs";
import { type ExcludedTenant, excludedText } from "../../oceanbase/jobs/jobFilter";
import { type JobSnapshot, type ListedJob, toListedJob } from "../../oceanbase/jobs/jobList";
import type { TenantSelection } from "../../oceanbase/statements";
import { statementFor } from "../../oceanbase/stop/stopBackups";
import type { Target } from "../../oceanbase/stop/target";
import { counted, firstOf, MAX_NAMED } from "../../text";

/**
 * What a cancel of this target would hit at the moment of the snapshot.
 *
 * @param asked the tenants that were asked for
 */
export function jobsText(
  snapshot: JobSnapshot,
  { scope, excluded }: Target,
  { asked, isDeferred }: { asked: TenantSelection; isDeferred: boolean },
): string {
  const hit = snapshot.live.filter((job) => isInScope(scope, job) && isRunning(job));
  const when = isDeferred ? "now (and nothing is sent before it is deleted)" : "now";
  const silent = scope.tenants.filter(({ id }) => snapshot.unreadable.has(id)).map(({ name }) => name);
  const rest = `${excludedSuffix(excluded)}${silentSuffix(silent)}`;
  if (hit.length === 0) {
    const own = snapshot.server.tenant.name;
    const named = asked === "all" ? "any tenant" : asked === "own" ? own : shown(asked);
    return `no backup to cancel runs ${when} in ${named}${rest}`;
  }
  const jobs = hit.map((job) => jobLine(toListedJob(job, snapshot)));
  const verb = hit.length === 1 ? "runs" : "run";
  return `${counted(hit.length, "backup job")} ${verb} ${when}: ${firstOf(jobs, MAX_NAMED, { separator: "; " })}${rest}`;
}

/** The statement for a target, with the first names of a long list. */
export function shortStatement(target: Target): string {
  const { selection } = target;
  if (!Array.isArray(selection) || selection.length <= MAX_NAMED) return statementFor(target) ?? "nothing";
  const shortened = { ...target, selection: selection.slice(0, MAX_NAMED) };
  return `${statementFor(shortened)} and ${selection.length - MAX_NAMED} more`;
}

function excludedSuffix(excluded: readonly ExcludedTenant[]): string {
  return excluded.length === 0 ? "" : `; excluded: ${shown(excluded.map(excludedText))}`;
}

function silentSuffix(tenants: readonly string[]): string {
  if (tenants.length === 0) return "";
  return `; what runs in ${shown(tenants)} cannot be read, because no server leads the tenant`;
}

function shown(names: readonly string[]): string {
  return firstOf(names);
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
