import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Row } from "../../../../provider/oceanbase/connection/driver.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import type { BackupJob } from "../../../../provider/oceanbase/jobs/jobRecord.ts";
import { StuckJobs } from "../../../../provider/oceanbase/stop/stuckJobs.ts";
import { backupJob } from "../../../tools/support/backupJob.ts";
import { scriptedCluster, serverInSys } from "../../../tools/support/scriptedSession.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});
const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

const TASK = {
  TENANT_ID: "1002",
  JOB_ID: "5",
  TASK_ID: "2",
  STATUS: "CANCELING",
  RESULT: "-4012",
  COMMENT: "",
  TABLET_COUNT: "30",
  FINISH_TABLET_COUNT: "4",
};

/** Jobs that are watched with these tasks behind them. */
function watching(answer: Row[] | Error = [TASK], version = "4.2.5.1") {
  const server = serverInSys({ version });
  const { cluster, session } = scriptedCluster(server, [/OB_BACKUP_TASKS/, answer]);
  const stuck = new StuckJobs(server);
  return { session, cluster, note: (jobs: BackupJob[], within = cluster) => stuck.note(jobs, within), stuck };
}

test("the task of a job is read after two minutes of CANCELING, and not again for half a minute", async () => {
  const { session, stuck, note } = watching();
  await note([backupJob()]);
  later(119);
  await note([backupJob()]);
  expect(stuck.diagnosis).toBeUndefined();
  later(1);
  await note([backupJob()]);
  expect(stuck.diagnosis).toMatch(
    /^one job 5 is CANCELING for 120 s, task 2 CANCELING \(result -4012, 4 of 30 tablets\), path file:\/\/\/backup; OceanBase ends a job only when/,
  );
  later(29);
  await note([backupJob()]);
  expect(session.asked).toHaveLength(1);
  later(1);
  await note([backupJob()]);
  expect(session.asked).toHaveLength(2);
  expect(stuck.diagnosis).toMatch(/^one job 5 is CANCELING for 150 s/);
});

test.each([
  ["4.0.0.0", 390, /server of the cluster that does not answer.*; or the tenant's log archive is not DOING/],
  ["4.1.0.2", 390, /server of the cluster that does not answer/],
  ["4.6.0.0", 120, /server of the cluster that does not answer/],
])(
  "a job of version %s is diagnosed after %i s, and the destination is not named as a cause",
  async (version, seconds, cause) => {
    const { stuck, note } = watching([TASK], version);
    await note([backupJob()]);
    later(seconds - 1);
    await note([backupJob()]);
    expect(stuck.diagnosis).toBeUndefined();
    later(1);
    await note([backupJob()]);
    expect(stuck.diagnosis).toMatch(cause);
    expect(stuck.diagnosis).not.toMatch(/destination|mounted/);
    if (!version.startsWith("4.0")) expect(stuck.diagnosis).not.toContain("archive");
  },
);

test("the tasks are read within 5 s, and within the time that the caller has left", async () => {
  const { session, cluster, note } = watching();
  await note([backupJob()]);
  later(120);
  await note([backupJob()]);
  later(30);
  await note([backupJob()], cluster.within(1));
  expect(session.asked.map(({ withinMs }) => withinMs)).toEqual([5000, 1]);
});

test("a job that has moved on leaves the diagnosis, and is timed anew when it comes back", async () => {
  const { stuck, note } = watching();
  await note([backupJob()]);
  later(120);
  await note([backupJob()]);
  await note([backupJob({ status: "DOING" })]);
  expect(stuck.diagnosis).toBeUndefined();
  later(119);
  await note([backupJob()]);
  expect(stuck.diagnosis).toBeUndefined();
});

test("a diagnosis names three jobs at most, and says what is not known of them", async () => {
  const { stuck, note } = watching([{ ...TASK, COMMENT: "x".repeat(300) }]);
  const all = ["5", "6", "7", "8"].map((jobId) => backupJob({ jobId, path: jobId === "6" ? "" : "p" }));
  await note(all);
  later(120);
  await note(all);
  expect(stuck.diagnosis).toContain(`(result -4012 "${"x".repeat(200)}", 4 of`);
  expect(stuck.diagnosis).toContain(
    "one job 6 is CANCELING for 120 s, without a task, path unknown; one job 7",
  );
  expect(stuck.diagnosis).not.toContain("job 8");
});

test("a diagnosis goes without a task that cannot be read, and a cancellation is thrown", async () => {
  const unreadable = watching(new OceanBaseError("refused", "no", { errno: 1142 }));
  await unreadable.note([backupJob()]);
  later(120);
  await unreadable.note([backupJob()]);
  expect(unreadable.stuck.diagnosis).toContain("120 s, its task could not be read, path");
  for (const error of [new OceanBaseError("aborted", "cancelled"), new TypeError("a bug")]) {
    const { note } = watching(error);
    await note([backupJob()]);
    later(120);
    await expect(note([backupJob()])).rejects.toBe(error);
  }
});
