import { expect } from "vitest";
import type { Sandbox } from "../../../sdk/sandbox/sandbox.ts";

/** What tests see behind the views of a sandbox, and how they start its backups. */
export function backupsIn(sandbox: () => Sandbox) {
  const rows = (table: string, tenantId?: number) =>
    sandbox().rows(
      `SELECT * FROM oceanbase.${table}${tenantId === undefined ? "" : ` WHERE tenant_id = ${tenantId}`}`,
    );
  /** The jobs that have not moved to the history, of one tenant or of all. */
  const liveJobs = (tenantId?: number) => rows("__all_backup_job", tenantId);
  const idOf = (tenant: string) => sandbox().tenant(tenant).id;

  /** Starts one backup in each tenant and waits until it has come out of INIT. */
  async function running(...tenants: string[]): Promise<void> {
    for (const tenant of tenants) sandbox().startBackup(tenant);
    for (const tenant of tenants) {
      await expect.poll(() => liveJobs(idOf(tenant))).toMatchObject([{ status: "DOING" }]);
    }
  }

  /** Makes a full backup that completes. */
  async function completeBackup(tenant: string): Promise<void> {
    await running(tenant);
    sandbox().finishBackup(tenant);
    await expect.poll(() => liveJobs(idOf(tenant))).toEqual([]);
  }

  return {
    /** The CANCEL BACKUP statements that reached the server. */
    cancels: () => sandbox().log.cancels,
    liveJobs,
    endedJobs: (tenantId?: number) => rows("__all_backup_job_history", tenantId),
    running,
    completeBackup,
  };
}
