import { expect, test } from "vitest";
import { seemsToLackAlterSystem } from "../../../../provider/oceanbase/cluster/privileges.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { scriptedCluster, serverInSys, serverInTenant } from "../../../tools/support/scriptedSession.ts";

const lacks = (answer: ({ G: string | null } | { OTHER: string })[] | Error, server = serverInSys()) =>
  seemsToLackAlterSystem(scriptedCluster(server, [/^SHOW GRANTS$/, answer]).cluster);

test.each([
  ["GRANT ALTER SYSTEM ON *.* TO 'ops'", false],
  ["GRANT SELECT, SUPER ON *.* TO 'ops'", false],
  ["GRANT ALL PRIVILEGES ON *.* TO 'root'", false],
  ["GRANT ALL PRIVILEGES ON shop.* TO 'ops'", true],
  ["GRANT SELECT ON *.* TO 'ops'", true],
])("a user with %s seems to lack the privilege: %j", async (grant, lacking) => {
  expect(await lacks([{ G: grant }])).toBe(lacking);
});

test("one sufficient grant among others is enough", async () => {
  expect(await lacks([{ G: "GRANT SELECT ON a.* TO 'ops'" }, { G: "GRANT SUPER ON *.* TO 'ops'" }])).toBe(
    false,
  );
});

test("grants that are absent or cannot be read are no reason to warn", async () => {
  expect(await lacks([])).toBe(false);
  expect(await lacks(new OceanBaseError("refused", "no", { errno: 1142 }))).toBe(false);
  expect(await lacks([{ G: null }])).toBe(true);
});

test("a tenant in Oracle mode is not asked for grants, which it shows in another form", async () => {
  const { cluster, session } = scriptedCluster(serverInTenant("ORACLE"));
  expect(await seemsToLackAlterSystem(cluster)).toBe(false);
  expect(session.asked).toEqual([]);
});

test("a cancellation by the caller is thrown, and so is a failure of this package itself", async () => {
  await expect(lacks(new OceanBaseError("aborted", "cancelled"))).rejects.toThrow("cancelled");
  await expect(lacks(new TypeError("a bug"))).rejects.toThrow(TypeError);
});
