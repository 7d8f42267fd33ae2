import { describe, expect, test } from "vitest";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { listJobs, readJobSnapshot } from "../../../../provider/oceanbase/jobs/jobList.ts";
import { readRecordedJobs } from "../../../../provider/oceanbase/jobs/jobRecord.ts";
import { findRunningJobs } from "../../../../provider/oceanbase/jobs/runningJobs.ts";
import { backupJob } from "../../../tools/support/backupJob.ts";
import { type Answer, scriptedCluster, serverInSys } from "../../../tools/support/scriptedSession.ts";

const JOB = { TENANT_ID: "1002", JOB_ID: "5", STATUS: "DOING", START_TIMESTAMP: "2026-01-01 00:00:00" };
const ENDED = { ...JOB, STATUS: "CANCELED", END_TIMESTAMP: "2026-01-01 00:00:30" };

const NO_LEADER = new OceanBaseError("transient", "no leader", { errno: 4721 });

type Scripted = ReturnType<typeof scriptedCluster>;

/** A cluster with these live and ended jobs. */
const clusterWith = (live: Answer[1], ended: Answer[1] = [], tasks: Answer[1] = []) =>
  scriptedCluster(
    serverInSys(),
    [/NOW\(\)/, [{ NOW_TEXT: "2026-01-01 00:01:00" }]],
    [/BACKUP_JOBS/, live],
    [/BACKUP_JOB_HISTORY/, ended],
    [/BACKUP_TASKS/, tasks],
  );
const list = async ({ cluster }: Scripted, selection: string[] | "all" = ["one"], history = true) =>
  (await listJobs(cluster, { selection, loginTenant: "sys", ...(history ? { history: { limit: 10 } } : {}) }))
    .jobs;

describe("a list of jobs", () => {
  test("has those of the tenants that are named, live ones before ended ones", async () => {
    const others = [{ ...JOB, TENANT_ID: "1004" }];
    const scripted = clusterWith([JOB, ...others], [{ ...ENDED, JOB_ID: "4" }, ...others]);
    expect(await list(scripted)).toMatchObject([
      { tenant: "one", jobId: "5", ageSeconds: 60 },
      { tenant: "one", jobId: "4", ageSeconds: 30, endedAt: "2026-01-01T00:00:30+08:00" },
    ]);
    expect(await list(scripted, "all")).toHaveLength(3);
    expect(await list(scripted, "all", false)).toHaveLength(2);
  });

  test("has a job once that stands in both views, as the live one it is", async () => {
    const jobs = await list(clusterWith([JOB], [ENDED]));
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ status: "DOING" });
    expect(jobs[0]).not.toHaveProperty("endedAt");
    const [moving] = await list(clusterWith([{ ...ENDED }]), ["one"], false);
    expect(moving).not.toHaveProperty("endedAt");
  });

  test("has the progress of a live job whose task is known, and of no other", async () => {
    const tasks = [
      {
        TENANT_ID: "1002",
        JOB_ID: "5",
        INPUT_BYTES: "1",
        OUTPUT_BYTES: "2",
        TABLET_COUNT: "3",
        FINISH_TABLET_COUNT: "4",
      },
    ];
    const jobs = await list(clusterWith([JOB, { ...JOB, JOB_ID: "6" }], [{ ...ENDED, JOB_ID: "4" }], tasks));
    const progress = { inputBytes: 1, outputBytes: 2, tablets: 3, finishedTablets: 4 };
    expect(jobs.map((job) => job.progress)).toEqual([progress, undefined, undefined]);
  });

  test("has the own job of a cluster backup where all tenants are meant, and no other", async () => {
    const scripted = clusterWith([{ ...JOB, TENANT_ID: "1" }, JOB]);
    expect((await list(scripted, "all", false)).map(({ tenant }) => tenant)).toEqual(["sys", "one"]);
    expect((await list(scripted, ["one"], false)).map(({ tenant }) => tenant)).toEqual(["one"]);
  });

  test("of a tenant that does not exist is refused", async () => {
    await expect(list(clusterWith([]), ["gone"])).rejects.toThrow(/gone does not exist/);
  });

  test("names the tenants that no server leads, be it their live jobs or the ended ones", async () => {
    const { cluster } = scriptedCluster(
      serverInSys(),
      [/NOW\(\)/, [{ NOW_TEXT: "2026-01-01 00:01:00" }]],
      [/BACKUP_JOBS .*IN \((1, )?1002(, 1004)?\)/, NO_LEADER],
      [/BACKUP_JOBS/, []],
      [/BACKUP_JOB_HISTORY .*1004/, NO_LEADER],
      [/BACKUP_JOB_HISTORY/, []],
    );
    const request = { selection: ["one", "two"], loginTenant: "sys" };
    expect((await listJobs(cluster, request)).unreadable).toEqual(["one"]);
    const { unreadable } = await listJobs(cluster, { ...request, history: { limit: 10 } });
    expect(unreadable).toEqual(["one", "two"]);
  });

  test("has no age where a time cannot be read", async () => {
    const [job] = await list(clusterWith([{ ...JOB, START_TIMESTAMP: null }]));
    expect(job).not.toHaveProperty("ageSeconds");
  });
});

test("a task view that cannot be read costs the progress alone, and a lost connection is a failure", async () => {
  const refused = new OceanBaseError("refused", "no", { errno: 1142 });
  const { live, tasks } = await readJobSnapshot(clusterWith([JOB], [], refused).cluster);
  expect([live.length, tasks.size]).toEqual([1, 0]);
  for (const failure of [new OceanBaseError("unreachable", "cut"), new TypeError("a bug")]) {
    await expect(readJobSnapshot(clusterWith([JOB], [], failure).cluster)).rejects.toBe(failure);
  }
});

describe("the jobs that a cancel would hit", () => {
  const find = ({ cluster }: Scripted, selection: string[], types?: ["incremental"]) => {
    const filter = types === undefined ? {} : { filter: { types } };
    return findRunningJobs(cluster, { selection, loginTenant: "sys", ...filter });
  };

  test("are those that run in the scope, and a tenant that is gone has none", async () => {
    const scripted = clusterWith([
      JOB,
      { ...JOB, JOB_ID: "6", STATUS: "CANCELING" },
      { ...JOB, TENANT_ID: "1004" },
    ]);
    const { jobs } = await find(scripted, ["one", "gone"]);
    expect(jobs).toMatchObject([{ tenantId: "1002", jobId: "5" }]);
    expect(jobs[0]).not.toHaveProperty("endedAt");
    // Only what has ended for good has an end.
    const ending = await find(clusterWith([{ ...JOB, END_TIMESTAMP: "2026-01-01 00:00:30" }]), ["one"]);
    expect(ending.jobs[0]).not.toHaveProperty("endedAt");
  });

  test("of a tenant that no server leads are not known, and its name is told", async () => {
    const { cluster } = scriptedCluster(
      serverInSys(),
      [/BACKUP_JOBS .*IN \((1, )?1002(, 1004)?\)/, NO_LEADER],
      [/BACKUP_JOBS .*IN \(1004\)/, [{ ...JOB, TENANT_ID: "1004" }]],
      [/BACKUP_JOBS/, []],
    );
    const found = await findRunningJobs(cluster, { selection: ["one", "two"], loginTenant: "sys" });
    expect(found).toMatchObject({ jobs: [{ tenant: "two" }], unreadable: ["one"] });
  });

  test("are only those that the filter lets through", async () => {
    const scripted = clusterWith([JOB, { ...JOB, TENANT_ID: "1004", BACKUP_TYPE: "I" }]);
    const { jobs } = await find(scripted, ["one", "two"], ["incremental"]);
    expect(jobs).toMatchObject([{ tenant: "two" }]);
  });

  test("are none where nothing runs, and then the time is not asked for", async () => {
    const scripted = clusterWith([]);
    expect((await find(scripted, ["one"], ["incremental"])).jobs).toEqual([]);
    expect(scripted.session.asked).toHaveLength(1);
  });
});

test("a record is brought up to date: ended jobs stay, the history is asked for the others alone", async () => {
  const ended = backupJob({ jobId: "4", status: "FAILED", endedAt: "2026-01-01 00:00:10" });
  const [stopping, gone, live] = ["5", "6", "7"].map((jobId) => backupJob({ jobId }));
  if (stopping === undefined || gone === undefined || live === undefined) throw new Error("three jobs");
  const { cluster, session } = clusterWith(
    [{ ...JOB, JOB_ID: "7" }],
    [ENDED, { ...ENDED, JOB_ID: "7", END_TIMESTAMP: null }],
  );
  const now = await readRecordedJobs(cluster, [ended, stopping, gone, live]);
  expect(now).toMatchObject([
    ended,
    { jobId: "5", status: "CANCELED" },
    gone,
    { jobId: "7", status: "DOING" },
  ]);
  expect(now[3]).not.toHaveProperty("endedAt");
  expect(session.asked.at(-1)?.sql).toMatch(/IN \(\(1002, 5\), \(1002, 6\), \(1002, 7\)\)$/);
});

test("a recorded job of a tenant that no server leads stays as it was, and its history is not asked for", async () => {
  const { cluster, session } = scriptedCluster(
    serverInSys(),
    [/BACKUP_JOBS .*IN \((1, )?1002(, 1004)?\)/, NO_LEADER],
    [/BACKUP_JOBS/, []],
    [/BACKUP_JOB_HISTORY/, [{ ...ENDED, TENANT_ID: "1004" }]],
  );
  const record = [backupJob(), backupJob({ tenantId: "1004" })];
  const [one, two] = await readRecordedJobs(cluster, record);
  expect(one).toEqual(record[0]);
  expect(two).toMatchObject({ status: "CANCELED" });
  expect(session.asked[0]?.sql).toMatch(/TENANT_ID IN \(1, 1002, 1004\)/);
  expect(session.asked.at(-1)?.sql).toMatch(/IN \(\(1004, 5\)\)$/);
});

test("a row of the history is an end even when it has no time", async () => {
  const { cluster } = clusterWith([], [{ ...ENDED, END_TIMESTAMP: null }]);
  expect(await readRecordedJobs(cluster, [backupJob()])).toMatchObject([{ endedAt: "" }]);
});
