import { afterAll, describe, expect, test } from "vitest";
import { readTenantPolicies } from "../../provider/oceanbase/cleanup/cleanupPolicies.ts";
import {
  dropCleanupPolicy,
  ensureCleanupPolicy,
} from "../../provider/oceanbase/cleanup/cleanupPolicyChange.ts";
import { Asker, withCluster } from "./asker.ts";
import { rightAnswersOf } from "./rightAnswers.ts";
import { openSubjects } from "./subjects.ts";

/*
 * Cleanup policies that are added and dropped, where that is allowed.
 */
const subjects = await openSubjects();
const asker = new Asker();
afterAll(async () => {
  asker.close();
  await Promise.all(subjects.map((subject) => subject.stop()));
});

describe.each(subjects)("$name", ({ tenants, version, mayBackUp }) => {
  const right = rightAnswersOf(version);
  const DROP = "ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'";
  const add = (clauses: string) => `ALTER SYSTEM ADD DELETE BACKUP POLICY ${clauses}`;

  describe.runIf(mayBackUp).each(tenants)("a cleanup policy of $name", ({ login }) => {
    test("is added once, and dropped as often as one likes", async () => {
      const number = (sql: string) => asker.number(login, sql);
      await number(DROP);
      expect(right.dropOfAbsent).toContain(await number(DROP));
      expect(await number(add("'default' RECOVERY_WINDOW '7d'"))).toBe(0);
      expect(right.secondPolicy).toContain(await number(add("'default' RECOVERY_WINDOW '7d'")));
      expect(await number(DROP)).toBe(0);
      expect(right.dropOfAbsent).toContain(await number(DROP));
    });

    test("that has another name, or weeks for a window, is refused", async () => {
      expect(await asker.number(login, add("'other' RECOVERY_WINDOW '7d'"))).toBe(1235);
      expect(await asker.number(login, add("'default' RECOVERY_WINDOW '7w'"))).toBe(1235);
    });

    test("is set and dropped by the package in every version, and its window is shown as it was written", async () => {
      await withCluster(login, async (cluster) => {
        const place = { cluster, tenant: cluster.server.tenant };
        const wanted = { recoveryWindow: "168H", redundancy: 1, backupCopies: 1 };
        const request = { wanted, mayReplace: () => false };
        expect(await ensureCleanupPolicy(place, request)).toMatchObject({
          policy: wanted,
          interrupted: undefined,
        });
        expect(await ensureCleanupPolicy(place, request)).toMatchObject({ statement: undefined });
        const policies = () => readTenantPolicies(cluster, place.tenant);
        expect(await policies()).toEqual({ shown: { recoveryWindow: "168H" }, others: [] });
        for (let i = 0; i < 2; i += 1) await dropCleanupPolicy(place);
        expect(await policies()).toEqual({ others: [] });
      });
    });
  });
});
