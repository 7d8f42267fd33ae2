import { afterAll, describe, expect, test } from "vitest";
import { schemaOf } from "../../provider/oceanbase/cluster/views.ts";
import { withCluster } from "./asker.ts";
import { readEveryView } from "./everyView.ts";
import { openSubjects } from "./subjects.ts";

/*
 * The package's own queries on every view that it reads: a column that is not there would fail them.
 */
const subjects = await openSubjects();
afterAll(() => Promise.all(subjects.map((subject) => subject.stop())));

describe.each(subjects)("the views of $name", ({ sys, tenants }) => {
  test.each(tenants)("have the columns that are read of $name, from sys", async ({ name }) => {
    await withCluster(sys, async (cluster) => {
      const tenant = cluster.server.tenants.find((one) => one.name === name);
      await readEveryView(cluster, tenant?.id ?? "");
    });
  });

  test.each(tenants)("have them from $name, too, and there is no CDB_ view", async ({ login }) => {
    await withCluster(login, async (cluster) => {
      const { tenant } = cluster.server;
      await readEveryView(cluster, tenant.id);
      const cdb = `SELECT 1 AS ONE FROM ${schemaOf(tenant)}.CDB_OB_BACKUP_JOBS`;
      await expect(cluster.read(cdb, "checking")).rejects.toMatchObject({ errno: expect.any(Number) });
    });
  });
});
