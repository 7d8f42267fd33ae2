import { OceanBaseError } from "../errors";
import { type Cluster, RECENT_MS } from "./cluster";

/** Any of these, granted for everything, is enough for CANCEL BACKUP. Facts: alter-system, grants */
const SUFFICIENT = /\b(ALL PRIVILEGES|ALTER SYSTEM|SUPER)\b.* ON \*\.\*/i;

/** What the grants of a user tell of the ALTER SYSTEM privilege. */
export type AlterSystem = "granted" | "not shown" | "unknown";

/** Longest time for the grants: they are for a warning, and what they are read beside is not to wait for them. */
const GRANTS_MS = 2_000;

/**
 * Whether the user's grants show the ALTER SYSTEM privilege. Where they do not it may still come through a role. They
 * tell nothing when they cannot be read, as in Oracle mode, where they are shown in another way. That a caller has cancelled,
 * or has no more time, is no failure here either: what it does next says so.
 */
export async function readAlterSystem(cluster: Cluster): Promise<AlterSystem> {
  if (cluster.server.tenant.mode === "ORACLE") return "unknown";
  try {
    const options = { maxAgeMs: RECENT_MS };
    const rows = await cluster.within(GRANTS_MS).read("SHOW GRANTS", "reading the privileges", options);
    const grants = rows.flatMap((row) => Object.values(row));
    if (grants.length === 0) return "unknown";
    return grants.some((grant) => grant !== null && SUFFICIENT.test(grant)) ? "granted" : "not shown";
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    return "unknown";
  }
}

/** What is to be said of these grants before a statement goes out; undefined when nothing is. Fact: alter-system */
export function privilegeWarning(alterSystem: AlterSystem): string | undefined {
  if (alterSystem !== "not shown") return undefined;
  return "the user seems to lack the ALTER SYSTEM privilege, which the statement needs; log in as the tenant's administrator, or grant it";
}

/** The same of the grants as they are now. */
export async function readPrivilegeWarning(cluster: Cluster): Promise<string | undefined> {
  return privilegeWarning(await readAlterSystem(cluster));
}
