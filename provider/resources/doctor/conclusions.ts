import { privilegeWarning } from "../../oceanbase/cluster/privileges";
import type { ViewCheck } from "../../oceanbase/cluster/viewChecks";
import { firstOf } from "../../text";
import type { ClusterFindings, TenantFinding } from "./findings";

/*
 * What the findings mean: what this package needs and does not have, and what works and could be better.
 */

/** What is not to be had without a view. */
const WITHOUT: Readonly<Record<ViewCheck["name"], string>> = {
  OB_TENANTS: "the tenants are not known, so nothing works",
  OB_BACKUP_JOBS: "what runs is not known, so nothing can be cancelled",
  OB_BACKUP_JOB_HISTORY: "how a job has ended is not known, so no stop can be waited for",
  OB_BACKUP_TASKS: "no progress is shown, and what keeps a job from stopping is not known",
  OB_BACKUP_SET_FILES: "what a cancel leaves behind is not known, and requireRestorePoint fails",
  OB_BACKUP_DELETE_POLICY: "no BackupCleanupPolicy works, and whether leftovers are removed is not known",
  OB_BACKUP_PARAMETER: "whether and when leftovers are removed is not known",
  OB_ARCHIVE_DEST: "whether and when leftovers are removed is not known",
};

/** From how many seconds on the clocks of a server and of this machine count as different. */
const CLOCK_SECONDS = 5;

/** What this package needs and has not found. */
export function problemsIn({ views, alterSystem }: ClusterFindings): readonly string[] {
  return [...views.flatMap(viewProblem), privilegeWarning(alterSystem) ?? []].flat();
}

function viewProblem({ name, view, presence, columns, said }: ViewCheck): readonly string[] {
  const lost = WITHOUT[name];
  if (presence === "unknown")
    return [`whether ${view} is there could not be found out (${said}): without it ${lost}`];
  if (presence !== "there") return [`${view} is ${presence}: ${lost}`];
  const missing = Object.entries(columns).filter(([, found]) => found !== "there");
  if (missing.length === 0) return [];
  return [`${view} lacks ${missing.map(([column]) => column).join(", ")}: ${lost}`];
}

/** What works and could be better. Facts: passed-over, locked-refuses-all, locked-unnamed, cluster-parameters */
export function adviceFor({
  server,
  clockAheadSeconds: ahead = 0,
  tenants,
}: ClusterFindings): readonly string[] {
  return [
    ...(Math.abs(ahead) < CLOCK_SECONDS
      ? []
      : [
          `the server's clock is ${Math.abs(ahead)} s ${ahead > 0 ? "ahead of" : "behind"} this machine's: compare times of the two with care`,
        ]),
    ...(server.clusterId === "" && server.cluster === ""
      ? ["this login is not told its cluster: a record recognizes it by the name of the tenant alone"]
      : []),
    ...tenantsAdvice(
      tenants,
      ({ passedOver }) => passedOver,
      (why) => `${why}: the server passes over it, so its backups are not stopped`,
    ),
    ...tenantsAdvice(
      tenants,
      ({ locked }) => (locked ? "locked" : undefined),
      (why) =>
        `${why}: named in tenants it makes the statement fail for all of them; tenants: "all" reaches it`,
    ),
    ...tenantsAdvice(
      tenants,
      ({ uncovered }) => uncovered,
      (why) => `what a cancelled backup leaves behind stays: ${why}`,
    ),
  ];
}

/** One line for each thing that is to be said, with the tenants that it is said of. */
function tenantsAdvice(
  tenants: readonly TenantFinding[],
  reasonOf: (tenant: TenantFinding) => string | undefined,
  textOf: (reason: string) => string,
): readonly string[] {
  return [...Map.groupBy(tenants, reasonOf)].flatMap(([reason, of]) =>
    reason === undefined ? [] : [`${firstOf(of.map(({ tenant }) => tenant))}: ${textOf(reason)}`],
  );
}
