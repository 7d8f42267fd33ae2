import type { BackupParts } from "./backupParts.ts";
import type { BackupStarter } from "./backupStart.ts";
import { CANCELED_RESULT } from "./errors.ts";
import type { JobRow } from "./jobTables.ts";
import { takesBackupStatements } from "./tenantStatus.ts";

/** Called with the tenant of every child that starts, and that is cancelled with its parent. */
export interface ChildEvents {
  started(tenantId: number, atMs: number): void;
  canceled(tenantId: number, atMs: number): void;
}

/** The parent jobs of cluster backups, which the sys tenant's thread moves on. P: ObSysTenantBackupJobMgr. */
export class ClusterBackups {
  private readonly parts: BackupParts;
  private readonly starter: BackupStarter;
  private readonly events: ChildEvents;

  constructor(parts: BackupParts, starter: BackupStarter, events: ChildEvents) {
    this.parts = parts;
    this.starter = starter;
    this.events = events;
  }

  /** Moves a parent on by one state; true when it changed. It looks at its children only in its own rounds. */
  step(parent: JobRow, at: number): boolean {
    const { tables, version } = this.parts;
    switch (parent.status) {
      case "INIT":
        return this.startChildren(parent, at) && tables.advance(parent, "DOING");
      case "DOING": {
        if (this.isWaiting(parent)) return false;
        const status = parent.result === 0 ? "COMPLETED" : "FAILED";
        return tables.advance(parent, status, { atMs: at, result: parent.result });
      }
      case "CANCELING": {
        if (!this.cancelChildren(parent, at) || this.isWaiting(parent)) return false;
        const comment = version.canceledJobComment;
        return tables.advance(parent, "CANCELED", { atMs: at, result: CANCELED_RESULT, comment });
      }
      default:
        // Inserted in one round and deleted in the next: for an instant a parent is in both views.
        if (!tables.copyToHistory(parent, "__all_backup_job")) tables.deleteLive(parent, "__all_backup_job");
        return true;
    }
  }

  /** False: a tenant has no leader, and the parent tries again in its next round. */
  private startChildren(parent: JobRow, at: number): boolean {
    for (const tenantId of parent.executorTenantIds) {
      if (!this.parts.leaders.has(tenantId)) return false;
      if (this.starter.child(parent, tenantId, at)) this.events.started(tenantId, at);
    }
    return true;
  }

  /** False: a tenant has no leader, and those after it were not reached. */
  private cancelChildren(parent: JobRow, at: number): boolean {
    for (const child of this.parts.tables.childrenOf(parent)) {
      if (!this.parts.leaders.has(child.tenantId)) return false;
      if (child.status !== "INIT" && child.status !== "DOING") continue;
      this.parts.tables.advance(child, "CANCELING");
      this.events.canceled(child.tenantId, at);
    }
    return true;
  }

  /** Whether a job of this cluster backup runs. In a tenant that takes no backup statements it does not count. */
  private isWaiting(parent: JobRow): boolean {
    const { tables, tenants, version } = this.parts;
    const counts = ({ tenantId }: JobRow) => {
      const tenant = tenants.byId(tenantId);
      return tenant !== undefined && takesBackupStatements(tenant, version);
    };
    // One child that counts is enough, and usually the first one does.
    return tables.childrenOf(parent, 1).some(counts) || tables.childrenOf(parent).some(counts);
  }
}
