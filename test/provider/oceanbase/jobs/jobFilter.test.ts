import { expect, test } from "vitest";
import type { JobRow } from "../../../../provider/oceanbase/jobs/backupJobs.ts";
import { type JobFilter, selectTenants } from "../../../../provider/oceanbase/jobs/jobFilter.ts";
import { serverInSys } from "../../../tools/support/scriptedSession.ts";

const job = (changes: Partial<JobRow> = {}): JobRow => ({
  tenantId: "1002",
  jobId: "5",
  backupSetId: "3",
  type: "full",
  result: 0,
  comment: "",
  path: "file:///backup",
  startedAt: "2026-01-01 00:00:00.000000",
  status: "DOING",
  initiatorTenantId: "1002",
  initiatorJobId: "0",
  executorTenantIds: ["1002"],
  endedAt: undefined,
  ...changes,
});
const NOW = "2026-01-01 00:10:00";
const select = (jobs: JobRow[], filter: JobFilter) => {
  const { hit, excluded } = selectTenants(jobs, filter, NOW, { server: serverInSys() });
  return { hit: [...hit], excluded: excluded.map(({ reason }) => reason) };
};

test("a job is hit when it is older than the limit, not when it is exactly as old", () => {
  expect(select([job()], { olderThanSeconds: 599 })).toEqual({ hit: ["1002"], excluded: [] });
  expect(select([job()], { olderThanSeconds: 600 })).toEqual({
    hit: [],
    excluded: ["job 5 is 600 s old, not older than 600 s"],
  });
});

test("a job whose age cannot be told is excluded", () => {
  expect(select([job({ startedAt: "" })], { olderThanSeconds: 0 })).toEqual({
    hit: [],
    excluded: ["the age of job 5 is not known"],
  });
});

test.each([
  ["full", "incremental", "job 5 is an incremental backup"],
  ["incremental", "full", "job 5 is a full backup"],
] as const)("where %s backups are meant, an %s one is excluded and named", (meant, type, reason) => {
  expect(select([job({ type })], { types: [meant] })).toEqual({ hit: [], excluded: [reason] });
  expect(select([job({ type: meant })], { types: [meant] })).toEqual({ hit: ["1002"], excluded: [] });
});

test("jobs that are past any choice decide nothing", () => {
  const others = [job({ status: "CANCELING" }), job({ tenantId: "1" })];
  expect(select(others, { types: ["incremental"] })).toEqual({ hit: [], excluded: [] });
});

test("what is not known of a job is no reason to cancel it", () => {
  expect(select([job({ status: "PAUSED" })], { olderThanSeconds: 0 })).toEqual({
    hit: [],
    excluded: ["job 5 is PAUSED, which is no state that is known"],
  });
  for (const types of [["full"], ["incremental"]] as const) {
    expect(select([job({ type: "unknown" })], { types })).toEqual({
      hit: [],
      excluded: ["the type of job 5 is not known"],
    });
  }
});
