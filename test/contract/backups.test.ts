import { afterAll, describe, expect, test, vi } from "vitest";
import { identify } from "../../provider/oceanbase/cluster/cluster.ts";
import type { Login } from "../../provider/oceanbase/connection/login.ts";
import { listJobs } from "../../provider/oceanbase/jobs/jobList.ts";
import type { TenantSelection } from "../../provider/oceanbase/statements.ts";
import { stopBackups } from "../../provider/oceanbase/stop/stopBackups.ts";
import { Asker, withSession } from "./asker.ts";
import { rightAnswersOf } from "./rightAnswers.ts";
import { openSubjects } from "./subjects.ts";

/*
 * Backups that are started and cancelled, where that is allowed.
 */
const subjects = await openSubjects();
const asker = new Asker();
afterAll(async () => {
  asker.close();
  await Promise.all(subjects.map((subject) => subject.stop()));
});

// Most of the time each waits for its own cluster.
describe.each(subjects)("$name", { concurrent: true }, ({ sys, tenants, version, patienceMs, mayBackUp }) => {
  describe.runIf(mayBackUp)("that may be changed", { concurrent: false }, () => {
    const right = rightAnswersOf(version);
    const patience = { timeout: patienceMs };

    const stop = (login: Login, selection: TenantSelection) =>
      withSession(login, (session) =>
        stopBackups(
          session,
          { selection, loginTenant: login.tenant, ignoreMissing: false, timeoutSeconds: patienceMs / 1000 },
          { progress: () => {} },
        ),
      );
    const list = (login: Login, selection: TenantSelection) =>
      withSession(login, async (session) =>
        listJobs(await identify(session), { selection, loginTenant: login.tenant }),
      );

    test("takes a CANCEL BACKUP with nothing running, and once more", async () => {
      for (const { name, login } of tenants) {
        for (const who of [login, login])
          expect(await asker.number(who, "ALTER SYSTEM CANCEL BACKUP")).toBe(0);
        expect(await asker.number(sys, `ALTER SYSTEM CANCEL BACKUP TENANT \`${name}\``)).toBe(0);
      }
    });

    describe.each(tenants)("a backup of $name", ({ name, mode, login }) => {
      // The cluster backup of the tenant before, or a job before, may still be on its way to the history.
      const start = async (who: Login, sql: string) =>
        await vi.waitUntil(async () => (await asker.number(who, sql)) === 0, patience);

      test(
        "is started once, is cancelled from the tenant, and stands in the history as CANCELED",
        async () => {
          await start(login, "ALTER SYSTEM BACKUP DATABASE");
          expect(await asker.number(login, "ALTER SYSTEM BACKUP DATABASE")).toBe(9036);
          const { interrupted, jobs } = await stop(login, "own");
          expect(interrupted).toBeUndefined();
          const end = { status: "CANCELED", result: -4072, comment: right.cancelledComment };
          expect(jobs).toMatchObject([
            {
              tenant: name,
              type: "full",
              initiator: "tenant",
              ...end,
              endedAt: expect.stringMatching(/^\d{4}-/),
            },
          ]);
        },
        patienceMs * 2,
      );

      test(
        "is as old seen from the tenant as seen from sys, and leaves an incomplete set",
        async () => {
          await start(login, "ALTER SYSTEM BACKUP DATABASE");
          const age = async (who: Login, selection: TenantSelection) =>
            (await list(who, selection)).jobs[0]?.ageSeconds ?? -1;
          await vi.waitUntil(async () => (await age(sys, [name])) > 1, patience);
          const [fromSys, fromTenant] = [await age(sys, [name]), await age(login, "own")];
          if (right.tellsAge(mode)) {
            expect(fromTenant).toBeGreaterThan(0);
            // In a zone of its own one of them would be hours off. The sandbox's time runs fast.
            expect(Math.abs(fromTenant - fromSys)).toBeLessThan(1800);
          } else {
            expect(fromTenant).toBe(-1);
          }
          const tablets = async () => (await list(login, "own")).jobs[0]?.progress?.tablets ?? 0;
          await vi.waitUntil(async () => (await tablets()) > 0, patience);
          const { jobs, leftovers } = await stop(login, "own");
          const set = { tenant: name, backupSetId: jobs[0]?.backupSetId, fileStatus: "INCOMPLETE" };
          expect(leftovers).toMatchObject([set]);
        },
        patienceMs * 4,
      );

      test(
        "that sys has started is cancelled from sys by name, and the cluster backup ends with it",
        async () => {
          await start(sys, `ALTER SYSTEM BACKUP TENANT = \`${name}\``);
          const { interrupted, jobs } = await stop(sys, [name]);
          expect(interrupted).toBeUndefined();
          expect(jobs).toMatchObject([{ tenant: name, initiator: "sys", status: "CANCELED" }]);
          const isOver = async () => (await list(sys, "all")).jobs.every(({ tenant }) => tenant !== "sys");
          await vi.waitUntil(isOver, patience);
        },
        patienceMs * 3,
      );
    });
  });
});
