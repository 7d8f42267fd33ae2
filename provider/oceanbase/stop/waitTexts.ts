import { firstOf } from "../../text";
import { type Leftover, leftoverText } from "../cleanup/leftovers";
import { OceanBaseError } from "../errors";
import { type BackupJob, jobText } from "../jobs/jobRecord";

/*
 * What a wait says while it goes on, and when its time is over.
 */

/** Most jobs, or backup sets, that a status line names. */
const MAX_SHOWN = 3;

/** The jobs have not stopped in time. */
export function timeoutError(
  at: string,
  elapsedMs: number,
  unfinished: readonly BackupJob[],
  diagnosis: string | undefined,
): OceanBaseError {
  const jobs = firstOf(unfinished.map(jobText));
  const advice = diagnosis ?? "raise timeoutSeconds, or look at the jobs again later";
  return new OceanBaseError(
    "timeout",
    `${at}: after ${seconds(elapsedMs)} not yet stopped: ${jobs}; ${advice}`,
  );
}

/** For which jobs the action waits, and for how long already. */
export function progressText(
  unfinished: readonly BackupJob[],
  elapsedMs: number,
  diagnosis: string | undefined,
): string {
  const stuck = diagnosis === undefined ? "" : `; ${diagnosis}`;
  return `waiting for ${firstOf(unfinished.map(jobText), MAX_SHOWN)} (${seconds(elapsedMs)})${stuck}`;
}

/** The jobs have stopped, but what they left behind is not gone in time. */
export function cleanupTimeoutError(
  at: string,
  elapsedMs: number,
  leftovers: readonly Leftover[],
): OceanBaseError {
  return new OceanBaseError(
    "timeout",
    `${at}: all jobs have stopped, but after ${seconds(elapsedMs)} their incomplete data is still there: ${setsText(leftovers)}; raise timeoutSeconds, or leave waitForCleanup out`,
  );
}

/** For which backup sets the action waits, and for how long already. */
export function cleanupProgressText(leftovers: readonly Leftover[], elapsedMs: number): string {
  return `stopped; waiting for the cleanup of ${setsText(leftovers)} (${seconds(elapsedMs)})`;
}

/** For how long a wait looks on after the stop. */
export function settleProgressText(restMs: number): string {
  return `stopped; looking on for ${Math.ceil(restMs / 1000)} s for backups that start again`;
}

function setsText(leftovers: readonly Leftover[]): string {
  return firstOf(leftovers.map(leftoverText), MAX_SHOWN);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
