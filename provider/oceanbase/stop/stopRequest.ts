import type { ClusterRecord, Server } from "../cluster/server";
import type { OceanBaseError } from "../errors";
import type { Leftover } from "../jobs/backupSets";
import type { ExcludedTenant, JobFilter } from "../jobs/jobFilter";
import type { BackupJob } from "../jobs/jobRecord";
import type { CancelScope } from "../statements";

/** What is to be stopped. */
export interface StopRequest {
  asked: CancelScope;
  /** The tenant the login is meant for; the server's own word has to agree. */
  loginTenant: string;
  /** Whether a named tenant that does not exist counts as stopped (at teardown). */
  allowGone: boolean;
  /** How long to wait for the real stop; 0 = not at all. */
  timeoutSeconds: number;
  /** The cluster it has to be; absent when whatever answers is meant. */
  record?: ClusterRecord;
  /** The record of an attempt that did not come to its end, to be taken up instead of begun again. */
  earlier?: EarlierAttempt;
  /** Which jobs may be cancelled at all; absent: every one. */
  filter?: JobFilter;
  /** Whether to send nothing when a tenant has no complete full backup to be restored from. */
  requireRestorePoint?: boolean;
  /** How long to look on after the stop for backups that are started again; default 0. */
  settleSeconds?: number;
  /** Whether to wait, within the timeout, until what the cancelled jobs have left behind is gone. */
  waitForCleanup?: boolean;
  /** For how long a job may be CANCELING before it is asked what keeps it; default 120. */
  stuckAfterSeconds?: number;
}

/** What an unfinished attempt left in its record. */
export interface EarlierAttempt {
  statement?: string;
  /** Absent when it is not known whether the statement arrived. */
  issuedAt?: string;
  jobs: readonly BackupJob[];
  /** Ids of cluster backups that had not started all their jobs. */
  startingClusterJobs?: readonly string[];
  /** Tenants that a filter had kept from being hit. */
  excluded?: readonly ExcludedTenant[];
}

/** What the action needs from whoever runs it. */
export interface StopControl {
  signal?: AbortSignal;
  /** Milliseconds since 1970; the action ends by then even when it would wait longer. */
  deadlineMs?: number;
  /** Shows where the wait stands. */
  progress(text: string): void;
}

/** What was done and how each job ended. */
export interface StopReport {
  server: Server;
  /** The statement as sent; absent when there was nothing to send. */
  statement?: string;
  /** When the server took it, by this machine's clock, ISO 8601 in UTC. */
  issuedAt?: string;
  /** When the last job was seen in the history. */
  stoppedAt?: string;
  jobs: readonly BackupJob[];
  /** Ids of cluster backups that may still start jobs which are meant to stop. Empty when the action is through. */
  startingClusterJobs: readonly string[];
  /** Incomplete backup sets that the jobs have left behind. */
  leftovers: readonly Leftover[];
  /** Tenants that the filter has kept from being hit. */
  excluded: readonly ExcludedTenant[];
  /** Jobs that were started after the statement, and left alone. */
  restarted: readonly BackupJob[];
  warnings: readonly string[];
  /** Why the action did not come to its end although the statement may have taken effect. */
  interrupted?: OceanBaseError;
}
