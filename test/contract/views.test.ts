import { afterAll, describe, expect, test } from "vitest";
import { readPoliciesOf } from "../../provider/oceanbase/cleanup/cleanupPolicies.ts";
import { readDestinations } from "../../provider/oceanbase/cleanup/destinations.ts";
import { readLeftovers } from "../../provider/oceanbase/cleanup/leftovers.ts";
import type { Cluster } from "../../provider/oceanbase/cluster/cluster.ts";
import { schemaOf } from "../../provider/oceanbase/cluster/views.ts";
import { readEndedJobs, readEndedParts, readLiveJobs } from "../../provider/oceanbase/jobs/backupJobs.ts";
import { tenantsWithoutFullBackup } from "../../provider/oceanbase/jobs/backupSets.ts";
import { readTasks } from "../../provider/oceanbase/jobs/backupTasks.ts";
import { readJobHistory } from "../../provider/oceanbase/jobs/jobHistory.ts";
import type { BackupJob } from "../../provider/oceanbase/jobs/jobRecord.ts";
import { withCluster } from "./asker.ts";
import { openSubjects } from "./subjects.ts";

/*
 * The package's own queries on every view that it reads: a column that is not there would fail them.
 */
const subjects = await openSubjects();
afterAll(() => Promise.all(subjects.map((subject) => subject.stop())));

/** Reads every view for this tenant, as the package does. */
async function readAll(cluster: Cluster, tenantId: string): Promise<void> {
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

describe.each(subjects)("the views of $name", ({ sys, tenants }) => {
  test.each(tenants)("have the columns that are read of $name, from sys", async ({ name }) => {
    await withCluster(sys, async (cluster) => {
      const tenant = cluster.server.tenants.find((one) => one.name === name);
      await readAll(cluster, tenant?.id ?? "");
    });
  });

  test.each(tenants)("have them from $name, too, and there is no CDB_ view", async ({ login }) => {
    await withCluster(login, async (cluster) => {
      const { tenant } = cluster.server;
      await readAll(cluster, tenant.id);
      const cdb = `SELECT 1 AS ONE FROM ${schemaOf(tenant)}.CDB_OB_BACKUP_JOBS`;
      await expect(cluster.read(cdb, "checking")).rejects.toMatchObject({ errno: expect.any(Number) });
    });
  });
});
