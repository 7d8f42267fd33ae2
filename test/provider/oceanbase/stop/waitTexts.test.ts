import { expect, test } from "vitest";
import {
  cleanupProgressText,
  cleanupTimeoutError,
  progressText,
  settleProgressText,
  timeoutError,
} from "../../../../provider/oceanbase/stop/waitTexts.ts";
import { backupJob } from "../../../tools/support/backupJob.ts";

const jobs = (count: number) => Array.from({ length: count }, (_, i) => backupJob({ jobId: String(i + 1) }));
const sets = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    tenantId: "1002",
    tenant: "one",
    backupSetId: String(i + 1),
    path: "",
    bytes: 0,
    fileStatus: "INCOMPLETE",
  }));

test("a status line names three jobs and counts the others", () => {
  expect(progressText(jobs(1), 1400, undefined)).toBe("waiting for one job 1 CANCELING (1 s)");
  expect(progressText(jobs(3), 0, "why")).toBe(
    "waiting for one job 1 CANCELING, one job 2 CANCELING, one job 3 CANCELING (0 s); why",
  );
  expect(progressText(jobs(5), 90_000, undefined)).toMatch(/job 3 CANCELING and 2 more \(90 s\)$/);
});

test("a wait for the cleanup names three sets and counts the others", () => {
  expect(cleanupProgressText(sets(1), 0)).toBe(
    "stopped; waiting for the cleanup of one set 1 (INCOMPLETE) (0 s)",
  );
  expect(cleanupProgressText(sets(3), 0)).toMatch(
    /set 1 \(INCOMPLETE\), one set 2 .*, one set 3 \(INCOMPLETE\) \(0 s\)$/,
  );
  expect(cleanupProgressText(sets(5), 0)).toMatch(/one set 3 \(INCOMPLETE\) and 2 more \(0 s\)$/);
});

test("a status line after the stop says for how long the action still looks on", () => {
  expect(settleProgressText(1500)).toBe("stopped; looking on for 2 s for backups that start again");
});

test("a timeout error names every job, and the diagnosis of them", () => {
  const error = timeoutError("at db", 600_000, jobs(5), undefined);
  expect(error).toMatchObject({ kind: "timeout" });
  expect(error.message).toMatch(
    /^at db: after 600 s not yet stopped: one job 1 CANCELING, .*job 5 CANCELING; raise timeoutSeconds/,
  );
  expect(timeoutError("at db", 0, jobs(1), "its disk is full").message).toMatch(
    /job 1 CANCELING; its disk is full$/,
  );
});

test("a timeout error of the cleanup says that the jobs have stopped", () => {
  const error = cleanupTimeoutError("at db", 7000, sets(4));
  expect(error).toMatchObject({ kind: "timeout" });
  expect(error.message).toMatch(
    /^at db: all jobs have stopped, but after 7 s .* and 1 more; .*raise timeoutSeconds/,
  );
});
