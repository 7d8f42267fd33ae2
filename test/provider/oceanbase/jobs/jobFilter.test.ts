import { expect, test } from "vitest";
import type { JobRow } from "../../../../provider/oceanbase/jobs/backupJobs.ts";
import {
  excludedText,
  type JobFilter,
  selectTenants,
} from "../../../../provider/oceanbase/jobs/jobFilter.ts";
import { liveJob } from "../../../tools/support/backupJob.ts";
import { serverInSys } from "../../../tools/support/scriptedSession.ts";

const NOW = "2026-01-01 00:10:00";
const select = (jobs: JobRow[], filter: JobFilter) => {
  const { hit, excluded } = selectTenants(jobs, filter, NOW, { server: serverInSys() });
  return { hit: [...hit], excluded: excluded.map(({ reason }) => reason) };
};

test("a job is hit when it is older than the limit, not when it is exactly as old", () => {
  expect(select([liveJob()], { olderThanSeconds: 599 })).toEqual({ hit: ["1002"], excluded: [] });
  expect(select([liveJob()], { olderThanSeconds: 600 })).toEqual({
    hit: [],
    excluded: ["job 5 is 600 s old, not older than 600 s"],
  });
});

test("a job whose age cannot be told is excluded", () => {
  expect(select([liveJob({ startedAt: "" })], { olderThanSeconds: 0 })).toEqual({
    hit: [],
    excluded: ["the age of job 5 is not known"],
  });
});

test.each([
  ["full", "incremental", "job 5 is an incremental backup"],
  ["incremental", "full", "job 5 is a full backup"],
] as const)("where %s backups are meant, an %s one is excluded and named", (meant, type, reason) => {
  expect(select([liveJob({ type })], { types: [meant] })).toEqual({ hit: [], excluded: [reason] });
  expect(select([liveJob({ type: meant })], { types: [meant] })).toEqual({ hit: ["1002"], excluded: [] });
});

test("jobs that are past any choice decide nothing", () => {
  const words = ["CANCELING", "CANCELED", "COMPLETED", "FAILED"];
  const others = [...words.map((status) => liveJob({ status })), liveJob({ tenantId: "1" })];
  expect(select(others, { types: ["incremental"] })).toEqual({ hit: [], excluded: [] });
});

test("what is not known of a job is no reason to cancel it", () => {
  expect(select([liveJob({ status: "PAUSED" })], { olderThanSeconds: 0 })).toEqual({
    hit: [],
    excluded: ["job 5 is PAUSED, which is no state that is known"],
  });
  for (const types of [["full"], ["incremental"]] as const) {
    expect(select([liveJob({ type: "unknown" })], { types })).toEqual({
      hit: [],
      excluded: ["the type of job 5 is not known"],
    });
  }
  expect(select([liveJob({ type: "unknown" })], {})).toEqual({ hit: ["1002"], excluded: [] });
});

test("an excluded tenant is named with the reason", () => {
  expect(excludedText({ tenantId: "1002", tenant: "one", reason: "job 5 is a full backup" })).toBe(
    "one (job 5 is a full backup)",
  );
});
