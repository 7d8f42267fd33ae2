import type { Session } from "../connection/session";
import { OceanBaseError } from "../errors";
import type { Server } from "./server";

/** Any of these, granted for everything, is enough for CANCEL BACKUP. */
const SUFFICIENT = /\b(ALL PRIVILEGES|ALTER SYSTEM|SUPER)\b.* ON \*\.\*/i;

/**
 * Whether the user's grants do not show the ALTER SYSTEM privilege. Only a hint: it may come through a role. False when
 * the grants cannot be read, as in Oracle mode, where they are shown in another way.
 */
export async function seemsToLackAlterSystem(
  session: Session,
  server: Server,
  untilMs: number,
): Promise<boolean> {
  if (server.tenant.mode === "ORACLE") return false;
  try {
    const rows = await session.read("SHOW GRANTS", "reading the privileges", untilMs);
    const grants = rows.flatMap((row) => Object.values(row));
    return grants.length > 0 && !grants.some((grant) => grant !== null && SUFFICIENT.test(grant));
  } catch (error) {
    if (!(error instanceof OceanBaseError) || error.kind === "aborted") throw error;
    return false;
  }
}
