import { describe, expect, test } from "vitest";
import type { Server, Tenant } from "../../../../provider/oceanbase/cluster/server.ts";
import type { Row } from "../../../../provider/oceanbase/connection/driver.ts";
import type { JoinedQuery, ReadOptions } from "../../../../provider/oceanbase/connection/reader.ts";
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
/** A row of the view of cleanup policies. */
const policyOf = (TENANT_ID: string, changes: Row = {}): Row => ({
  TENANT_ID,
  POLICY_NAME: "default",
  RECOVERY_WINDOW: "7d",
  ...changes,
});
const EVERY_POLICY = [policyOf("1002"), policyOf("1004")];
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
    const session = sessionTo(server, [policyOf("1004")]);
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

    override async read<T = Row[]>(
      query: string | JoinedQuery,
      doing: string,
      options: ReadOptions<T> = {},
    ): Promise<T> {
      if (/OB_VERSION/.test(String(query))) this.agesMs.push(options.maxAgeMs ?? 0);
      return await super.read(query, doing, options);
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

describe("the timeout of a plan", () => {
  test.each([
    ["4.1.0.2", undefined, 1200],
    ["4.2.5.1", undefined, 900],
    ["4.2.5.1", 0, 0],
    ["4.2.5.1", 5, 5],
  ])("on %s with %j asked for is %i s", async (version, timeoutSeconds, seconds) => {
    const plan = await planFor(sessionTo(serverInSys({ version })), { timeoutSeconds });
    expect(plan.timeoutSeconds).toBe(seconds);
  });
});

describe("a tenant in the recycle bin", () => {
  const tenants = [tenant("1", "sys"), tenant("1002", "one", { inRecycleBin: true })];
  const planOn = (version: string) => planFor(sessionTo(serverInSys({ version, tenants })));

  test("is skipped with a warning where the server passes it over", async () => {
    const { scope, warnings } = await planOn("4.3.5.1");
    expect(scope).toMatchObject({ tenants: [], skipped: [{ name: "one" }] });
    expect(warnings).toEqual([
      "tenant one is in the recycle bin: the server passes it over, so its backups are not stopped",
    ]);
  });

  test("is one of the scope like any other before that", async () => {
    const { scope, warnings } = await planOn("4.2.5.1");
    expect(scope).toMatchObject({ tenants: [{ name: "one" }], skipped: [] });
    expect(warnings).toEqual([]);
  });
});

describe("the warnings of a plan", () => {
  const STAYS =
    "what a cancelled backup leaves behind stays; add a BackupCleanupPolicy with a recoveryWindow";
  const warnings = async (policies: Answer[1]) =>
    (await planFor(sessionTo(serverInSys(), policies), { selection: "all" })).warnings;

  test("name the tenants without a cleanup policy, once for each reason", async () => {
    expect(await warnings([policyOf("1004")])).toEqual([`no automatic cleanup policy for one: ${STAYS}`]);
    expect(await warnings([])).toEqual([`no automatic cleanup policy for one, two: ${STAYS}`]);
    const noWindow = policyOf("1002", { RECOVERY_WINDOW: "" });
    expect(await warnings([noWindow])).toEqual([
      `a cleanup policy without a recovery window, which cleans nothing for one: ${STAYS}`,
      `no automatic cleanup policy for two: ${STAYS}`,
    ]);
  });

  test("say nothing of cleanup policies when the view of them cannot be read", async () => {
    expect(await warnings(UNREADABLE)).toEqual([]);
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
