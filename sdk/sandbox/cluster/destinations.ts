import type { Database } from "./database.ts";
import type { Tenant } from "./tenants.ts";

/** RESULT of a job that cannot reach its destination: OB_IO_ERROR. Which of its kin it is was inferred. */
export const UNREACHABLE = { result: -4009, comment: "IO error" } as const;

/** DEST_ID of a tenant's first destination. */
const FIRST_DEST_ID = 1001;

/**
 * What jobs and backup sets show of a destination: its root, and for object storage the host. Access id and key are left
 * out. P: ObBackupDest::get_backup_path_str.
 */
export function pathOf(uri: string): string {
  const [root = "", parameters = ""] = uri.split("?", 2);
  const host = parameters.split("&").find((parameter) => parameter.startsWith("host="));
  return host === undefined || root.startsWith("file://") ? root : `${root}?${host}`;
}

/** Where each tenant's data backups and log archives go. */
export class Destinations {
  private readonly database: Database;
  private readonly unreachable = new Set<number>();
  /** The paths that each tenant has used, in the order of their DEST_ID. */
  private readonly used = new Map<number, string[]>();

  constructor(database: Database) {
    this.database = database;
  }

  /** A new tenant has one destination for its data and one for its log archive. */
  setDefaults(tenant: Tenant): void {
    this.setData(tenant, `file:///backup/${tenant.name}/data`);
    this.setArchives(tenant, [`file:///backup/${tenant.name}/archive`]);
  }

  /** @param uri as the view shows it: what stands behind a `?` may hold an access id and an encrypted key */
  setData(tenant: Tenant, uri: string | undefined): void {
    this.database.run("DELETE FROM oceanbase.__all_backup_parameter WHERE tenant_id = ?", tenant.id);
    if (uri === undefined) return;
    const [tenant_id, name, value] = [tenant.id, "data_backup_dest", uri];
    this.database.insert("__all_backup_parameter", { tenant_id, name, value });
  }

  /** The destination's path as backup sets have it; undefined: none is set. */
  dataPath(tenantId: number): string | undefined {
    const row = this.database.get(
      "SELECT value FROM oceanbase.__all_backup_parameter WHERE tenant_id = ? AND name = 'data_backup_dest'",
      tenantId,
    );
    return row && pathOf(String(row.value));
  }

  setArchives(tenant: Tenant, uris: readonly string[]): void {
    this.database.run(
      "DELETE FROM oceanbase.__all_log_archive_dest_parameter WHERE tenant_id = ?",
      tenant.id,
    );
    for (const [dest_no, uri] of uris.entries()) {
      const rows = {
        binding: "OPTIONAL",
        dest_id: String(FIRST_DEST_ID + 1000 + dest_no),
        path: uri,
        piece_switch_interval: "1d",
        state: "ENABLE",
      };
      for (const [name, value] of Object.entries(rows)) {
        this.database.insert("__all_log_archive_dest_parameter", {
          tenant_id: tenant.id,
          dest_no,
          name,
          value,
        });
      }
    }
  }

  archiveCount(tenantId: number): number {
    const row = this.database.get(
      "SELECT count(*) AS n FROM oceanbase.__all_log_archive_dest_parameter WHERE tenant_id = ? AND name = 'path'",
      tenantId,
    );
    return Number(row?.n);
  }

  /** Whether backups and cleanups of this tenant can reach its destinations. */
  setReachable(tenant: Tenant, reachable: boolean): void {
    if (reachable) this.unreachable.delete(tenant.id);
    else this.unreachable.add(tenant.id);
  }

  isReachable(tenantId: number): boolean {
    return !this.unreachable.has(tenantId);
  }

  /** The DEST_ID of a path; every path that a tenant uses gets one. */
  destId(tenantId: number, path: string): number {
    const paths = this.used.get(tenantId) ?? [];
    this.used.set(tenantId, paths);
    if (!paths.includes(path)) paths.push(path);
    return FIRST_DEST_ID + paths.indexOf(path);
  }

  forget(tenantId: number): void {
    this.unreachable.delete(tenantId);
    this.used.delete(tenantId);
  }
}
