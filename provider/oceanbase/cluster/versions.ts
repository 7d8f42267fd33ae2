import type { Server } from "./server";

/*
 * What differs between the versions of OceanBase, as far as this package has to know it. Where the first version of a
 * change is not known, the rule is the one that costs a warning when it is wrong.
 */

/** Whether a version such as `4.2.5.1` is this one or a later one. */
export function isAtLeast(
  { version }: Pick<Server, "version">,
  least: `${number}.${number}.${number}`,
): boolean {
  const numbers = version.split(".").map(Number);
  for (const [i, wanted] of least.split(".").map(Number).entries()) {
    const found = numbers[i] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return true;
}

/** For how long the thread that ends cancelled jobs may sleep before it looks at them. Fact: backup-idle */
export function backupIdleSeconds(server: Pick<Server, "version">): number {
  return isAtLeast(server, "4.2.0") ? 30 : 300;
}

/** Whether a cancel may wait until the log archive is DOING again. Fact: cancel-needs-archive */
export function cancelMayNeedArchive(server: Pick<Server, "version">): boolean {
  return !isAtLeast(server, "4.0.1");
}

/** Whether the statement passes a tenant in the recycle bin over. Fact: recycle-bin */
export function passesOverRecycleBin(server: Pick<Server, "version">): boolean {
  return isAtLeast(server, "4.3.3");
}

/** Whether a cleanup fails unless there is exactly one destination of the log archive. Fact: cleanup-archive-dests */
export function needsOneArchiveDest(server: Pick<Server, "version">): boolean {
  return isAtLeast(server, "4.4.0");
}

/** Whether a cleanup starts as soon as a policy is added, and a policy without a window is refused. Fact: cleanup-at-add */
export function cleansUpAtAdd(server: Pick<Server, "version">): boolean {
  return isAtLeast(server, "4.5.0");
}

/** Whether it is known what zone the backup views of an Oracle-mode tenant print times in. Fact: oracle-view-times */
export function hasKnownOracleViewZone(server: Pick<Server, "version">): boolean {
  return !isAtLeast(server, "4.4.0");
}

/** Whether a user tenant has a view of itself. Fact: tenants-view */
export function hasTenantsViewInUserTenants(server: Pick<Server, "version">): boolean {
  return isAtLeast(server, "4.1.0");
}
