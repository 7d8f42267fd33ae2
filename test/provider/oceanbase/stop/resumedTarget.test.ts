import { describe, expect, test } from "vitest";
import type { Row } from "../../../../provider/oceanbase/connection/driver.ts";
import type { EarlierAttempt } from "../../../../provider/oceanbase/stop/stopRequest.ts";
import { backupJob, clusterViewRow, partViewRow, viewRow } from "../../../tools/support/backupJob.ts";
import { FULL, INCREMENTAL, inTwo, names, targetOf, watched } from "../../../tools/support/target.ts";

const ISSUED = { statement: "ALTER SYSTEM CANCEL BACKUP", issuedAt: "2026-01-01T00:00:00.000Z" };

describe("a resumed attempt whose statement has arrived", () => {
  const earlier: EarlierAttempt = { ...ISSUED, jobs: [backupJob({ jobId: "5", status: "DOING" })] };

  test("hits a running job again only when it was a target", async () => {
    const live = [viewRow("5", "DOING"), viewRow("7", "DOING", inTwo)];
    const chosen = await targetOf({ selection: "all", earlier }, { live });
    expect(chosen.selection).toEqual(["one"]);
    expect(watched(chosen)).toEqual(["one/5 DOING"]);
  });

  test("sends no statement when no target runs", async () => {
    const live = [viewRow("5", "CANCELING"), viewRow("6", "DOING"), viewRow("7", "DOING", inTwo)];
    const chosen = await targetOf({ selection: "all", earlier }, { live });
    expect(chosen.selection).toBeUndefined();
    expect(watched(chosen)).toEqual(["one/5 CANCELING"]);
  });

  test("hits no target outside of its scope", async () => {
    const jobs = [backupJob({ tenantId: "1004", tenant: "two", jobId: "5", status: "DOING" })];
    const live = [viewRow("5", "DOING", inTwo)];
    expect((await targetOf({ earlier: { ...ISSUED, jobs } }, { live })).selection).toBeUndefined();
    expect((await targetOf({ selection: "all", earlier: { ...ISSUED, jobs } }, { live })).selection).toEqual([
      "two",
    ]);
  });

  test("watches a job that another cancel has marked since, and none that was started since", async () => {
    const live = [viewRow("6", "CANCELING"), viewRow("7", "DOING")];
    expect(watched(await targetOf({ earlier }, { live }))).toEqual(["one/5 DOING", "one/6 CANCELING"]);
  });

  test("hits the jobs of a cluster backup that had not started them", async () => {
    const starting: EarlierAttempt = { ...ISSUED, jobs: [], startingClusterJobs: ["9"] };
    const chosen = await targetOf({ earlier: starting }, { live: [partViewRow("6", "DOING")] });
    expect(chosen.selection).toEqual(["one"]);
    expect(chosen.watch.startingClusterJobs).toEqual(["9"]);
  });

  test("of a cluster backup still in INIT can only hit everything", async () => {
    const own = backupJob({ tenantId: "1", tenant: "sys", jobId: "9", status: "INIT" });
    const recorded: EarlierAttempt = { ...ISSUED, jobs: [own] };
    const ofAll = async (status: string) =>
      (await targetOf({ selection: "all", earlier: recorded }, { live: [clusterViewRow(status)] })).selection;
    expect(await ofAll("INIT")).toBe("all");
    // Once it has started its jobs they are named, and none of them runs here.
    expect(await ofAll("DOING")).toEqual([]);
  });

  test("hits a tenant that the statement did not reach and whose jobs could not be read", async () => {
    const notCancelled = [{ tenantId: "1004", tenant: "two", reason: "no leader" }];
    const live = [viewRow("6", "DOING"), viewRow("7", "DOING", inTwo)];
    const ofAll = (attempt: EarlierAttempt) => targetOf({ selection: "all", earlier: attempt }, { live });
    const chosen = await ofAll({ ...earlier, notCancelled });
    expect(chosen.selection).toEqual(["two"]);
    expect(watched(chosen)).toEqual(["one/5 DOING", "two/7 DOING"]);
    // With a job in the record its jobs could be read: another one has started since.
    const recorded = backupJob({ tenantId: "1004", tenant: "two", jobId: "6", status: "DOING" });
    expect((await ofAll({ ...earlier, jobs: [recorded], notCancelled })).selection).toBeUndefined();
  });

  test("keeps what its filter has chosen and excluded, and chooses no more", async () => {
    const excluded = [{ tenantId: "1004", tenant: "two", reason: "job 6 is an incremental backup" }];
    const request = {
      selection: "all",
      filter: { types: ["incremental"] },
      requireRestorePoint: true,
      waitForCleanup: true,
      earlier: { ...earlier, excluded },
    } as const;
    const live = [viewRow("5", "DOING", FULL), viewRow("6", "DOING", { ...inTwo, ...INCREMENTAL })];
    // The clock, the backup sets and the cleanup policies are not asked for again.
    const chosen = await targetOf(request, { live });
    expect(chosen).toMatchObject({ selection: ["one"], excluded });
    expect(names(chosen)).toEqual(["one"]);
    expect(await targetOf({ ...request, earlier }, { live })).toMatchObject({ excluded: [] });
  });
});

describe("an attempt whose statement may not have arrived", () => {
  const { issuedAt: _, ...unknown } = ISSUED;
  const earlier: EarlierAttempt = { ...unknown, jobs: [backupJob({ jobId: "5", status: "DOING" })] };

  test.each(["INIT", "DOING"])("sends it again while a job of the scope is %s", async (status) => {
    const chosen = await targetOf({ earlier }, { live: [viewRow("6", status)] });
    expect(chosen.selection).toEqual(["one"]);
    expect(watched(chosen)).toEqual(["one/5 DOING", `one/6 ${status}`]);
  });

  test.each<[string, Row[]]>([
    ["nothing runs", []],
    ["its job is being cancelled", [viewRow("5", "CANCELING")]],
    ["a job of another tenant runs", [viewRow("6", "DOING", inTwo)]],
  ])("does not send it again when %s", async (_, live) => {
    const chosen = await targetOf({ earlier }, { live });
    expect(chosen.selection).toBeUndefined();
    expect(watched(chosen)).toHaveLength(1);
  });

  test("takes the cluster backups over that had not started their jobs", async () => {
    const chosen = await targetOf({ earlier: { ...earlier, startingClusterJobs: ["9"] } });
    expect(chosen.watch.startingClusterJobs).toEqual(["9"]);
  });
});
