import { describe, expect, test } from "vitest";
import type { Server, Tenant } from "../../../../provider/oceanbase/cluster/server.ts";
import type { Row } from "../../../../provider/oceanbase/connection/driver.ts";
import type { ReadOptions } from "../../../../provider/oceanbase/connection/reader.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { checkRestorePoints, makePlan } from "../../../../provider/oceanbase/stop/plan.ts";
import type { StopRequest } from "../../../../provider/oceanbase/stop/stopRequest.ts";
import {
  type Answer,
  identifying,
  ScriptedSession,
  serverInSys,
  serverInTenant,
  tenant,
} from "../../../tools/support/scriptedSession.ts";
import { stopRequest } from "../../../tools/support/stopRequest.ts";

const control = { progress: () => {} };
const EVERY_POLICY = [{ TENANT_ID: "1002" }, { TENANT_ID: "1004" }];
const UNREADABLE = new OceanBaseError("unsupported", "no such view", { errno: 1146 });

/** A session to a server whose tenants have these cleanup policies. */
const sessionTo = (server: Server, policies: Answer[1] = EVERY_POLICY, ...answers: Answer[]) =>
  new ScriptedSession(...answers, ...identifying(server), [/DELETE_POLICY/, policies]);

const planFor = (session: ScriptedSession, request: Partial<StopRequest> = {}) =>
  makePlan(session, stopRequest({ selection: ["one"], ...request }), control);

/** A server with these user tenants. */
const serverWith = (...users: Tenant[]) => serverInSys({ tenants: [tenant("1", "sys"), ...users] });

describe("a plan", () => {
  test("has the cluster, the request and the tenants of its scope", async () => {
    const request = stopRequest({ selection: ["one"] });
    const plan = await makePlan(sessionTo(serverInSys()), request, control);
    expect(plan.cluster.server).toEqual(serverInSys());
    expect(plan.request).toBe(request);
    expect(plan.control).toBe(control);
    expect(plan.scope).toEqual({
      selection: ["one"],
      tenants: [tenant("1002", "one")],
      skipped: [],
      missing: [],
    });
    expect(plan.warnings).toEqual([]);
  });

  test("accepts the cluster of the record, and refuses another one before it asks for policies", async () => {
    const record = { cluster: "prod", clusterId: "7", tenant: "sys" };
    await planFor(sessionTo(serverInSys()), { record });
    const session = sessionTo(serverInSys({ clusterId: "8" }));
    await expect(planFor(session, { record })).rejects.toMatchObject({ kind: "otherCluster" });
    expect(session.asked.map(({ sql }) => sql).join()).not.toContain("DELETE_POLICY");
  });

  test("is refused when a named tenant is locked, and not when all are meant", async () => {
    const server = serverWith(tenant("1002", "one"), tenant("1004", "two", { locked: true }));
    await expect(planFor(sessionTo(server), { selection: ["one", "two"] })).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringContaining("tenant two is locked"),
    });
    expect((await planFor(sessionTo(server), { selection: "all" })).scope.tenants).toHaveLength(2);
  });

  test("warns of named tenants that do not exist at a teardown, and of those that the server skips", async () => {
    const server = serverWith(tenant("1002", "one", { status: "RESTORE" }), tenant("1004", "two"));
    // The skipped one has no cleanup policy: nothing of it is cancelled, so nothing is left behind.
    const session = sessionTo(server, [{ TENANT_ID: "1004" }]);
    const plan = await planFor(session, { selection: ["one", "two", "gone"], ignoreMissing: true });
    expect(plan.warnings).toEqual([
      "tenant gone does not exist, which counts as stopped",
      "tenant one is RESTORE: the server passes it over, so its backups are not stopped",
    ]);
  });
});

describe("an answer of a second ago", () => {
  /** A session whose answers of a second ago know only tenant `one`. */
  class SessionWithPast extends ScriptedSession {
    readonly agesMs: number[] = [];

    constructor(server = serverInSys()) {
      super([/OB_VERSION/, () => this.tenantsAt(server)], ...identifying(server), [
        /DELETE_POLICY/,
        EVERY_POLICY,
      ]);
    }

    override async read<T = Row[]>(sql: string, doing: string, options: ReadOptions<T> = {}): Promise<T> {
      if (/OB_VERSION/.test(sql)) this.agesMs.push(options.maxAgeMs ?? 0);
      return await super.read(sql, doing, options);
    }

    private tenantsAt(server: Server): Row[] {
      const [, rows] = identifying(server)[0] as readonly [RegExp, Row[]];
      return this.agesMs.at(-1) === 0 ? rows : rows.filter((row) => row.TENANT_NAME !== "two");
    }
  }

  test.each<[string, Partial<StopRequest>, number[]]>([
    ["serves a plan whose named tenants it knows", { selection: ["one"] }, [1000]],
    ["does not serve a plan with a tenant that it does not know", { selection: ["one", "two"] }, [1000, 0]],
    ["does not serve a plan for all tenants", { selection: "all" }, [0]],
    ["does not serve a teardown", { selection: ["one"], ignoreMissing: true }, [0]],
  ])("%s", async (_, request, agesMs) => {
    const session = new SessionWithPast();
    const { scope } = await planFor(session, request);
    expect(session.agesMs).toEqual(agesMs);
    expect(scope.tenants).toHaveLength(request.selection === "all" ? 2 : (request.selection?.length ?? 0));
  });

  test("does not serve a plan for the login's own tenant", async () => {
    const session = new SessionWithPast(serverInTenant());
    await planFor(session, { selection: "own", loginTenant: "one" });
    expect(session.agesMs).toEqual([0]);
  });
});

describe("a cleanup policy", () => {
  const UNCOVERED = "no automatic cleanup policy for one, two: what a cancelled backup leaves behind stays";
  const NOT_FOUND_OUT =
    "whether the tenants have a cleanup policy could not be found out (OceanBase 4.2.5.1), so waitForCleanup could wait in vain; leave it out, or make the view OB_BACKUP_DELETE_POLICY readable";

  test("covers its tenant, and a plan warns of the tenants without one", async () => {
    const plan = await planFor(sessionTo(serverInSys(), [{ TENANT_ID: "1004" }]), { selection: "all" });
    expect([...plan.coveredIds]).toEqual(["1004"]);
    expect(plan.warnings).toEqual([
      "no automatic cleanup policy for one: what a cancelled backup leaves behind stays; add a BackupCleanupPolicy",
    ]);
  });

  test("is neither assumed nor missed when the view of policies cannot be read", async () => {
    const plan = await planFor(sessionTo(serverInSys(), UNREADABLE));
    expect([...plan.coveredIds]).toEqual([]);
    expect(plan.warnings).toEqual([]);
  });

  test.each<[string, Answer[1], string]>([
    ["is missing", [], `${UNCOVERED}, so waitForCleanup would wait in vain; add a BackupCleanupPolicy`],
    ["cannot be looked for", UNREADABLE, NOT_FOUND_OUT],
  ])("that %s makes a plan with waitForCleanup be refused", async (_, policies, why) => {
    const session = sessionTo(serverInSys(), policies);
    await expect(planFor(session, { selection: "all", waitForCleanup: true })).rejects.toMatchObject({
      kind: "refused",
      message: `root@sys at db:2881: ${why}`,
    });
  });

  test("of every tenant of the scope lets a plan wait for the cleanup", async () => {
    const plan = await planFor(sessionTo(serverInSys(), [{ TENANT_ID: "1002" }]), { waitForCleanup: true });
    expect([...plan.coveredIds]).toEqual(["1002"]);
  });
});

describe("a required restore point", () => {
  const planWith = (requireRestorePoint: boolean, fullBackups: Row[]) =>
    planFor(sessionTo(serverInSys(), EVERY_POLICY, [/SET_FILES/, fullBackups]), {
      selection: "all",
      requireRestorePoint,
    });

  test("that some tenants of the scope lack refuses the action and names those tenants", async () => {
    const plan = await planWith(true, []);
    await expect(checkRestorePoints(plan, plan.scope)).rejects.toMatchObject({
      kind: "refused",
      message:
        "root@sys at db:2881: no complete full backup to restore one, two from, so nothing was cancelled (requireRestorePoint); let a full backup of it complete, or leave it out",
    });
  });

  test("is looked for in the tenants of the scope alone", async () => {
    const plan = await planWith(true, [{ TENANT_ID: "1002" }]);
    await checkRestorePoints(plan, { ...plan.scope, tenants: [tenant("1002", "one")] });
    await expect(checkRestorePoints(plan, plan.scope)).rejects.toThrow(/to restore two from/);
  });

  test("is not looked for unless it is asked for", async () => {
    const session = sessionTo(serverInSys());
    const plan = await planFor(session);
    await checkRestorePoints(plan, plan.scope);
    expect(session.asked.map(({ sql }) => sql).join()).not.toContain("SET_FILES");
  });
});
