import { expect, test } from "vitest";
import type { Tenant } from "../../../../provider/oceanbase/cluster/server.ts";
import type { JobRow } from "../../../../provider/oceanbase/jobs/backupJobs.ts";
import type { JobSnapshot } from "../../../../provider/oceanbase/jobs/jobList.ts";
import { forecastOf } from "../../../../provider/resources/doctor/forecasts.ts";
import { liveJob } from "../../../tools/support/backupJob.ts";
import { serverInSys, serverInTenant, tenant } from "../../../tools/support/scriptedSession.ts";

const JOB = liveJob({ jobId: "7", startedAt: "2026-01-01 00:00:00" });

/** What is foretold of a job where these tenants are, seen from sys. */
function foretold(
  change: Partial<JobRow>,
  tenants: readonly Tenant[] = [tenant("1002", "one")],
  version = "4.2.5.1",
) {
  const server = serverInSys({ version, tenants: [tenant("1", "sys"), ...tenants] });
  return forecastIn(server, { ...JOB, ...change });
}

function forecastIn(server: JobSnapshot["server"], job: JobRow) {
  const snapshot = { address: "root@sys at db:2881", server, now: "2026-01-01 00:01:00", live: [job] };
  return forecastOf(job, { ...snapshot, unreadable: new Set(), tasks: new Map() });
}

const NAMED = "ALTER SYSTEM CANCEL BACKUP TENANT = `one`";

test.each([
  ["INIT", "cancels it"],
  ["DOING", "cancels it"],
  ["CANCELING", "does nothing more: it is being cancelled already"],
  ["CANCELED", "does nothing: it is CANCELED"],
  ["COMPLETED", "does nothing: it is COMPLETED"],
  ["PAUSED", "does nothing: it is PAUSED"],
])("a job that is %s: CancelBackup %s", (status, effect) => {
  expect(foretold({ status })).toMatchObject({
    isFor: "this tenant",
    effect,
    statement: NAMED,
    ageSeconds: 60,
  });
});

test("a job in a tenant that is gone is left alone, and nothing can be sent for it", () => {
  const { effect, statement } = foretold({ tenantId: "1099" });
  expect([effect, statement]).toEqual(["does nothing: the tenant is gone", undefined]);
});

test("a tenant whose name is never sent is reached by all", () => {
  const { effect, statement } = foretold({}, [tenant("1002", "a;b")]);
  expect(effect).toBe(`fails by the tenant's name, which has a semicolon; tenants: "all" cancels it`);
  expect(statement).toBeUndefined();
});

test("a tenant in the recycle bin is passed over from 4.3.3 on, and reached before", () => {
  const dropped = [tenant("1002", "one", { inRecycleBin: true })];
  expect(foretold({}, dropped, "4.3.5.1").effect).toBe(
    "does nothing: the server passes the tenant over (in the recycle bin)",
  );
  expect(foretold({}, dropped).effect).toBe("cancels it");
});

test("the own job of a cluster backup can be cancelled with all others only", () => {
  expect(foretold({ tenantId: "1" })).toMatchObject({
    isFor: "all tenants",
    effect: "cancels it",
    statement: "ALTER SYSTEM CANCEL BACKUP",
  });
});

test("from its own login a tenant is not named", () => {
  expect(forecastIn(serverInTenant(), JOB)).toMatchObject({
    isFor: "this tenant",
    effect: "cancels it",
    statement: "ALTER SYSTEM CANCEL BACKUP",
  });
});
