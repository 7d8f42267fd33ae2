import type { BackupSet, BackupSets } from "./backupSets.ts";

/**
 * Of the sets that a cleanup may look at, newest first, those that it removes. The newest full one is kept, and what is
 * built on it; what failed, or was being removed before, goes. P: get_delete_obsolete_backup_set_infos_.
 */
export function obsoleteSets(candidates: readonly BackupSet[]): BackupSet[] {
  let kept: BackupSet | undefined;
  return candidates.filter((set) => {
    if (set.status === "DOING") return false;
    if (set.status === "FAILED" || set.fileStatus === "DELETING") return true;
    if (!set.incremental && kept === undefined) {
      kept = set;
      return false;
    }
    return !(set.incremental && set.id > (kept?.id ?? 0n));
  });
}

/**
 * Why sets cannot be removed by hand, or undefined when they can. On the current path only without a policy, and only
 * what is older than the newest full set. MID: ObBackupDeleteSelector::get_delete_backup_set_infos.
 *
 * @param currentPath of the tenant's destination; undefined: none is set
 */
export function whyNotByHand(
  sets: BackupSets,
  tenantId: number,
  ids: readonly bigint[],
  currentPath: string | undefined,
  hasPolicy: boolean,
): string | undefined {
  for (const id of ids) {
    const set = sets.one(tenantId, id);
    if (set === undefined) return `id=${id}(get set failed)`;
    if (set.status === "DOING") return `id=${id}(status=DOING)`;
    if (set.fileStatus === "DELETED") return `id=${id}(already deleted)`;
    if (set.path === currentPath) {
      if (hasPolicy) return "cannot delete backup set in current path when delete policy is set";
      const latest = sets.latestFull(tenantId, set.path);
      if (latest === undefined) return "no full backup exists";
      if (id >= latest.id) return `id=${id}(newer than latest full backupset id=${latest.id})`;
    }
    if (sets.isBuiltOn(tenantId, id, ids)) return `id=${id}(dependent by backup set)`;
  }
  return undefined;
}
