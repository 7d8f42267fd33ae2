import { isOfKind, OceanBaseError } from "../errors";
import type { Cluster } from "./cluster";

/** Any of these, granted for everything, is enough for CANCEL BACKUP. Facts: alter-system, grants */
const SUFFICIENT = /\b(ALL PRIVILEGES|ALTER SYSTEM|SUPER)\b.* ON \*\.\*/i;

/**
 * Whether the user's grants do not show the ALTER SYSTEM privilege. Only a hint: it may come through a role. False when
 * the grants cannot be read, as in Oracle mode, where they are shown in another way.
 */
export async function seemsToLackAlterSystem(cluster: Cluster): Promise<boolean> {
  if (cluster.server.tenant.mode === "ORACLE") return false;
  try {
    const rows = await cluster.read("SHOW GRANTS", "reading the privileges");
    const grants = rows.flatMap((row) => Object.values(row));
    return grants.length > 0 && !grants.some((grant) => grant !== null && SUFFICIENT.test(grant));
  } catch (error) {
    if (!(error instanceof OceanBaseError) || isOfKind(error, "aborted")) throw error;
    return false;
  }
}
