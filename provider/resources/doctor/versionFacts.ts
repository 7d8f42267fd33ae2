import type { Server } from "../../oceanbase/cluster/server";
import {
  backupIdleSeconds,
  cleansUpAtAdd,
  needsOneArchiveDest,
  passesOverRecycleBin,
} from "../../oceanbase/cluster/versions";
import { defaultTimeoutSeconds, stuckAfterSeconds, stuckCauses } from "../../oceanbase/stop/stopTimes";

/**
 * What a server of this version does that a person who cancels its backups should know, one sentence each.
 * Facts: cleanup-hourly, leftovers-window, leftovers-path
 */
export function versionFacts(server: Pick<Server, "version">): readonly string[] {
  return [
    `a cancel is noticed within ${backupIdleSeconds(server)} s; CancelBackup waits for up to ${defaultTimeoutSeconds(server)} s when no timeoutSeconds is given`,
    `a job that is CANCELING for more than ${stuckAfterSeconds(server)} s is stuck: ${stuckCauses(server)}`,
    "what a cancelled backup leaves behind is removed only by a cleanup policy, at one of its hourly looks, when the recovery window has passed since the job ended, and only at the tenant's present backup destination",
    ...(needsOneArchiveDest(server)
      ? ["a cleanup works only in a tenant with exactly one destination of its log archive"]
      : []),
    cleansUpAtAdd(server)
      ? "a cleanup may start as soon as a policy is added: a window that is too short deletes backups at once"
      : "adding a cleanup policy deletes nothing before the next hourly look",
    passesOverRecycleBin(server)
      ? "CANCEL BACKUP passes over a tenant in the recycle bin"
      : "CANCEL BACKUP reaches a tenant in the recycle bin as well",
  ];
}
