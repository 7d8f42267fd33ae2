import { type Cluster, readTenants } from "../cluster/cluster";
import { jobKey } from "../jobs/backupJobs";
import type { BackupJob } from "../jobs/jobRecord";

/** Jobs that are in neither view: on their way from one to the other, or gone with their tenant. Fact: jobs-go-with-tenant */
export class AbsentJobs {
  /** In how many looks in a row a job was in neither view. */
  private looks: ReadonlyMap<string, number> = new Map();

  /** Those that stay away and whose tenant does not exist any more. */
  async goneAmong(absent: readonly BackupJob[], cluster: Cluster): Promise<readonly BackupJob[]> {
    this.looks = new Map(absent.map((job) => [jobKey(job), (this.looks.get(jobKey(job)) ?? 0) + 1]));
    if (![...this.looks.values()].some((looks) => looks >= 2)) return [];
    const existing = new Set((await readTenants(cluster)).map(({ id }) => id));
    return absent.filter((job) => !existing.has(job.tenantId));
  }
}
