import { expect } from "vitest";
import { readPoliciesOf } from "../../provider/oceanbase/cleanup/cleanupPolicies.ts";
import { readDestinations } from "../../provider/oceanbase/cleanup/destinations.ts";
import { readLeftovers } from "../../provider/oceanbase/cleanup/leftovers.ts";
import type { Cluster } from "../../provider/oceanbase/cluster/cluster.ts";
import { readEndedJobs, readEndedParts, readLiveJobs } from "../../provider/oceanbase/jobs/backupJobs.ts";
import { tenantsWithoutFullBackup } from "../../provider/oceanbase/jobs/backupSets.ts";
import { readTasks } from "../../provider/oceanbase/jobs/backupTasks.ts";
import { readJobHistory } from "../../provider/oceanbase/jobs/jobHistory.ts";
import type { BackupJob } from "../../provider/oceanbase/jobs/jobRecord.ts";

/** Reads every view for this tenant, as the package does. */
export async function readEveryView(cluster: Cluster, tenantId: string): Promise<void> {
  const tenants = cluster.server.tenants.filter(({ id }) => id === tenantId);
  const job = { tenantId, jobId: "1", backupSetId: "1", status: "CANCELED" } as BackupJob;
  await readLiveJobs(cluster, undefined);
  await readLiveJobs(cluster, [tenantId]);
  await readJobHistory(cluster, [tenantId], { limit: 1 }, "");
  await readEndedJobs(cluster, [job]);
  await readEndedParts(cluster, ["1"], [tenantId]);
  await readTasks(cluster, [job]);
  await readLeftovers(cluster, [job]);
  await tenantsWithoutFullBackup(cluster, tenants);
  await readDestinations(cluster, [tenantId]);
  expect(await readPoliciesOf(cluster, [tenantId])).toBeDefined();
}
