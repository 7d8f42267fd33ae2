import { describe, expect, test } from "vitest";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { checkCleanupComes } from "../../../../provider/oceanbase/stop/cleanupWait.ts";
import type { StopRequest } from "../../../../provider/oceanbase/stop/stopRequest.ts";
import { liveJob } from "../../../tools/support/backupJob.ts";
import { type Answer, scriptedCluster, serverInSys } from "../../../tools/support/scriptedSession.ts";
import { planOn } from "../../../tools/support/stopRequest.ts";

const REFUSED = new OceanBaseError("refused", "no", { errno: 1142 });
const ids = ["1002", "1004"];
const policies = (window: string) =>
  ids.map((id) => ({ TENANT_ID: id, POLICY_NAME: "default", RECOVERY_WINDOW: window }));
const data = ids.map((id) => ({ TENANT_ID: id, VALUE: "file:///backup" }));
const archives = ids.map((id) => ({ TENANT_ID: id, DEST_NO: "0" }));

interface Said {
  policies?: Answer[1];
  data?: Answer[1];
  live?: Parameters<typeof checkCleanupComes>[2];
}

/** The check of a request that waits at most a minute for the cleanup in all tenants of a cluster which says this. */
async function check(said: Said = {}, request: Partial<StopRequest> = {}) {
  const { cluster, session } = scriptedCluster(
    serverInSys(),
    [/DELETE_POLICY/, said.policies ?? policies("1m")],
    [/OB_BACKUP_PARAMETER/, said.data ?? data],
    [/OB_ARCHIVE_DEST/, archives],
    [/NOW_TEXT/, [{ NOW_TEXT: "2026-01-01 00:00:00" }]],
  );
  const plan = planOn(cluster, { selection: "all", timeoutSeconds: 60, waitForCleanup: true, ...request });
  await checkCleanupComes(plan, plan.scope, said.live ?? []);
  return session.asked;
}

describe("a wait for the cleanup", () => {
  test("is accepted when every tenant's recovery window is over within the timeout", async () => {
    await check();
    await check({ policies: policies("2m") }, { timeoutSeconds: 120 });
  });

  test("is not looked into unless it is asked for, and in no tenant that is not in the scope", async () => {
    expect(await check({ policies: REFUSED }, { waitForCleanup: false })).toEqual([]);
    expect(await check({ policies: REFUSED }, { selection: ["gone"], ignoreMissing: true })).toEqual([]);
    await check({ policies: policies("1m").slice(0, 1) }, { selection: ["one"] });
  });

  test.each<[string, Said]>([
    ["the cleanup policies", { policies: REFUSED }],
    ["the destinations", { data: REFUSED }],
  ])("is refused when %s cannot be read", async (_, said) => {
    await expect(check(said)).rejects.toMatchObject({
      kind: "refused",
      message:
        "root@sys at db:2881: whether the server cleans up could not be found out (OceanBase 4.2.5.1), so waitForCleanup could wait in vain; leave waitForCleanup out, or make OB_BACKUP_DELETE_POLICY, OB_BACKUP_PARAMETER and OB_ARCHIVE_DEST readable",
    });
  });

  test("is refused with every tenant in which it would be in vain, and why", async () => {
    await expect(check({ policies: policies("").slice(0, 1) })).rejects.toMatchObject({
      kind: "refused",
      message:
        "root@sys at db:2881: waitForCleanup would wait in vain for one (the tenant has a cleanup policy without a recovery window, which cleans nothing), two (the tenant has no automatic cleanup policy); leave waitForCleanup out",
    });
  });

  test("is refused when a live job of a tenant writes to another place than its present destination", async () => {
    const elsewhere = { path: "file:///elsewhere" };
    await expect(check({ live: [liveJob(), liveJob({ tenantId: "1004", ...elsewhere })] })).rejects.toThrow(
      /in vain for two \(it does not lie at the tenant's present backup destination[^)]*\); leave/,
    );
    await expect(check({ live: [liveJob(), liveJob({ jobId: "6", ...elsewhere })] })).rejects.toThrow(
      /in vain for one \(it does not lie/,
    );
    // A cluster backup's own job writes nothing, and a job outside of the scope leaves nothing to wait for.
    await check({ live: [liveJob(), liveJob({ tenantId: "1", ...elsewhere })] });
    await check({ live: [liveJob({ tenantId: "1004", ...elsewhere })] }, { selection: ["one"] });
  });

  test("is refused with the time of the removal when that comes after the timeout", async () => {
    await expect(check({ policies: policies("7d") })).rejects.toMatchObject({
      kind: "refused",
      message:
        "root@sys at db:2881: what a cancel leaves behind is not removed within 60 s in one (recovery window 7d: not before 2026-01-08T00:00:00+08:00), two (recovery window 7d: not before 2026-01-08T00:00:00+08:00); leave waitForCleanup out, or raise timeoutSeconds",
    });
    await expect(check({ policies: policies("61s") })).rejects.toThrow(
      /not before 2026-01-01T00:01:01\+08:00/,
    );
  });
});
