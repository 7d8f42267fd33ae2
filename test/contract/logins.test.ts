import { afterAll, describe, expect, test } from "vitest";
import { identify } from "../../provider/oceanbase/cluster/cluster.ts";
import type { Login } from "../../provider/oceanbase/connection/login.ts";
import { openSession } from "../../provider/oceanbase/connection/session.ts";
import { withSession } from "./asker.ts";
import { openSubjects } from "./subjects.ts";

/*
 * What a login is told. It runs unchanged on the sandbox and on a real cluster, like everything here: where the two differ,
 * the sandbox is wrong.
 */
const subjects = await openSubjects();
afterAll(() => Promise.all(subjects.map((subject) => subject.stop())));

describe.each(subjects)("$name", ({ sys, tenants, version }) => {
  test.each<[string, Partial<Login>]>([
    ["a wrong password", { password: "not-the-password" }],
    ["an unknown user", { user: "no_such_user_x" }],
    ["an unknown tenant", { tenant: "no_such_tenant_x" }],
  ])("refuses %s with the same number", async (_, change) => {
    await expect(openSession({ ...sys, ...change })).rejects.toMatchObject({ errno: 1045, kind: "refused" });
  });

  test("tells sys the version, the cluster and its tenants", async () => {
    const { server } = await withSession(sys, (session) => identify(session));
    expect(server.version).toBe(version);
    expect(Number.parseInt(version, 10)).toBeGreaterThanOrEqual(4);
    expect(server.cluster).not.toBe("");
    expect(server.clusterId).toMatch(/^\d+$/);
    expect(server.tenant).toMatchObject({
      id: "1",
      name: "sys",
      type: "SYS",
      mode: "MYSQL",
      status: "NORMAL",
    });
    expect(server.tenants.map(({ name }) => name)).toEqual(
      expect.arrayContaining(tenants.map(({ name }) => name)),
    );
  });

  test.each(tenants)("tells $name of itself alone, in its mode", async ({ name, mode, login }) => {
    const { server } = await withSession(login, (session) => identify(session));
    expect(server.version).toBe(version);
    expect(server.tenants).toMatchObject([{ name, mode, type: "USER" }]);
    expect(server.tenant).toBe(server.tenants[0]);
  });
});
