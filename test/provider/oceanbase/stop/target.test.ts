import { describe, expect, test } from "vitest";
import type { Scope } from "../../../../provider/oceanbase/cluster/scope.ts";
import type { Row } from "../../../../provider/oceanbase/connection/driver.ts";
import type { JobRow } from "../../../../provider/oceanbase/jobs/backupJobs.ts";
import { selectionFor } from "../../../../provider/oceanbase/stop/target.ts";
import { clusterViewRow, liveJob, viewRow } from "../../../tools/support/backupJob.ts";
import { serverInSys, serverInTenant, tenant } from "../../../tools/support/scriptedSession.ts";
import { FULL, INCREMENTAL, inTwo, names, targetOf, watched } from "../../../tools/support/target.ts";

describe("a first attempt", () => {
  test("names its tenants even when nothing runs", async () => {
    const chosen = await targetOf({ selection: ["one", "two"] });
    expect(chosen).toMatchObject({ selection: ["one", "two"], excluded: [] });
    expect(watched(chosen)).toEqual([]);
  });

  test.each([
    ["all" as const, serverInSys()],
    ["own" as const, serverInTenant()],
  ])("of %s asks for these tenants when nothing runs", async (selection, server) => {
    expect((await targetOf({ selection }, { server })).selection).toBe(selection);
  });

  test("watches the live jobs of its scope, those that are being cancelled among them", async () => {
    const live = [viewRow("5", "DOING"), viewRow("6", "CANCELING"), viewRow("5", "DOING", inTwo)];
    const chosen = await targetOf({}, { live });
    expect(watched(chosen)).toEqual(["one/5 DOING", "one/6 CANCELING"]);
    expect(chosen.selection).toEqual(["one"]);
  });

  test("follows a cluster backup that is still in INIT into the jobs that it will start", async () => {
    const chosen = await targetOf({}, { live: [clusterViewRow("INIT")] });
    expect(chosen.watch.startingClusterJobs).toEqual(["9"]);
    expect(chosen.watch.isTarget(liveJob({ initiatorTenantId: "1", initiatorJobId: "9" }))).toBe(true);
    expect((await targetOf({}, { live: [clusterViewRow("DOING")] })).watch.startingClusterJobs).toEqual([]);
  });

  test("names tenants last whose jobs cannot be read, and waits for none of their jobs that it has not seen", async () => {
    const live = [viewRow("5", "DOING"), viewRow("6", "DOING", inTwo)];
    const chosen = await targetOf({ selection: ["one", "two"] }, { live, leaderless: "1002" });
    expect(chosen.selection).toEqual(["two", "one"]);
    expect(names(chosen)).toEqual(["two", "one"]);
    expect(watched(chosen)).toEqual(["two/6 DOING"]);
    // All can be cancelled with one of them without a leader: there is no order of names.
    expect((await targetOf({ selection: "all" }, { live, leaderless: "1002" })).selection).toBe("all");
  });

  test("names a skipped tenant after those whose jobs cannot be read", async () => {
    const users = [
      tenant("1002", "one"),
      tenant("1004", "two"),
      tenant("1006", "three", { status: "RESTORE" }),
    ];
    const server = serverInSys({ tenants: [tenant("1", "sys"), ...users] });
    const chosen = await targetOf({ selection: ["three", "one", "two"] }, { server, leaderless: "1002" });
    expect(chosen.selection).toEqual(["two", "one", "three"]);
  });

  test("is refused without the restore point that is required", async () => {
    const required = { selection: "all", requireRestorePoint: true } as const;
    await expect(targetOf(required, { fullBackups: [{ TENANT_ID: "1002" }] })).rejects.toThrow(
      /no complete full backup to restore two from/,
    );
  });

  test("is refused when its wait for the cleanup would be in vain", async () => {
    const waiting = { selection: "all", waitForCleanup: true } as const;
    await targetOf(waiting, { covered: ["1002", "1004"] });
    await expect(targetOf(waiting, { covered: ["1004"] })).rejects.toThrow(/wait in vain for one/);
    const live = [viewRow("5", "DOING", { PATH: "file:///elsewhere" })];
    await expect(targetOf(waiting, { live, covered: ["1002", "1004"] })).rejects.toThrow(
      /wait in vain for one/,
    );
  });
});

describe("a filter", () => {
  const onlyIncremental = { selection: "all", filter: { types: ["incremental"] } } as const;
  const live = [viewRow("5", "DOING", FULL), viewRow("6", "DOING", { ...inTwo, ...INCREMENTAL })];

  test("narrows the scope to the tenants that it hits, and excludes the others with the reason", async () => {
    const chosen = await targetOf(onlyIncremental, { live });
    expect(chosen.selection).toEqual(["two"]);
    expect(chosen.scope).toMatchObject({ selection: ["two"], skipped: [], missing: [] });
    expect(names(chosen)).toEqual(["two"]);
    expect(chosen.excluded).toEqual([{ tenantId: "1002", tenant: "one", reason: "job 5 is a full backup" }]);
    expect(watched(chosen)).toEqual(["two/6 DOING"]);
  });

  test("by age reads the server's clock", async () => {
    const older = (olderThanSeconds: number) =>
      targetOf({ filter: { olderThanSeconds } }, { live: [viewRow("5", "DOING", FULL)] });
    expect((await older(599)).selection).toEqual(["one"]);
    expect(await older(600)).toMatchObject({ selection: [], excluded: [{ tenant: "one" }] });
  });

  test("excludes nothing outside of the named tenants", async () => {
    const chosen = await targetOf({ ...onlyIncremental, selection: ["two"] }, { live });
    expect(chosen).toMatchObject({ selection: ["two"], excluded: [] });
  });

  test("excludes a locked tenant that it would hit, because it cannot be named", async () => {
    const tenants = [tenant("1", "sys"), tenant("1002", "one"), tenant("1004", "two", { locked: true })];
    const server = serverInSys({ tenants });
    const full = { selection: "all", filter: { types: ["full"] } } as const;
    const running = [viewRow("5", "DOING", FULL), viewRow("6", "DOING", { ...inTwo, ...FULL })];
    const chosen = await targetOf(full, { server, live: running });
    expect(chosen.selection).toEqual(["one"]);
    expect(chosen.excluded).toEqual([
      { tenantId: "1004", tenant: "two", reason: "the tenant is locked, and then it cannot be named" },
    ]);
    // A locked tenant without a job is none that the filter lets through.
    expect((await targetOf(full, { server, live: running.slice(0, 1) })).excluded).toEqual([]);
  });

  test("lets the cleanup be waited for when the tenants that it hits have a policy", async () => {
    const waiting = { ...onlyIncremental, waitForCleanup: true };
    const written = live.map((row) => ({ ...row, PATH: "file:///backup" }));
    expect(await targetOf(waiting, { live: written, covered: ["1004"] })).toMatchObject({
      selection: ["two"],
    });
    await expect(targetOf(waiting, { live: written, covered: ["1002"] })).rejects.toThrow(
      /wait in vain for two/,
    );
  });

  test("excludes a tenant whose jobs cannot be read", async () => {
    const chosen = await targetOf(onlyIncremental, { live, leaderless: "1002" });
    expect(chosen.selection).toEqual(["two"]);
    expect(chosen.excluded).toEqual([
      { tenantId: "1002", tenant: "one", reason: "its jobs cannot be read: no server leads the tenant" },
    ]);
  });

  test("that hits no tenant names none", async () => {
    expect(await targetOf(onlyIncremental, { live: live.slice(0, 1) })).toMatchObject({ selection: [] });
    expect(await targetOf(onlyIncremental)).toMatchObject({ selection: [], excluded: [] });
  });

  test("in a user tenant hits its own backups or names none", async () => {
    const asked = { ...onlyIncremental, selection: "own" } as const;
    const inTenant = (changes: Row) =>
      targetOf(asked, { server: serverInTenant(), live: [viewRow("5", "DOING", changes)] });
    expect(await inTenant(INCREMENTAL)).toMatchObject({ selection: "own", excluded: [] });
    expect(await inTenant(FULL)).toMatchObject({ selection: [], excluded: [{ tenant: "one" }] });
  });

  test("does not follow a cluster backup into the jobs that it will start", async () => {
    const chosen = await targetOf(onlyIncremental, { live: [clusterViewRow("INIT"), ...live] });
    expect(chosen.watch.startingClusterJobs).toEqual([]);
    expect(watched(chosen)).toEqual(["two/6 DOING"]);
  });

  test("asks for a restore point of the tenants that it hits alone", async () => {
    const required = { ...onlyIncremental, requireRestorePoint: true };
    expect(await targetOf(required, { live, fullBackups: [{ TENANT_ID: "1004" }] })).toMatchObject({
      selection: ["two"],
    });
    await expect(targetOf(required, { live, fullBackups: [{ TENANT_ID: "1002" }] })).rejects.toThrow(
      /to restore two from/,
    );
  });
});

describe("the selection for jobs", () => {
  const users = [tenant("1002", "one"), tenant("1004", "two", { locked: true })];
  const server = serverInSys({ tenants: [tenant("1", "sys"), ...users] });
  const scopeOf = (selection: Scope["selection"]): Scope => ({
    selection,
    tenants: users,
    skipped: [],
    missing: [],
  });
  const clusterJob = (status: string) => liveJob({ tenantId: "1", jobId: "9", status });

  test.each<[string, JobRow[], Scope["selection"]]>([
    ["names each tenant once", [liveJob(), liveJob({ jobId: "6" })], ["one"]],
    ["is all for a tenant that is locked", [liveJob(), liveJob({ tenantId: "1004" })], "all"],
    ["is all for a tenant that was created since", [liveJob({ tenantId: "1006" })], "all"],
    ["is all for a cluster backup in INIT", [liveJob(), clusterJob("INIT")], "all"],
    ["leaves a cluster backup out that has started its jobs", [liveJob(), clusterJob("DOING")], ["one"]],
  ])("%s", (_, jobs, selection) => {
    expect(selectionFor(scopeOf("all"), { address: "at", server }, jobs)).toEqual(selection);
  });

  test("is never more than the scope", () => {
    const named = scopeOf(["one", "two"]);
    expect(selectionFor(named, { address: "at", server }, [clusterJob("INIT")])).toEqual(["one", "two"]);
    const own = { address: "at", server: serverInTenant() };
    expect(selectionFor(scopeOf("own"), own, [liveJob()])).toBe("own");
  });
});
