import type { Leftover } from "../../oceanbase/cleanup/leftovers";
import type { ExcludedTenant } from "../../oceanbase/jobs/jobFilter";
import type { BackupJob } from "../../oceanbase/jobs/jobRecord";
import type { NotCancelledTenant } from "../../oceanbase/stop/unreached";
import type { ServerRecord } from "../sessions";

/*
 * Loaded by programs too: types and names, no code behind them.
 */

/**
 * How far the action has come.
 *
 * - `stopped`: every job has ended; nothing is left to do.
 * - `issued`: the statement was sent without waiting for the stop (`timeoutSeconds: 0`).
 * - `timedOut`: the jobs had not stopped in time and that was to be a warning only (`onTimeout: "warn"`).
 * - `unfinished`: the action was interrupted; the next `up` takes it up where it was left.
 * - `deferred`: nothing was sent; the statement goes out when the resource is deleted.
 * - `wouldFail`: as `deferred`, but as things were nothing could have been cancelled (see the warnings); the next `up`
 *   looks again.
 * - `excluded`: nothing was sent, because a job that may not be cancelled runs in every tenant that has one
 *   (`onlyOlderThanSeconds`, `onlyTypes`).
 * - `drifted`: a refresh found that a backup runs again where it was to be kept stopped (`keepStopped`); the next `up`
 *   stops it.
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
  leftovers: readonly Leftover[];
  /** Tenants that were left alone because a job that may not be cancelled runs in them. */
  excluded: readonly ExcludedTenant[];
  /**
   * Tenants that the statement has not reached, although it was for them. The others were cancelled, and the next `up` goes
   * on with these.
   */
  notCancelled: readonly NotCancelledTenant[];
  /** Jobs that were started after the statement, while the action was still looking, and left alone. */
  restarted: readonly BackupJob[];
  /** Jobs that a refresh found running where backups are to be kept stopped. */
  drift: readonly BackupJob[];
  /** One line for people. */
  summary: string;
  /** Absent when a deferred resource could not find out. */
  server?: ServerRecord;
  warnings: readonly string[];
}

/** The lists of a record that has nothing to tell. */
export const NO_LISTS = {
  jobs: [],
  leftovers: [],
  excluded: [],
  notCancelled: [],
  restarted: [],
  drift: [],
} as const satisfies Partial<CancelBackupOutputs>;

/** Inputs and outputs. */
export type CancelBackupState = import("./inputs").CancelBackupInputs & CancelBackupOutputs;

/** Every output, by name. */
export const CANCEL_BACKUP_OUTPUTS = {
  outcome: undefined,
  statement: undefined,
  issuedAt: undefined,
  stoppedAt: undefined,
  jobs: undefined,
  startingClusterJobs: undefined,
  leftovers: undefined,
  excluded: undefined,
  notCancelled: undefined,
  restarted: undefined,
  drift: undefined,
  summary: undefined,
  server: undefined,
  warnings: undefined,
} as const satisfies Record<keyof CancelBackupOutputs, undefined>;

/** Everything that a program can read of it, by name: the inputs as they were given, and the outputs. */
export const CANCEL_BACKUP_PROPERTIES = {
  connection: undefined,
  tenants: undefined,
  cancelOn: undefined,
  triggers: undefined,
  timeoutSeconds: undefined,
  onTimeout: undefined,
  onUnreachable: undefined,
  reason: undefined,
  keepStopped: undefined,
  requireRestorePoint: undefined,
  waitForCleanup: undefined,
  onlyOlderThanSeconds: undefined,
  onlyTypes: undefined,
  settleSeconds: undefined,
  ...CANCEL_BACKUP_OUTPUTS,
} as const satisfies Record<keyof Omit<CancelBackupState, "password" | "tlsKey" | "previewJobs">, undefined>;
