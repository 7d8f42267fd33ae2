import { given } from "../../given";
import { leftoverText } from "../../oceanbase/cleanup/leftovers";
import { excludedText } from "../../oceanbase/jobs/jobFilter";
import { type BackupJob, jobText } from "../../oceanbase/jobs/jobRecord";
import type { StopReport } from "../../oceanbase/stop/stopRequest";
import { counted, firstOf, MAX_NAMED, oneLine } from "../../text";
import { serverRecord } from "../sessions";
import type { CancelBackupInputs } from "./inputs";
import {
  CANCEL_BACKUP_OUTPUTS,
  type CancelBackupOutputs,
  type CancelBackupState,
  type Outcome,
} from "./outputs";

/** What the report of an action comes down to. */
export function outcomeOf(
  { interrupted, stoppedAt, statement, excluded }: StopReport,
  { onTimeout }: CancelBackupInputs,
): Outcome {
  if (interrupted === undefined) return endOf({ stoppedAt, statement, excluded });
  return interrupted.kind === "timeout" && onTimeout === "warn" ? "timedOut" : "unfinished";
}

/** The outputs that a report gives. */
export function outputsFrom(report: StopReport, outcome: Outcome): CancelBackupOutputs {
  const { statement, issuedAt, stoppedAt, jobs, leftovers, interrupted } = report;
  const late = outcome === "timedOut" && interrupted !== undefined ? [interrupted.message] : [];
  return withSummary({
    outcome,
    jobs,
    leftovers,
    excluded: report.excluded,
    notCancelled: report.notCancelled,
    restarted: report.restarted,
    drift: [],
    server: serverRecord(report.server),
    warnings: [...report.warnings, ...late],
    ...given({
      statement,
      issuedAt,
      stoppedAt,
      startingClusterJobs: unlessEmpty(report.startingClusterJobs),
    }),
  });
}

/** How each job has ended and what it has left behind, a line each. */
export function endTexts({ jobs, leftovers }: StopReport): string[] {
  const shown = jobs.slice(0, MAX_NAMED).map((job) => {
    const left = leftovers.filter(
      ({ tenantId, backupSetId }) => tenantId === job.tenantId && backupSetId === job.backupSetId,
    );
    return oneLine(
      [jobText(job), ...left.map((set) => `left behind: ${leftoverText(set)} at ${set.path}`)].join("; "),
    );
  });
  return jobs.length > shown.length
    ? [...shown, `and ${jobs.length - shown.length} more backup jobs`]
    : shown;
}

/** The outputs of a state without its inputs, which the caller has newer ones of. */
export function outputsIn(state: CancelBackupState): CancelBackupOutputs {
  const names = Object.keys(CANCEL_BACKUP_OUTPUTS) as (keyof CancelBackupOutputs)[];
  return given(
    Object.fromEntries(names.map((name) => [name, state[name]])),
  ) as unknown as CancelBackupOutputs;
}

/** The same with the line for people that belongs to it. */
export function withSummary<T extends Omit<CancelBackupOutputs, "summary">>(
  outputs: T,
): T & Pick<CancelBackupOutputs, "summary"> {
  return { ...outputs, summary: summaryOf(outputs) };
}

function summaryOf({
  outcome,
  jobs,
  excluded,
  notCancelled,
  drift,
}: Omit<CancelBackupOutputs, "summary">): string {
  const left = firstOf(excluded.map(excludedText));
  const failed = firstOf(notCancelled.map(({ tenant }) => tenant));
  switch (outcome) {
    case "deferred":
    case "wouldFail":
      return "nothing sent yet; backups are cancelled when this resource is deleted";
    case "excluded":
      return `nothing cancelled; excluded ${left}`;
    case "drifted":
      return `${jobsText(drift)} running where backups are to be kept stopped: ${firstOf(drift.map(jobText))}`;
    default: {
      const rest = [left && `; excluded ${left}`, failed && `; not cancelled in ${failed}`].join("");
      if (jobs.length > 0) return `${jobsText(jobs)}: ${firstOf(jobs.map(jobText))}${rest}`;
      return `${outcome === "unfinished" ? "not finished" : "no backup was running"}${rest}`;
    }
  }
}

function jobsText({ length }: readonly BackupJob[]): string {
  return counted(length, "backup job");
}

/** The same with these jobs as what runs although it is to be kept stopped; without any it is stopped. */
export function withDrift<T extends CancelBackupOutputs>(outputs: T, drift: readonly BackupJob[]): T {
  if (drift.length > 0) return withSummary({ ...outputs, outcome: "drifted", drift });
  if (outputs.outcome !== "drifted") return outputs;
  return withSummary({ ...outputs, outcome: endOf(outputs), drift });
}

/** How an action ended that was not interrupted. */
function endOf({
  statement,
  excluded,
  stoppedAt,
}: {
  statement?: string | undefined;
  excluded: readonly unknown[];
  stoppedAt?: string | undefined;
}): Outcome {
  if (statement === undefined && excluded.length > 0) return "excluded";
  return stoppedAt === undefined ? "issued" : "stopped";
}

function unlessEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
