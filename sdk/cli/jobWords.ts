import type { ListedJob } from "../../provider/oceanbase/jobs/jobList";
import { SYS_TENANT } from "../../provider/resources/connection";

/*
 * What is known of a backup job, for a table.
 */

/** Seconds of the units that a duration is told in. */
const UNITS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/** `2 h 5 min`: the two largest units; empty when it is not known. */
export function durationText(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  const first = UNITS.findIndex(([length]) => seconds >= length);
  if (first === -1) return "0 s";
  const [[length, unit], next] = [UNITS[first] as (typeof UNITS)[number], UNITS[first + 1]];
  const whole = `${Math.floor(seconds / length)} ${unit}`;
  const rest = next === undefined ? 0 : Math.floor((seconds % length) / next[0]);
  return rest === 0 ? whole : `${whole} ${rest} ${next?.[1]}`;
}

/** The tenant of a job; the own job of a cluster backup has no data, so that it is not taken for one. */
export function tenantText({ tenant }: ListedJob): string {
  return tenant === SYS_TENANT ? `${tenant} (cluster backup)` : tenant;
}

/** `53 of 1200 tablets`; empty when it is not known. */
export function progressText({ progress }: ListedJob): string {
  return progress === undefined ? "" : `${progress.finishedTablets} of ${progress.tablets} tablets`;
}
