import type { Leftover } from "../../oceanbase/jobs/backupSets";
import { type ExcludedTenant, excludedText } from "../../oceanbase/jobs/jobFilter";
import { type BackupJob, jobText } from "../../oceanbase/jobs/jobRecord";
import type { StopReport } from "../../oceanbase/stop/stopRequest";
import { type ServerRecord, serverRecord } from "../cluster";
import type { CancelBackupInputs } from "./inputs";

/**
 * How far the action has come.
 *
 * - `stopped`: every job has ended; nothing is left to do.
 * - `issued`: the statement was sent and nobody waited (`timeoutSeconds: 0`).
 * - `timedOut`: the jobs had not stopped in time and that was to be a warning only (`onTimeout: "warn"`).
 * - `unfinished`: the action was interrupted; the next `up` takes it up where it was left.
 * - `deferred`: nothing was sent; the statement goes out when the resource is deleted.
 * - `excluded`: nothing was sent, because a job that may not be cancelled runs in every tenant that has one
 *   (`onlyOlderThanSeconds`, `onlyTypes`).
 * - `drifted`: a refresh found that a backup runs again where it was to be kept stopped (`keepStopped`); the next `up`
 *   stops it.
 * - `wouldFail`: as `deferred`, but as things were nothing could have been cancelled (see the warnings); the next `up` looks
 *   again.
 */
export type Outcome =
  | "stopped"
  | "issued"
  | "timedOut"
  | "unfinished"
  | "deferred"
  | "wouldFail"
  | "excluded"
  | "drifted";

/** What an action adds to the inputs in the state. */
export interface CancelBackupOutputs {
  outcome: Outcome;
  /** The statement as it was sent; absent when none was. */
  statement?: string;
  /** When the server took the statement: ISO 8601, UTC, by the clock of the machine that ran `pulumi`. */
  issuedAt?: string;
  /** When the last job was seen to have ended; same clock. */
  stoppedAt?: string;
  /** The jobs that were running, and how each ended. */
  jobs: readonly BackupJob[];
  /**
   * Ids of cluster backups that had not started all their jobs when the action was interrupted; the next `up` looks
   * after them. Absent when there are none.
   */
  startingClusterJobs?: readonly string[];
  /** Incomplete backup sets that the jobs have left behind. A refresh brings the list up to date. */
  leftovers?: readonly Leftover[];
  /** Tenants that were left alone because a job that may not be cancelled runs in them; absent when there are none. */
  excluded?: readonly ExcludedTenant[];
  /** Jobs that were started after the statement, while the action was still looking, and left alone; absent when there are none. */
  restarted?: readonly BackupJob[];
  /** Jobs that a refresh found running where backups are to be kept stopped. */
  drift?: readonly BackupJob[];
  /** One line for people. */
  summary: string;
  /** Absent when a deferred resource could not find out. */
  server?: ServerRecord;
  warnings: readonly string[];
}

export type CancelBackupState = CancelBackupInputs & CancelBackupOutputs;

/** What the report of an action comes down to. */
export function outcomeOf(
  { interrupted, stoppedAt, statement, excluded }: StopReport,
  inputs: CancelBackupInputs,
): Outcome {
  if (interrupted === undefined) {
    if (statement === undefined && excluded.length > 0) return "excluded";
    return stoppedAt === undefined ? "issued" : "stopped";
  }
  return interrupted.kind === "timeout" && inputs.onTimeout === "warn" ? "timedOut" : "unfinished";
}

/** The outputs that a report gives. */
export function outputsFrom(report: StopReport, outcome: Outcome): CancelBackupOutputs {
  const { statement, issuedAt, stoppedAt, jobs, startingClusterJobs, interrupted } = report;
  const isOnlyWarning = outcome === "timedOut" && interrupted !== undefined;
  const { leftovers, excluded, restarted } = report;
  return withSummary(
    present({
      outcome,
      statement,
      issuedAt,
      stoppedAt,
      jobs,
      startingClusterJobs: startingClusterJobs.length > 0 ? startingClusterJobs : undefined,
      leftovers,
      excluded: excluded.length > 0 ? excluded : undefined,
      restarted: restarted.length > 0 ? restarted : undefined,
      drift: undefined,
      summary: "",
      server: serverRecord(report.server),
      warnings: isOnlyWarning ? [...report.warnings, interrupted.message] : report.warnings,
    }),
  );
}

/** The outputs of a state without its inputs, which the caller has newer ones of. */
export function outputsOf(state: CancelBackupState): CancelBackupOutputs {
  const { outcome, statement, issuedAt, stoppedAt, jobs, startingClusterJobs, summary, server, warnings } =
    state;
  const { leftovers, excluded, restarted, drift } = state;
  return present({
    outcome,
    statement,
    issuedAt,
    stoppedAt,
    jobs,
    startingClusterJobs,
    leftovers,
    excluded,
    restarted,
    drift,
    summary,
    server,
    warnings,
  });
}

type OrUndefined<T> = { [K in keyof T]: T[K] | undefined };

/** The same without what is undefined: state has no such value. */
function present(outputs: OrUndefined<Required<CancelBackupOutputs>>): CancelBackupOutputs {
  return Object.fromEntries(
    Object.entries(outputs).filter(([, value]) => value !== undefined),
  ) as unknown as CancelBackupOutputs;
}

/** The same with the line for people that belongs to it. */
export function withSummary<T extends CancelBackupOutputs>(outputs: T): T {
  return { ...outputs, summary: summaryOf(outputs) };
}

function summaryOf({ outcome, jobs, excluded = [], drift = [] }: CancelBackupOutputs): string {
  switch (outcome) {
    case "deferred":
    case "wouldFail":
      return "nothing sent yet; backups are cancelled when this resource is deleted";
    case "excluded":
      return `nothing cancelled; excluded ${excluded.map(excludedText).join(", ")}`;
    case "drifted":
      return `${counted(drift)} running where backups are to be kept stopped: ${drift.map(jobText).join(", ")}`;
    default: {
      const rest = excluded.length === 0 ? "" : `; excluded ${excluded.map(excludedText).join(", ")}`;
      if (jobs.length > 0) return `${counted(jobs)}: ${jobs.map(jobText).join(", ")}${rest}`;
      return `${outcome === "unfinished" ? "not finished" : "no backup was running"}${rest}`;
    }
  }
}

function counted(jobs: readonly BackupJob[]): string {
  return `${jobs.length} backup ${jobs.length === 1 ? "job" : "jobs"}`;
}

/** The same with these jobs as what runs against the will of the program; without any it is stopped. */
export function withDrift<T extends CancelBackupOutputs>(outputs: T, drift: readonly BackupJob[]): T {
  if (drift.length > 0) return withSummary({ ...outputs, outcome: "drifted", drift });
  if (outputs.outcome !== "drifted") return outputs;
  const { drift: _, ...others } = outputs;
  return withSummary({ ...others, outcome: outcomeWithoutDrift(outputs) } as T);
}

/** As the action itself had left it. */
function outcomeWithoutDrift({ statement, excluded = [], stoppedAt }: CancelBackupOutputs): Outcome {
  if (statement === undefined && excluded.length > 0) return "excluded";
  return stoppedAt === undefined ? "issued" : "stopped";
}
