import { describe, expect, test } from "vitest";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { listJobs, readJobSnapshot } from "../../../../provider/oceanbase/jobs/jobList.ts";
import { readRecordedJobs } from "../../../../provider/oceanbase/jobs/jobRecord.ts";
import { findRunningJobs } from "../../../../provider/oceanbase/jobs/runningJobs.ts";
import { stoppedJob } from "../../../tools/support/backupJob.ts";
import { type Answer, ScriptedSession, serverInSys } from "../../../tools/support/scriptedSession.ts";

const TENANTS = ["sys", "one", "two"].map((name, i) => ({
  VERSION: "4.2.5.1",
  OWN_ID: "1",
  TENANT_ID: ["1", "1002", "1004"][i] ?? "",
  TENANT_NAME: name,
  TENANT_TYPE: i === 0 ? "SYS" : "USER",
  STATUS: "NORMAL",
}));
const JOB = { TENANT_ID: "1002", JOB_ID: "5", STATUS: "DOING", START_TIMESTAMP: "2026-01-01 00:00:00" };
const ENDED = { ...JOB, STATUS: "CANCELED", END_TIMESTAMP: "2026-01-01 00:00:30" };

/** A cluster with these live and ended jobs. */
const cluster = (live: Answer[1], ended: Answer[1] = [], tasks: Answer[1] = []) =>
  new ScriptedSession(
    [/OB_VERSION/, TENANTS],
    [/SHOW PARAMETERS/, []],
    [/NOW\(\)/, [{ NOW_TEXT: "2026-01-01 00:01:00" }]],
    [/BACKUP_JOBS/, live],
    [/BACKUP_JOB_HISTORY/, ended],
    [/BACKUP_TASKS/, tasks],
  );
const list = (session: ScriptedSession, asked: string[] | "all" = ["one"], history = true) =>
  listJobs(session, { asked, loginTenant: "sys", history }, 0);

describe("a list of jobs", () => {
  test("has those of the tenants that are named, live ones before ended ones", async () => {
    const others = [{ ...JOB, TENANT_ID: "1004" }];
    const session = cluster([JOB, ...others], [{ ...ENDED, JOB_ID: "4" }, ...others]);
    expect(await list(session)).toMatchObject([
      { tenant: "one", jobId: "5", ageSeconds: 60 },
      { tenant: "one", jobId: "4", ageSeconds: 30, endedAt: "2026-01-01 00:00:30" },
    ]);
    expect(await list(session, "all")).toHaveLength(3);
    expect(await list(session, "all", false)).toHaveLength(2);
  });

  test("has a job once that stands in both views, as the live one it is", async () => {
    const jobs = await list(cluster([JOB], [ENDED]));
    expect(jobs).toHaveLength(1);
    expect(jobs[0]).toMatchObject({ status: "DOING" });
    expect(jobs[0]).not.toHaveProperty("endedAt");
  });

  test("has no age where a time cannot be read", async () => {
    const [job] = await list(cluster([{ ...JOB, START_TIMESTAMP: null }]));
    expect(job).not.toHaveProperty("ageSeconds");
  });
});

test("a task view that cannot be read costs the progress alone; a lost connection is a failure", async () => {
  const refused = new OceanBaseError("refused", "no", { errno: 1142 });
  const { live, tasks } = await readJobSnapshot(cluster([JOB], [], refused), 0);
  expect([live.length, tasks.size]).toEqual([1, 0]);
  for (const failure of [new OceanBaseError("unreachable", "cut"), new TypeError("a bug")]) {
    await expect(readJobSnapshot(cluster([JOB], [], failure), 0)).rejects.toBe(failure);
  }
});

describe("the jobs that a cancel would hit", () => {
  const find = (session: ScriptedSession, asked: string[], types?: ["incremental"]) => {
    const filter = types === undefined ? {} : { filter: { types } };
    return findRunningJobs(session, serverInSys(), { asked, loginTenant: "sys", ...filter }, 0);
  };

  test("are those that run in the scope, as they were last seen; a tenant that is gone has none", async () => {
    const session = cluster([
      JOB,
      { ...JOB, JOB_ID: "6", STATUS: "CANCELING" },
      { ...JOB, TENANT_ID: "1004" },
    ]);
    const jobs = await find(session, ["one", "gone"]);
    expect(jobs).toMatchObject([{ tenantId: "1002", jobId: "5" }]);
    expect(jobs[0]).not.toHaveProperty("endedAt");
  });

  test("are only those that the filter lets through", async () => {
    const session = cluster([JOB, { ...JOB, TENANT_ID: "1004", BACKUP_TYPE: "I" }]);
    expect(await find(session, ["one", "two"], ["incremental"])).toMatchObject([{ tenant: "two" }]);
  });

  test("are none where nothing runs, and then nobody asks for the time", async () => {
    const session = cluster([]);
    expect(await find(session, ["one"], ["incremental"])).toEqual([]);
    expect(session.asked).toHaveLength(1);
  });
});

test("a record is brought up to date: ended jobs stay, the history is asked for the others alone", async () => {
  const ended = stoppedJob({ jobId: "4", status: "FAILED", endedAt: "2026-01-01 00:00:10" });
  const [stopping, gone, live] = ["5", "6", "7"].map((jobId) => stoppedJob({ jobId }));
  if (stopping === undefined || gone === undefined || live === undefined) throw new Error("three jobs");
  const session = cluster([{ ...JOB, JOB_ID: "7" }], [ENDED, { ...ENDED, JOB_ID: "7", END_TIMESTAMP: null }]);
  const now = await readRecordedJobs(session, serverInSys(), [ended, stopping, gone, live], 0);
  expect(now).toMatchObject([
    ended,
    { jobId: "5", status: "CANCELED" },
    gone,
    { jobId: "7", status: "DOING" },
  ]);
  expect(now[3]).not.toHaveProperty("endedAt");
  expect(session.asked.at(-1)?.sql).toMatch(/IN \(\(1002, 5\), \(1002, 6\), \(1002, 7\)\)$/);
});

test("a row of the history is an end even when it has no time", async () => {
  const session = cluster([], [{ ...ENDED, END_TIMESTAMP: null }]);
  expect(await readRecordedJobs(session, serverInSys(), [stoppedJob()], 0)).toMatchObject([{ endedAt: "" }]);
});
