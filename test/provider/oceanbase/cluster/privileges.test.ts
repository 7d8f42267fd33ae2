import { expect, test } from "vitest";
import { readAlterSystem } from "../../../../provider/oceanbase/cluster/privileges.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import {
  type Answer,
  scriptedCluster,
  serverInSys,
  serverInTenant,
} from "../../../tools/support/scriptedSession.ts";

const found = (answer: ({ G: string | null } | { OTHER: string })[] | Error, server = serverInSys()) =>
  readAlterSystem(scriptedCluster(server, [/^SHOW GRANTS$/, answer]).cluster);

test.each([
  ["GRANT ALTER SYSTEM ON *.* TO 'ops'", "granted"],
  ["GRANT SELECT, SUPER ON *.* TO 'ops'", "granted"],
  ["GRANT ALL PRIVILEGES ON *.* TO 'root'", "granted"],
  ["GRANT ALL PRIVILEGES ON shop.* TO 'ops'", "not shown"],
  ["GRANT SELECT ON *.* TO 'ops'", "not shown"],
])("of a user with %s the privilege is %s", async (grant, answer) => {
  expect(await found([{ G: grant }])).toBe(answer);
});

test("one sufficient grant among others is enough", async () => {
  expect(await found([{ G: "GRANT SELECT ON a.* TO 'ops'" }, { G: "GRANT SUPER ON *.* TO 'ops'" }])).toBe(
    "granted",
  );
});

test("grants that are absent or cannot be read tell nothing", async () => {
  expect(await found([])).toBe("unknown");
  expect(await found(new OceanBaseError("refused", "no", { errno: 1142 }))).toBe("unknown");
  expect(await found([{ G: null }])).toBe("not shown");
});

test("a tenant in Oracle mode is not asked for grants, which it shows in another form", async () => {
  const { cluster, session } = scriptedCluster(serverInTenant("ORACLE"));
  expect(await readAlterSystem(cluster)).toBe("unknown");
  expect(session.asked).toEqual([]);
});

test("grants that are not told in time, or to a caller that has cancelled, tell nothing, and are not waited for", async () => {
  for (const kind of ["unreachable", "transient", "aborted"] as const) {
    const answer: Answer = [/^SHOW GRANTS$/, new OceanBaseError(kind, "no")];
    const { cluster, session } = scriptedCluster(serverInSys(), answer);
    expect(await readAlterSystem(cluster)).toBe("unknown");
    expect(session.asked).toMatchObject([{ withinMs: 2000 }]);
  }
});

test("a failure of this package itself is thrown", async () => {
  await expect(found(new TypeError("a bug"))).rejects.toThrow(TypeError);
});
