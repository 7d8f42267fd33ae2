import type { Cluster } from "../cluster/cluster";
import type { Tenant } from "../cluster/server";
import { selectFrom, type ViewQuery } from "../cluster/views";
import type { Row } from "../connection/driver";
import type { Meaning } from "../connection/errorCodes";
import { withMeaning } from "../connection/failures";
import { OceanBaseError } from "../errors";

/** The tenants among these that could not be restored from a backup: none of their full backups is complete and there. */
export async function tenantsWithoutFullBackup(
  cluster: Cluster,
  tenants: readonly Tenant[],
): Promise<readonly Tenant[]> {
  const rows = await readSetFiles(cluster, "looking for complete backups", {
    distinct: true,
    columns: [],
    tenantIds: tenants.map(({ id }) => id),
    // FULL and INC are the server's words; the documentation's column tables say D and I.
    // Facts: backup-type, restorable-set
    where: ["STATUS = 'SUCCESS'", "FILE_STATUS = 'AVAILABLE'", "BACKUP_TYPE IN ('FULL', 'D')"],
  });
  const restorable = new Set(rows.map((row) => row.TENANT_ID));
  return tenants.filter((tenant) => !restorable.has(tenant.id));
}

/** A server that has no such view, or not these columns, is refused with its version. */
export async function readSetFiles(
  cluster: Cluster,
  doing: string,
  query: ViewQuery<"OB_BACKUP_SET_FILES">,
): Promise<Row[]> {
  try {
    return await cluster.read(selectFrom(cluster, "OB_BACKUP_SET_FILES", query), doing);
  } catch (error) {
    if (!(error instanceof OceanBaseError)) throw error;
    const lacking: Meaning = {
      kind: "unsupported",
      means: `OceanBase ${cluster.server.version} has no such view or column`,
      advice: "OceanBase 4.0 or later with the view OB_BACKUP_SET_FILES is needed",
    };
    throw withMeaning(error, { 904: lacking, 1054: lacking, 1146: lacking });
  }
}
