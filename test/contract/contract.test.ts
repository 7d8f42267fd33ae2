import { afterAll, describe, expect, test } from "vitest";
import { readPoliciesOf } from "../../provider/oceanbase/cleanup/cleanupPolicies.ts";
import { identify } from "../../provider/oceanbase/cluster/cluster.ts";
import type { Server } from "../../provider/oceanbase/cluster/server.ts";
import { schemaOf } from "../../provider/oceanbase/cluster/views.ts";
import type { Login } from "../../provider/oceanbase/connection/login.ts";
import { openSession, type Session } from "../../provider/oceanbase/connection/session.ts";
import { readEndedJobs, readLiveJobs } from "../../provider/oceanbase/jobs/backupJobs.ts";
import { listJobs } from "../../provider/oceanbase/jobs/jobList.ts";
import type { TenantSelection } from "../../provider/oceanbase/statements.ts";
import { stopBackups } from "../../provider/oceanbase/stop/stopBackups.ts";
import { openSubject } from "./subject.ts";

/*
 * What this package takes for granted about OceanBase. It runs unchanged on the sandbox and on a real cluster
 * (`npm run test:live`): where the two differ, the sandbox is wrong.
 */
const subject = await openSubject();
afterAll(() => subject.stop());

async function as<T>(login: Login, act: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession(login);
  try {
    return await act(session);
  } finally {
    await session.close();
  }
}

/** The number the server answers a statement with; 0 for a success. */
async function errnoOf(login: Login, sql: string): Promise<number> {
  return await as(login, (session) =>
    session.read(sql, "checking the contract").then(
      () => 0,
      (error) => error.errno,
    ),
  );
}

describe(`a login to ${subject.name}`, () => {
  test("with a wrong password, an unknown user or an unknown tenant is refused with the same number", async () => {
    for (const change of [
      { password: "not-the-password" },
      { user: "nobody_x" },
      { tenant: "no_such_tenant_x" },
    ]) {
      await expect(openSession({ ...subject.sys, ...change })).rejects.toMatchObject({
        errno: 1045,
        kind: "refused",
      });
    }
  });

  test("tells server, cluster and tenants", async () => {
    const { server } = await as(subject.sys, (session) => identify(session));
    expect(Number.parseInt(server.version, 10)).toBeGreaterThanOrEqual(4);
    expect(server.cluster).not.toBe("");
    expect(server.clusterId).toMatch(/^\d+$/);
    expect(server.tenant).toMatchObject({
      id: "1",
      name: "sys",
      type: "SYS",
      mode: "MYSQL",
      status: "NORMAL",
    });
    for (const login of subject.tenants) {
      expect(server.tenants.map((tenant) => tenant.name)).toContain(login.tenant);
    }
  });
});

const idsOf = ({ tenants }: Server) => tenants.map(({ id }) => id);

describe(`the views of ${subject.name}`, () => {
  test("have the columns that are read, from sys", async () => {
    await as(subject.sys, async (session) => {
      const cluster = await identify(session);
      await readLiveJobs(cluster, undefined);
      await readEndedJobs(cluster, [{ tenantId: "1", jobId: "1" }]);
      expect(await readPoliciesOf(cluster, idsOf(cluster.server))).toBeDefined();
    });
  });

  test.each(subject.tenants)("have them from $tenant, too", async (login) => {
    await as(login, async (session) => {
      const cluster = await identify(session);
      const { server } = cluster;
      expect(server.tenants.map((tenant) => tenant.name)).toEqual([login.tenant]);
      await readLiveJobs(cluster, undefined);
      await readEndedJobs(cluster, [{ tenantId: server.tenant.id, jobId: "1" }]);
      expect(await readPoliciesOf(cluster, idsOf(server))).toBeDefined();
      await expect(
        session.read(`SELECT 1 FROM ${schemaOf(server.tenant)}.CDB_OB_BACKUP_JOBS`, "checking"),
      ).rejects.toMatchObject({ errno: expect.any(Number) });
    });
  });
});

const named = (names: string) => errnoOf(subject.sys, `ALTER SYSTEM CANCEL BACKUP TENANT = ${names}`);
const first = subject.tenants[0]?.tenant ?? "";
const known = `\`${first}\``;

describe(`a CANCEL BACKUP that is refused on ${subject.name}`, () => {
  test("of an unknown name, or a name in another case, is 5160", async () => {
    expect(await named("`no_such_tenant_x`")).toBe(5160);
    expect(await named(`${known}, \`${first.toUpperCase()}\``)).toBe(5160);
    expect(await named("ALL")).toBe(5160);
  });

  test("of the sys tenant is 4016, of an empty name 1210", async () => {
    expect(await named("sys")).toBe(4016);
    expect(await named("''")).toBe(1210);
  });

  // What an Oracle-mode tenant says to the clause is not known: its grammar is not public.
  const mysqlMode = subject.tenants.filter((login) => login.user !== "SYS");
  test.each(mysqlMode)("takes no TENANT clause in $tenant", async (login) => {
    expect(await errnoOf(login, `ALTER SYSTEM CANCEL BACKUP TENANT = \`${login.tenant}\``)).toBe(1235);
  });

  test("is refused as a syntax error when it is one", async () => {
    expect(await errnoOf(subject.sys, "ALTER SYSTEM CANCEL BACKUP TENANT = a,")).toBe(1064);
    expect(await errnoOf(subject.sys, "ALTER SYSTEM CANCEL BACKUP NOW")).toBe(1064);
  });
});

if (subject.reader !== undefined) {
  const { reader } = subject;
  describe(`a user of ${subject.name} without ALTER SYSTEM`, () => {
    test("is refused with 1227, but a wrong name is reported first", async () => {
      expect(await errnoOf(reader, "ALTER SYSTEM CANCEL BACKUP")).toBe(1227);
      expect(await errnoOf(reader, "ALTER SYSTEM CANCEL BACKUP TENANT = no_such_tenant_x")).toBe(5160);
    });
  });
}

if (subject.mayBackUp) {
  describe(`a CANCEL BACKUP that succeeds on ${subject.name}`, () => {
    test("takes a name twice, without an equal sign, and in backticks", async () => {
      expect(await named(`${known}, ${known}`)).toBe(0);
      expect(await errnoOf(subject.sys, `ALTER SYSTEM CANCEL BACKUP TENANT ${known}`)).toBe(0);
    });

    test("with nothing running is a success", async () => {
      for (const login of subject.tenants) expect(await errnoOf(login, "ALTER SYSTEM CANCEL BACKUP")).toBe(0);
    });
  });

  describe.each(subject.tenants)(`a backup of $tenant on ${subject.name}`, (login) => {
    test(
      "is started, is refused a second time, is cancelled from the tenant, and stands in the history as CANCELED",
      async () => {
        expect(await errnoOf(login, "ALTER SYSTEM BACKUP DATABASE")).toBe(0);
        expect(await errnoOf(login, "ALTER SYSTEM BACKUP DATABASE")).toBe(9036);
        const report = await as(login, (session) =>
          stopBackups(
            session,
            {
              selection: "own",
              loginTenant: login.tenant,
              ignoreMissing: false,
              timeoutSeconds: subject.patienceMs / 1000,
            },
            { progress: () => {} },
          ),
        );
        expect(report.interrupted).toBeUndefined();
        expect(report.jobs).toMatchObject([
          {
            tenant: login.tenant,
            status: "CANCELED",
            result: -4072,
            endedAt: expect.stringMatching(/^\d{4}-/),
          },
        ]);
      },
      subject.patienceMs * 2,
    );

    test(
      "is as old seen from the tenant as seen from sys, and its leftover is known when it was cancelled",
      async () => {
        const listed = (who: Login, selection: TenantSelection) =>
          as(who, async (session) =>
            listJobs(await identify(session), { selection, loginTenant: who.tenant, history: false }),
          );
        await expect
          .poll(() => errnoOf(login, "ALTER SYSTEM BACKUP DATABASE"), { timeout: subject.patienceMs })
          .toBe(0);
        const age = async (who: Login, selection: TenantSelection) =>
          (await listed(who, selection)).jobs[0]?.ageSeconds ?? -1;
        await expect
          .poll(() => age(subject.sys, [login.tenant]), { timeout: subject.patienceMs })
          .toBeGreaterThan(1);
        const [fromSys, fromTenant] = [await age(subject.sys, [login.tenant]), await age(login, "own")];
        expect(fromTenant).toBeGreaterThan(0);
        // In a zone of its own one of them would be hours off. The sandbox's time runs fast.
        expect(Math.abs(fromTenant - fromSys)).toBeLessThan(1800);
        await expect
          .poll(async () => (await listed(login, "own")).jobs[0]?.progress?.tablets ?? 0, {
            timeout: subject.patienceMs,
          })
          .toBeGreaterThan(0);
        const request = { selection: "own", loginTenant: login.tenant, ignoreMissing: false } as const;
        const report = await as(login, (session) =>
          stopBackups(
            session,
            { ...request, timeoutSeconds: subject.patienceMs / 1000 },
            { progress: () => {} },
          ),
        );
        expect(report.leftovers).toMatchObject([
          { tenant: login.tenant, backupSetId: report.jobs[0]?.backupSetId, fileStatus: "INCOMPLETE" },
        ]);
      },
      subject.patienceMs * 4,
    );

    test(
      "that sys has started is cancelled from sys by name",
      async () => {
        const start = () => errnoOf(subject.sys, `ALTER SYSTEM BACKUP TENANT = \`${login.tenant}\``);
        // The cluster backup of the tenant before may still be on its way to the history.
        await expect.poll(start, { timeout: subject.patienceMs }).toBe(0);
        const report = await as(subject.sys, (session) =>
          stopBackups(
            session,
            {
              selection: [login.tenant],
              loginTenant: "sys",
              ignoreMissing: false,
              timeoutSeconds: subject.patienceMs / 1000,
            },
            { progress: () => {} },
          ),
        );
        expect(report.interrupted).toBeUndefined();
        expect(report.jobs).toMatchObject([{ tenant: login.tenant, initiator: "sys", status: "CANCELED" }]);
      },
      subject.patienceMs * 2,
    );
  });

  describe.each(subject.tenants)(`a cleanup policy of $tenant on ${subject.name}`, (login) => {
    test("is added once, shown, and dropped as often as one likes", async () => {
      const uncovered = () =>
        as(login, async (session) => {
          const cluster = await identify(session);
          return 1 - ((await readPoliciesOf(cluster, idsOf(cluster.server)))?.size ?? Number.NaN);
        });
      const add = "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW '7d'";
      const drop = "ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'";
      expect(await errnoOf(login, drop)).toBe(0);
      expect(await uncovered()).toBe(1);
      expect(await errnoOf(login, add)).toBe(0);
      expect(await errnoOf(login, add)).toBe(1062);
      expect(await uncovered()).toBe(0);
      expect(await errnoOf(login, drop)).toBe(0);
      expect(await errnoOf(login, drop)).toBe(0);
      expect(await errnoOf(login, "ALTER SYSTEM ADD DELETE BACKUP POLICY 'other' RECOVERY_WINDOW '7d'")).toBe(
        1235,
      );
      expect(
        await errnoOf(login, "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default' RECOVERY_WINDOW '7w'"),
      ).toBe(1235);
    });
  });
}
