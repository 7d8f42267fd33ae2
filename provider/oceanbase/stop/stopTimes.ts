import type { Server } from "../cluster/server";
import { backupIdleSeconds, cancelMayNeedArchive } from "../cluster/versions";

/*
 * How long a stop takes, by version, and what keeps it. A thread of each tenant looks at cancelled jobs between two sleeps,
 * stops their tasks by one request for each, and ends them about a second later. Fact: cancel-duration
 */

/**
 * How long a stop is waited for when nothing else is said: its sleep, the ten minutes after which a task on a server that
 * does not answer is given up, and some. Fact: silent-server
 */
export function defaultTimeoutSeconds(server: Pick<Server, "version">): number {
  return isSlow(server) ? 1200 : 900;
}

/** For how long a job is CANCELING, when all is well, at most; then the cluster is asked what keeps it. */
export function stuckAfterSeconds(server: Pick<Server, "version">): number {
  return isSlow(server) ? 390 : 120;
}

/** Whether the thread sleeps for minutes. */
function isSlow(server: Pick<Server, "version">): boolean {
  return backupIdleSeconds(server) > 60;
}

/**
 * What keeps a job CANCELING. The backup destination is not among it: a cancel does not touch it.
 * Facts: silent-server, destination-untouched
 */
export function stuckCauses(server: Pick<Server, "version">): string {
  const archive = cancelMayNeedArchive(server)
    ? "; or the tenant's log archive is not DOING, which the first builds of 4.0 wait for"
    : "";
  return `OceanBase ends a job only when each of its log stream tasks has stopped; a server of the cluster that does not answer keeps it, for ten minutes at most: check for servers that are down or cut off${archive}`;
}
