import { firstOf } from "../../text";
import { destinationIn } from "../cleanup/destinations";
import {
  type CleanupConditions,
  elsewhereText,
  neverRemovedText,
  readCleanupConditions,
  windowMs,
} from "../cleanup/removal";
import type { Scope } from "../cluster/scope";
import type { Tenant } from "../cluster/server";
import { readServerTime } from "../cluster/serverTime";
import { laterBy, zoned } from "../cluster/viewTimes";
import { isClusterJob, type JobRow } from "../jobs/backupJobs";
import { type Plan, refusal } from "./plan";

/*
 * Whether the wait for a cleanup (`waitForCleanup`) can come to its end, before anything is sent.
 */

/** Refuses, when that was asked for, to wait for a cleanup that does not come, or not in time. */
export async function checkCleanupComes(
  plan: Plan,
  { tenants }: Scope,
  live: readonly JobRow[],
): Promise<void> {
  const { cluster, request } = plan;
  if (request.waitForCleanup !== true || tenants.length === 0) return;
  const conditions = await readCleanupConditions(
    cluster,
    tenants.map(({ id }) => id),
  );
  const advice = "leave waitForCleanup out";
  if (conditions === undefined) {
    const view = "make OB_BACKUP_DELETE_POLICY, OB_BACKUP_PARAMETER and OB_ARCHIVE_DEST readable";
    throw refusal(
      cluster,
      `whether the server cleans up could not be found out (OceanBase ${cluster.server.version}), so waitForCleanup could wait in vain; ${advice}, or ${view}`,
    );
  }
  const inVain: string[] = [];
  const late: Tenant[] = [];
  for (const tenant of tenants) {
    // Every tenant that was asked for is among them.
    const ofTenant = conditions.get(tenant.id) as CleanupConditions;
    const paths = live
      .filter((job) => job.tenantId === tenant.id && !isClusterJob(job))
      .map(({ path }) => path);
    const why =
      neverRemovedText(ofTenant, cluster.server) ??
      paths.map((path) => elsewhereText(destinationIn(path), ofTenant)).find((text) => text !== undefined);
    if (why !== undefined) inVain.push(`${tenant.name} (${why})`);
    else if (windowMs(ofTenant) > plan.timeoutSeconds * 1000) late.push(tenant);
  }
  if (inVain.length > 0) {
    throw refusal(cluster, `waitForCleanup would wait in vain for ${firstOf(inVain)}; ${advice}`);
  }
  if (late.length === 0) return;
  const now = await readServerTime(cluster);
  const each = late.map(({ id, name }) => {
    const ofTenant = conditions.get(id) as CleanupConditions;
    const { recoveryWindow } = ofTenant.policies?.shown ?? {};
    return `${name} (recovery window ${recoveryWindow}: not before ${zoned(laterBy(now, windowMs(ofTenant)) ?? "", cluster.server)})`;
  });
  throw refusal(
    cluster,
    `what a cancel leaves behind is not removed within ${plan.timeoutSeconds} s in ${firstOf(each)}; ${advice}, or raise timeoutSeconds`,
  );
}
