import type { Leftover } from "../cleanup/leftovers";
import type { ClusterRecord } from "../cluster/clusterRecord";
import type { ScopeRequest } from "../cluster/scope";
import type { Server } from "../cluster/server";
import type { OceanBaseError } from "../errors";
import type { ExcludedTenant, JobFilter } from "../jobs/jobFilter";
import type { BackupJob } from "../jobs/jobRecord";
import type { NotCancelledTenant } from "./unreached";

/** What is to be stopped. */
export interface StopRequest extends ScopeRequest {
  /** How long to wait for the real stop; 0 = not at all. @default by version, see {@link defaultTimeoutSeconds} */
  timeoutSeconds?: number | undefined;
  /** The cluster it has to be; absent when any that answers is meant. */
  record?: ClusterRecord | undefined;
  /** The record of an attempt that did not come to its end, to be taken up instead of begun again. */
  earlier?: EarlierAttempt;
  /** Which jobs may be cancelled at all; absent: every one. */
  filter?: JobFilter | undefined;
  /** Whether to send nothing when a tenant has no complete full backup to be restored from. @default false */
  requireRestorePoint?: boolean;
  /** How long to look on after the stop for backups that are started again. @default 0 */
  settleSeconds?: number;
  /** Whether to wait, within the timeout, until what the cancelled jobs have left behind is gone. @default false */
  waitForCleanup?: boolean;
  /** For how long a job may be CANCELING before the server is asked what keeps it. @default by version, see {@link stuckAfterSeconds} */
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
  /** Tenants that the statement had not reached. */
  notCancelled?: readonly NotCancelledTenant[];
}

/** How the caller follows and ends the action. */
export interface StopControl {
  /** Aborted when the caller cancels. */
  signal?: AbortSignal;
  /** The action ends by then even when it would wait longer, in milliseconds since 1970. */
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
  /** Ids of cluster backups that may still start jobs which are to stop. Empty when the action is through. */
  startingClusterJobs: readonly string[];
  /** Incomplete backup sets that the jobs have left behind. */
  leftovers: readonly Leftover[];
  /** Tenants that the filter has kept from being hit. */
  excluded: readonly ExcludedTenant[];
  /** Tenants that the statement has not reached, although it was for them. */
  notCancelled: readonly NotCancelledTenant[];
  /** Jobs that were started after the statement, and left alone. */
  restarted: readonly BackupJob[];
  warnings: readonly string[];
  /** Why the action did not come to its end although the statement may have taken effect. */
  interrupted?: OceanBaseError;
}
