import { beforeEach, describe, expect, test } from "vitest";
import type { Cluster } from "../../../../provider/oceanbase/cluster/cluster.ts";
import { resolveScope } from "../../../../provider/oceanbase/cluster/scope.ts";
import type { Server } from "../../../../provider/oceanbase/cluster/server.ts";
import type { Row } from "../../../../provider/oceanbase/connection/driver.ts";
import { type JobRow, readLiveJobs } from "../../../../provider/oceanbase/jobs/backupJobs.ts";
import type { TenantSelection } from "../../../../provider/oceanbase/statements.ts";
import { ClusterBackups } from "../../../../provider/oceanbase/stop/clusterBackups.ts";
import { JobWatch } from "../../../../provider/oceanbase/stop/jobWatch.ts";
import { backupJob, clusterViewRow, partViewRow, viewRow } from "../../../tools/support/backupJob.ts";
import {
  type ScriptedSession,
  scriptedCluster,
  serverInSys,
  tenant,
} from "../../../tools/support/scriptedSession.ts";

/*
 * What a watch makes of one look after another. The views are rows that the tests move about.
 */
let live: Row[];
let history: Row[];
let tenants: Row[];
let session: ScriptedSession;
let cluster: Cluster;

beforeEach(() => {
  live = [];
  history = [];
  tenants = [{ TENANT_ID: "1002", TENANT_NAME: "one" }];
  ({ session, cluster } = scriptedCluster(
    serverInSys(),
    [/INITIATOR_TENANT_ID = 1 /, () => history.filter((row) => row.INITIATOR_TENANT_ID === "1")],
    [/BACKUP_JOBS/, () => [...live]],
    [/BACKUP_JOB_HISTORY/, () => history.filter((row) => isAskedFor(row))],
    [/DBA_OB_TENANTS/, () => [...tenants]],
  ));
});
/** As the WHERE of the query has it. */
const isAskedFor = ({ TENANT_ID, JOB_ID }: Row) =>
  session.asked.at(-1)?.sql.includes(`(${TENANT_ID}, ${JOB_ID})`) ?? false;

function watching(selection: TenantSelection = ["one"], server: Server = serverInSys()): JobWatch {
  const request = { selection, loginTenant: server.tenant.name, ignoreMissing: false };
  const found = { address: "at", server };
  return new JobWatch(found, resolveScope(found, request));
}

/** Takes in what is live now, as before a statement. */
async function before(watch: JobWatch): Promise<void> {
  watch.addLive((await readLiveJobs(cluster, undefined)).rows);
}
const look = async (watch: JobWatch) => {
  const { unfinished, missed } = await watch.look(cluster);
  return [unfinished, missed].map((jobs) => jobs.map(({ jobId, status }) => `${jobId} ${status}`));
};
const reported = (watch: JobWatch) => watch.jobs.map(({ jobId, status }) => `${jobId} ${status}`);

describe("a job", () => {
  test("has ended when it has left the live view and stands in the history, not before", async () => {
    const watch = watching();
    live = [viewRow("5", "DOING")];
    await before(watch);
    live = [viewRow("5", "CANCELED")];
    history = [viewRow("5", "CANCELED")];
    expect(await look(watch)).toEqual([["5 CANCELED"], []]);
    live = [];
    history = [];
    expect(await look(watch)).toEqual([["5 CANCELED"], []]);
    history = [viewRow("5", "FAILED", { END_TIMESTAMP: "2026-01-01 00:01:00" })];
    expect(await look(watch)).toEqual([[], []]);
    expect(watch.jobs).toMatchObject([
      { jobId: "5", status: "FAILED", endedAt: "2026-01-01T00:01:00+08:00" },
    ]);
  });

  test("is not asked for again once it has ended", async () => {
    const watch = watching();
    watch.addRecorded([backupJob({ status: "CANCELED", endedAt: "" })], []);
    expect(await look(watch)).toEqual([[], []]);
    expect(session.asked).toHaveLength(1);
  });

  test("of a record that is live again after all has not ended", async () => {
    const watch = watching();
    watch.addRecorded([backupJob({ endedAt: "" })], []);
    live = [viewRow("5", "CANCELING")];
    expect(await look(watch)).toEqual([["5 CANCELING"], []]);
  });

  test.each(["CANCELING", "CANCELED"])(
    "that is %s is waited for, even when another session has cancelled it",
    async (status) => {
      const watch = watching();
      live = [viewRow("6", status)];
      expect(await look(watch)).toEqual([[`6 ${status}`], []]);
    },
  );

  test.each(["COMPLETED", "FAILED"])("that is %s and was never seen running is ignored", async (status) => {
    const watch = watching();
    live = [viewRow("6", status)];
    expect(await look(watch)).toEqual([[], []]);
    expect(watch.jobs).toEqual([]);
  });

  test("of another tenant is not looked at", async () => {
    const watch = watching();
    live = [viewRow("5", "CANCELING", { TENANT_ID: "1004" })];
    await before(watch);
    expect(await look(watch)).toEqual([[], []]);
  });
});

describe("a job that starts after the statement", () => {
  test("is left alone, warned about once, and kept as it was last seen", async () => {
    const watch = watching();
    live = [viewRow("6", "INIT")];
    expect(await look(watch)).toEqual([[], []]);
    live = [viewRow("6", "DOING")];
    await look(watch);
    expect(watch.restartedJobs).toMatchObject([{ jobId: "6", status: "DOING" }]);
    expect(watch.jobs).toEqual([]);
    expect(watch.warnings).toEqual([
      "tenant one: backup job 6 was started after the statement, by the tenant itself, and is INIT; it was left alone (change triggers to cancel it too)",
    ]);
  });

  test("in a cluster backup that was not seen before is warned about with the id of that backup", async () => {
    const watch = watching();
    live = [partViewRow("6", "DOING")];
    expect(await look(watch)).toEqual([[], []]);
    expect(watch.warnings[0]).toContain("by the sys tenant as part of cluster backup 9, and is DOING");
  });

  test("in a cluster backup that was running is missed once, and waited for", async () => {
    const watch = watching();
    live = [clusterViewRow("DOING")];
    await before(watch);
    live = [
      clusterViewRow("DOING"),
      partViewRow("6", "DOING"),
      partViewRow("7", "DOING", { INITIATOR_JOB_ID: "8" }),
    ];
    expect(await look(watch)).toEqual([["6 DOING"], ["6 DOING"]]);
    expect(await look(watch)).toEqual([["6 DOING"], []]);
    expect(watch.restartedJobs).toMatchObject([{ jobId: "7" }]);
  });
});

describe("a recorded job of a tenant that is not in the scope any more", () => {
  const watchingRecord = () => {
    const watch = watching();
    watch.addRecorded([backupJob({ tenantId: "1004", tenant: "two", jobId: "5", status: "DOING" })], []);
    return watch;
  };

  test("is left alone with a warning when it runs on", async () => {
    const watch = watchingRecord();
    live = [viewRow("5", "DOING", { TENANT_ID: "1004" })];
    expect(await look(watch)).toEqual([[], []]);
    expect(session.asked[0]?.sql).toContain("1004");
    expect(watch.warnings).toEqual([expect.stringContaining("job 5 DOING (tenant id 1004) is in a tenant")]);
  });

  test("is waited for when it is being cancelled", async () => {
    const watch = watchingRecord();
    live = [viewRow("5", "CANCELING", { TENANT_ID: "1004" })];
    expect(await look(watch)).toEqual([["5 CANCELING"], []]);
    live = [];
    history = [viewRow("5", "CANCELED", { TENANT_ID: "1004" })];
    expect(await look(watch)).toEqual([[], []]);
    expect(watch.jobs).toMatchObject([{ jobId: "5", status: "CANCELED", endedAt: "" }]);
    expect(watch.warnings).toEqual([]);
  });
});

describe("a cluster backup that has not started its jobs", () => {
  test("is waited for when one of them is to be in the scope, until it has", async () => {
    const watch = watching();
    live = [clusterViewRow("INIT")];
    await before(watch);
    expect(watch.startingClusterJobs).toEqual(["9"]);
    expect(await look(watch)).toEqual([["9 INIT"], []]);
    live = [clusterViewRow("DOING")];
    expect(await look(watch)).toEqual([[], []]);
    expect(watch.startingClusterJobs).toEqual([]);
  });

  test.each([
    ["other tenants", "1004", "INIT"],
    ["a tenant with a longer id", "10020", "INIT"],
    ["tenants where it has started them", "1002", "DOING"],
    ["tenants where it is cancelled", "1002", "CANCELING"],
  ])("is not waited for when it is for %s", async (_, executors, status) => {
    const watch = watching();
    live = [clusterViewRow(status, executors)];
    await before(watch);
    expect(watch.startingClusterJobs).toEqual([]);
    expect(await look(watch)).toEqual([[], []]);
  });

  test("gets a job from the history that has started and ended between two looks", async () => {
    const watch = watching();
    live = [clusterViewRow("INIT")];
    await before(watch);
    live = [];
    history = [partViewRow("6", "CANCELED"), partViewRow("7", "CANCELED", { TENANT_ID: "1004" })];
    expect(await look(watch)).toEqual([[], []]);
    expect(watch.jobs).toMatchObject([{ tenantId: "1002", jobId: "6", status: "CANCELED", endedAt: "" }]);
  });

  test("may have started one that is over and on its way to the history: it is waited for", async () => {
    const watch = watching();
    live = [clusterViewRow("INIT")];
    await before(watch);
    live = [clusterViewRow("DOING"), partViewRow("6", "COMPLETED")];
    expect(await look(watch)).toEqual([["6 COMPLETED"], []]);
    live = [clusterViewRow("DOING")];
    history = [partViewRow("6", "COMPLETED")];
    expect(await look(watch)).toEqual([[], []]);
    expect(watch.jobs).toMatchObject([{ jobId: "6", status: "COMPLETED", endedAt: "" }]);
  });

  test("is waited for as long as it runs and a tenant cannot be read in which it may have started one", async () => {
    const { tenants: scope } = serverInSys();
    const own = scope.filter(({ name }) => name === "one");
    const backups = new ClusterBackups({ selection: ["one"], tenants: own, skipped: [], missing: [] });
    const rows = async (...of: Row[]) => {
      live = of;
      return (await readLiveJobs(cluster, undefined)).rows;
    };
    const unreadable = new Set(["1002"]);
    const [init] = await rows(clusterViewRow("INIT"));
    backups.add(init as JobRow);
    const doing = await rows(clusterViewRow("DOING"));
    await backups.endedParts({ rows: doing, unreadable }, cluster);
    expect(backups.startingAmong(doing)).toMatchObject([{ jobId: "9", status: "DOING" }]);
    await backups.endedParts({ rows: doing, unreadable: new Set(["1004"]) }, cluster);
    expect(backups.startingIds).toEqual(["9"]);
    await backups.endedParts({ rows: doing, unreadable: new Set() }, cluster);
    expect(backups.startingIds).toEqual([]);
  });

  test("is not waited for any more when it has ended, whichever tenant cannot be read", async () => {
    const backups = new ClusterBackups({ selection: "all", tenants: [], skipped: [], missing: [] });
    backups.addStarting(["9"]);
    await backups.endedParts({ rows: [], unreadable: new Set(["1002"]) }, cluster);
    expect(backups.startingIds).toEqual([]);
  });

  test("is taken over from a record, with the jobs that it starts later", async () => {
    const watch = watching();
    watch.addRecorded([], ["9"]);
    live = [clusterViewRow("INIT"), partViewRow("6", "DOING")];
    expect(
      watch.isTarget({ tenantId: "1002", jobId: "6", initiatorTenantId: "1", initiatorJobId: "9" } as never),
    ).toBe(true);
    expect(await look(watch)).toEqual([["6 DOING", "9 INIT"], ["6 DOING"]]);
  });

  test("is waited for once, as the job that it is, where all are meant", async () => {
    const watch = watching("all");
    live = [clusterViewRow("INIT")];
    await before(watch);
    expect(await look(watch)).toEqual([["9 INIT"], []]);
  });
});

describe("a job in neither view", () => {
  beforeEach(() => {
    live = [viewRow("5", "DOING")];
  });
  const tenantQueries = () => session.asked.filter(({ sql }) => sql.includes("DBA_OB_TENANTS")).length;

  test("is waited for, and the tenants are read when it is absent a second time", async () => {
    const watch = watching();
    await before(watch);
    live = [];
    expect(await look(watch)).toEqual([["5 DOING"], []]);
    expect(tenantQueries()).toBe(0);
    expect(await look(watch)).toEqual([["5 DOING"], []]);
    expect(tenantQueries()).toBe(1);
    expect(watch.warnings).toEqual([]);
  });

  test("has ended when its tenant was dropped", async () => {
    const watch = watching();
    await before(watch);
    live = [];
    tenants = [];
    await look(watch);
    expect(await look(watch)).toEqual([[], []]);
    expect(watch.warnings).toEqual([
      "tenant one was dropped while backup job 5 was being stopped; the job went with it",
    ]);
    expect(reported(watch)).toEqual(["5 DOING"]);
  });

  test("whose tenant seemed to be dropped is waited for again when it is live", async () => {
    const watch = watching();
    await before(watch);
    const there = live;
    live = [];
    tenants = [];
    await look(watch);
    expect(await look(watch)).toEqual([[], []]);
    live = there;
    expect(await look(watch)).toEqual([["5 DOING"], []]);
  });

  test("that comes back is counted as absent anew", async () => {
    const watch = watching();
    await before(watch);
    const there = live;
    for (const seen of [[], there, []]) {
      live = seen;
      await look(watch);
    }
    expect(tenantQueries()).toBe(0);
  });
});

test("a resumed attempt waits for what is being cancelled, and keeps its targets", async () => {
  const watch = watching();
  const job = (jobId: string, status: string) =>
    ({ ...backupJob({ jobId, status }), initiatorTenantId: "1002", initiatorJobId: "0" }) as never;
  watch.addRecorded([backupJob({ jobId: "4", status: "DOING" })], []);
  watch.addLive([job("5", "CANCELING")]);
  expect(reported(watch)).toEqual(["4 DOING", "5 CANCELING"]);
  expect(["4", "5", "6"].map((id) => watch.isTarget(job(id, "DOING")))).toEqual([true, true, false]);
  expect(watch.runningBefore.map(({ jobId }) => jobId)).toEqual(["4"]);
});

test("a cancel of all does not watch a skipped tenant, and watches one that was created since", async () => {
  const server = serverInSys();
  const odd = tenant("1006", "odd", { status: "RESTORE" });
  const watch = watching("all", { ...server, tenants: [...server.tenants, odd] });
  live = [viewRow("1", "CANCELING", { TENANT_ID: "1006" }), viewRow("2", "CANCELING", { TENANT_ID: "1008" })];
  expect(await look(watch)).toEqual([["2 CANCELING"], []]);
});
