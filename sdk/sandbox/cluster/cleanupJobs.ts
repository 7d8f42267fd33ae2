import type { BackupParts } from "./backupParts.ts";
import type { CleanupJob, CleanupTables } from "./cleanupTables.ts";
import type { DeletePolicies } from "./deletePolicies.ts";
import { UNREACHABLE } from "./destinations.ts";
import { errors } from "./errors.ts";
import { obsoleteSets, whyNotByHand } from "./removableSets.ts";

/** RESULT of a job that may not remove what it was told to: OB_BACKUP_DELETE_BACKUP_SET_NOT_ALLOWED. */
const NOT_ALLOWED = -9045;
/** RESULT of a job that finds no or several archive destinations: OB_ERR_UNEXPECTED. */
const UNEXPECTED = -4016;

/** What the jobs of the cleanup threads do: the checks at their start, and the sets that they remove. */
export class CleanupJobs {
  private readonly parts: BackupParts;
  private readonly tables: CleanupTables;
  private readonly policies: DeletePolicies;
  /** The sets that a job removes, from its start on. */
  private readonly removed = new Map<string, bigint[]>();

  constructor(parts: BackupParts, tables: CleanupTables, policies: DeletePolicies) {
    this.parts = parts;
    this.tables = tables;
    this.policies = policies;
  }

  /** Moves a job on by one state. */
  step(job: CleanupJob, at: number): void {
    const { sets } = this.parts;
    const jobKey = `${job.tenantId}/${job.jobId}`;
    switch (job.status) {
      case "INIT":
        this.begin(job, jobKey, at);
        return;
      case "DOING": {
        const ids = this.removed.get(jobKey) ?? [];
        // A removed set keeps its row; whether the server keeps it was not found out.
        for (const id of ids) sets.setFileStatus(job.tenantId, id, "DELETED");
        this.tables.complete(job, at, ids.length);
        return;
      }
      case "CANCELING":
        // What was DELETING stays so, and the next cleanup goes on with it.
        this.tables.endCanceled(job, at);
        return;
      default:
        this.removed.delete(jobKey);
        this.tables.moveToHistory(job);
    }
  }

  private begin(job: CleanupJob, jobKey: string, at: number): void {
    const { tenantId } = job;
    const { sets, destinations, version } = this.parts;
    const isByHand = job.expiredUs === 0n;
    if (!destinations.isReachable(tenantId)) {
      this.tables.fail(job, at, UNREACHABLE.result, UNREACHABLE.comment);
      return;
    }
    const path = destinations.dataPath(tenantId);
    if (isByHand) {
      const hasPolicy = this.policies.of(tenantId) !== undefined;
      const reason = whyNotByHand(sets, tenantId, job.setIds, path, hasPolicy);
      if (reason !== undefined) {
        this.tables.fail(job, at, NOT_ALLOWED, reason);
        return;
      }
    } else if (version.cleanupNeedsOneArchiveDest && destinations.archiveCount(tenantId) !== 1) {
      this.tables.fail(job, at, UNEXPECTED, errors.unexpected().message);
      return;
    }
    const ids = isByHand ? job.setIds : this.obsoleteIds(job, path);
    for (const id of ids) sets.setFileStatus(tenantId, id, "DELETING");
    this.removed.set(jobKey, ids);
    this.tables.start(job, ids.length);
  }

  private obsoleteIds(job: CleanupJob, path: string | undefined): bigint[] {
    if (job.logOnly || path === undefined) return [];
    const candidates = this.parts.sets.candidates(job.tenantId, path, job.expiredUs);
    return obsoleteSets(candidates).map((set) => set.id);
  }
}
