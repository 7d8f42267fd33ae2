import { describe, expect, test } from "vitest";
import { resolveScope, type Scope } from "../../../../provider/oceanbase/cluster/scope.ts";
import type { Server } from "../../../../provider/oceanbase/cluster/server.ts";
import type { Row } from "../../../../provider/oceanbase/connection/driver.ts";
import type { JobRow } from "../../../../provider/oceanbase/jobs/backupJobs.ts";
import type { EarlierAttempt, StopRequest } from "../../../../provider/oceanbase/stop/stopRequest.ts";
import { chooseTarget, selectionFor, type Target } from "../../../../provider/oceanbase/stop/target.ts";
import {
  backupJob,
  clusterViewRow,
  liveJob,
  partViewRow,
  viewRow,
} from "../../../tools/support/backupJob.ts";
import {
  type Answer,
  scriptedCluster,
  serverInSys,
  serverInTenant,
  tenant,
} from "../../../tools/support/scriptedSession.ts";
import { stopRequest } from "../../../tools/support/stopRequest.ts";

interface Situation {
  server?: Server;
  /** The rows of the live view. */
  live?: Row[];
  /** The tenants that a complete full backup exists of; absent: they may not be asked for. */
  fullBackups?: Row[];
}

/** The target of a request in this situation; what the situation does not have must not be asked for. */
async function target(
  request: Partial<StopRequest>,
  { server = serverInSys(), live = [], fullBackups }: Situation = {},
): Promise<Target> {
  const answers: Answer[] = [[/OB_BACKUP_JOBS/, live]];
  if (request.filter !== undefined) answers.push([/NOW_TEXT/, [{ NOW_TEXT: "2026-01-01 00:10:00" }]]);
  if (fullBackups !== undefined) answers.push([/SET_FILES/, fullBackups]);
  const { cluster } = scriptedCluster(server, ...answers);
  const asked = stopRequest({ selection: ["one"], loginTenant: server.tenant.name, ...request });
  return await chooseTarget({
    cluster,
    request: asked,
    control: { progress: () => {} },
    scope: resolveScope(cluster, asked),
    coveredIds: new Set(),
    warnings: [],
  });
}

/** The jobs that a target watches, as `tenant/job STATUS`. */
const watched = ({ watch }: Target) => watch.jobs.map((job) => `${job.tenant}/${job.jobId} ${job.status}`);
const names = ({ scope }: Target) => scope.tenants.map(({ name }) => name);

const inTwo = { TENANT_ID: "1004", INITIATOR_TENANT_ID: "1004" };
const STARTED = { START_TIMESTAMP: "2026-01-01 00:00:00" };
const FULL = { ...STARTED, BACKUP_TYPE: "FULL" };
const INCREMENTAL = { ...STARTED, BACKUP_TYPE: "INC" };
const ISSUED = { statement: "ALTER SYSTEM CANCEL BACKUP", issuedAt: "2026-01-01T00:00:00.000Z" };

describe("a first attempt", () => {
  test("names its tenants even when nothing runs", async () => {
    const chosen = await target({ selection: ["one", "two"] });
    expect(chosen).toMatchObject({ selection: ["one", "two"], excluded: [] });
    expect(watched(chosen)).toEqual([]);
  });

  test.each([
    ["all" as const, serverInSys()],
    ["own" as const, serverInTenant()],
  ])("of %s asks for these tenants when nothing runs", async (selection, server) => {
    expect((await target({ selection }, { server })).selection).toBe(selection);
  });

  test("watches the live jobs of its scope, those that are being cancelled among them", async () => {
    const live = [viewRow("5", "DOING"), viewRow("6", "CANCELING"), viewRow("5", "DOING", inTwo)];
    const chosen = await target({}, { live });
    expect(watched(chosen)).toEqual(["one/5 DOING", "one/6 CANCELING"]);
    expect(chosen.selection).toEqual(["one"]);
  });

  test("follows a cluster backup that is still in INIT into the jobs that it will start", async () => {
    const chosen = await target({}, { live: [clusterViewRow("INIT")] });
    expect(chosen.watch.startingClusterJobs).toEqual(["9"]);
    expect(chosen.watch.isTarget(liveJob({ initiatorTenantId: "1", initiatorJobId: "9" }))).toBe(true);
    expect((await target({}, { live: [clusterViewRow("DOING")] })).watch.startingClusterJobs).toEqual([]);
  });

  test("is refused without the restore point that is required", async () => {
    const required = { selection: "all", requireRestorePoint: true } as const;
    await expect(target(required, { fullBackups: [{ TENANT_ID: "1002" }] })).rejects.toThrow(
      /no complete full backup to restore two from/,
    );
  });
});

describe("a filter", () => {
  const onlyIncremental = { selection: "all", filter: { types: ["incremental"] } } as const;
  const live = [viewRow("5", "DOING", FULL), viewRow("6", "DOING", { ...inTwo, ...INCREMENTAL })];

  test("narrows the scope to the tenants that it hits, and excludes the others with the reason", async () => {
    const chosen = await target(onlyIncremental, { live });
    expect(chosen.selection).toEqual(["two"]);
    expect(chosen.scope).toMatchObject({ selection: ["two"], skipped: [], missing: [] });
    expect(names(chosen)).toEqual(["two"]);
    expect(chosen.excluded).toEqual([{ tenantId: "1002", tenant: "one", reason: "job 5 is a full backup" }]);
    expect(watched(chosen)).toEqual(["two/6 DOING"]);
  });

  test("by age reads the server's clock", async () => {
    const older = (olderThanSeconds: number) =>
      target({ filter: { olderThanSeconds } }, { live: [viewRow("5", "DOING", FULL)] });
    expect((await older(599)).selection).toEqual(["one"]);
    expect(await older(600)).toMatchObject({ selection: [], excluded: [{ tenant: "one" }] });
  });

  test("excludes nothing outside of the named tenants", async () => {
    const chosen = await target({ ...onlyIncremental, selection: ["two"] }, { live });
    expect(chosen).toMatchObject({ selection: ["two"], excluded: [] });
  });

  test("excludes a locked tenant that it would hit, because it cannot be named", async () => {
    const tenants = [tenant("1", "sys"), tenant("1002", "one"), tenant("1004", "two", { locked: true })];
    const server = serverInSys({ tenants });
    const full = { selection: "all", filter: { types: ["full"] } } as const;
    const running = [viewRow("5", "DOING", FULL), viewRow("6", "DOING", { ...inTwo, ...FULL })];
    const chosen = await target(full, { server, live: running });
    expect(chosen.selection).toEqual(["one"]);
    expect(chosen.excluded).toEqual([
      { tenantId: "1004", tenant: "two", reason: "the tenant is locked, and then it cannot be named" },
    ]);
    // A locked tenant without a job is none that the filter lets through.
    expect((await target(full, { server, live: running.slice(0, 1) })).excluded).toEqual([]);
  });

  test("that hits no tenant names none", async () => {
    expect(await target(onlyIncremental, { live: live.slice(0, 1) })).toMatchObject({ selection: [] });
    expect(await target(onlyIncremental)).toMatchObject({ selection: [], excluded: [] });
  });

  test("in a user tenant hits its own backups or names none", async () => {
    const asked = { ...onlyIncremental, selection: "own" } as const;
    const inTenant = (changes: Row) =>
      target(asked, { server: serverInTenant(), live: [viewRow("5", "DOING", changes)] });
    expect(await inTenant(INCREMENTAL)).toMatchObject({ selection: "own", excluded: [] });
    expect(await inTenant(FULL)).toMatchObject({ selection: [], excluded: [{ tenant: "one" }] });
  });

  test("does not follow a cluster backup into the jobs that it will start", async () => {
    const chosen = await target(onlyIncremental, { live: [clusterViewRow("INIT"), ...live] });
    expect(chosen.watch.startingClusterJobs).toEqual([]);
    expect(watched(chosen)).toEqual(["two/6 DOING"]);
  });

  test("asks for a restore point of the tenants that it hits alone", async () => {
    const required = { ...onlyIncremental, requireRestorePoint: true };
    expect(await target(required, { live, fullBackups: [{ TENANT_ID: "1004" }] })).toMatchObject({
      selection: ["two"],
    });
    await expect(target(required, { live, fullBackups: [{ TENANT_ID: "1002" }] })).rejects.toThrow(
      /to restore two from/,
    );
  });
});

describe("a resumed attempt whose statement has arrived", () => {
  const earlier: EarlierAttempt = { ...ISSUED, jobs: [backupJob({ jobId: "5", status: "DOING" })] };

  test("hits a running job again only when it was a target", async () => {
    const live = [viewRow("5", "DOING"), viewRow("7", "DOING", inTwo)];
    const chosen = await target({ selection: "all", earlier }, { live });
    expect(chosen.selection).toEqual(["one"]);
    expect(watched(chosen)).toEqual(["one/5 DOING"]);
  });

  test("sends no statement when no target runs", async () => {
    const live = [viewRow("5", "CANCELING"), viewRow("6", "DOING"), viewRow("7", "DOING", inTwo)];
    const chosen = await target({ selection: "all", earlier }, { live });
    expect(chosen.selection).toBeUndefined();
    expect(watched(chosen)).toEqual(["one/5 CANCELING"]);
  });

  test("hits no target outside of its scope", async () => {
    const jobs = [backupJob({ tenantId: "1004", tenant: "two", jobId: "5", status: "DOING" })];
    const live = [viewRow("5", "DOING", inTwo)];
    expect((await target({ earlier: { ...ISSUED, jobs } }, { live })).selection).toBeUndefined();
    expect((await target({ selection: "all", earlier: { ...ISSUED, jobs } }, { live })).selection).toEqual([
      "two",
    ]);
  });

  test("watches a job that another cancel has marked since, and none that was started since", async () => {
    const live = [viewRow("6", "CANCELING"), viewRow("7", "DOING")];
    expect(watched(await target({ earlier }, { live }))).toEqual(["one/5 DOING", "one/6 CANCELING"]);
  });

  test("hits the jobs of a cluster backup that had not started them", async () => {
    const starting: EarlierAttempt = { ...ISSUED, jobs: [], startingClusterJobs: ["9"] };
    const chosen = await target({ earlier: starting }, { live: [partViewRow("6", "DOING")] });
    expect(chosen.selection).toEqual(["one"]);
    expect(chosen.watch.startingClusterJobs).toEqual(["9"]);
  });

  test("of a cluster backup still in INIT can only hit everything", async () => {
    const own = backupJob({ tenantId: "1", tenant: "sys", jobId: "9", status: "INIT" });
    const recorded: EarlierAttempt = { ...ISSUED, jobs: [own] };
    const ofAll = async (status: string) =>
      (await target({ selection: "all", earlier: recorded }, { live: [clusterViewRow(status)] })).selection;
    expect(await ofAll("INIT")).toBe("all");
    // Once it has started its jobs they are named, and none of them runs here.
    expect(await ofAll("DOING")).toEqual([]);
  });

  test("keeps what its filter has chosen and excluded, and chooses no more", async () => {
    const excluded = [{ tenantId: "1004", tenant: "two", reason: "job 6 is an incremental backup" }];
    const request = {
      selection: "all",
      filter: { types: ["incremental"] },
      requireRestorePoint: true,
      earlier: { ...earlier, excluded },
    } as const;
    const live = [viewRow("5", "DOING", FULL), viewRow("6", "DOING", { ...inTwo, ...INCREMENTAL })];
    // Neither the clock nor the backup sets are asked for again.
    const chosen = await target(request, { live });
    expect(chosen).toMatchObject({ selection: ["one"], excluded });
    expect(names(chosen)).toEqual(["one"]);
    expect(await target({ ...request, earlier }, { live })).toMatchObject({ excluded: [] });
  });
});

describe("an attempt whose statement may not have arrived", () => {
  const { issuedAt: _, ...unknown } = ISSUED;
  const earlier: EarlierAttempt = { ...unknown, jobs: [backupJob({ jobId: "5", status: "DOING" })] };

  test.each(["INIT", "DOING"])("sends it again while a job of the scope is %s", async (status) => {
    const chosen = await target({ earlier }, { live: [viewRow("6", status)] });
    expect(chosen.selection).toEqual(["one"]);
    expect(watched(chosen)).toEqual(["one/5 DOING", `one/6 ${status}`]);
  });

  test.each<[string, Row[]]>([
    ["nothing runs", []],
    ["its job is being cancelled", [viewRow("5", "CANCELING")]],
    ["a job of another tenant runs", [viewRow("6", "DOING", inTwo)]],
  ])("does not send it again when %s", async (_, live) => {
    const chosen = await target({ earlier }, { live });
    expect(chosen.selection).toBeUndefined();
    expect(watched(chosen)).toHaveLength(1);
  });

  test("takes the cluster backups over that had not started their jobs", async () => {
    const chosen = await target({ earlier: { ...earlier, startingClusterJobs: ["9"] } });
    expect(chosen.watch.startingClusterJobs).toEqual(["9"]);
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
