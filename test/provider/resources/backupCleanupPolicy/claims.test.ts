import { describe, expect, test } from "vitest";
import { claimPolicy } from "../../../../provider/resources/backupCleanupPolicy/claims.ts";
import { backupCleanupPolicy } from "../../../../provider/resources/backupCleanupPolicy/lifecycle.ts";
import { Command } from "../../../../provider/resources/command.ts";
import { UNKNOWN } from "../../../tools/support/pulumiValues.ts";

const place = { host: "db.example", port: 2881, cluster: undefined, tenant: "t1" };

describe("a tenant's policy", () => {
  test("belongs to one resource, and a second one is refused with both names and the place", () => {
    const claims = new Map<string, string>();
    const claim = (name: string, where = place) => claimPolicy({ name, claims }, where);
    expect(claim("first")).toBeUndefined();
    // The same one may ask again.
    expect(claim("first")).toBeUndefined();
    expect(claim("second")).toBe(
      "BackupCleanupPolicy second and BackupCleanupPolicy first are both for tenant t1 at db.example:2881; a tenant has one cleanup policy, so remove one of them",
    );
    // Host names have no case, and a port may come from the environment as text.
    expect(claim("third", { ...place, host: "DB.example", port: "2881" as never })).toMatch(/both for/);
    expect(claimPolicy({ name: "in another run", claims: new Map() }, place)).toBeUndefined();
  });

  test.each([
    { tenant: "t2" },
    { tenant: "T1" },
    { port: 2883 },
    { host: "db2.example" },
    { cluster: "other" },
  ])("is another one with %j", (change) => {
    const claims = new Map<string, string>();
    claimPolicy({ name: "first", claims }, place);
    expect(claimPolicy({ name: "second", claims }, { ...place, ...change })).toBeUndefined();
  });

  test("is claimed by a check as soon as its tenant is known", () => {
    const command = new Command();
    const check = (name: string, tenant: string) =>
      backupCleanupPolicy.check(
        {
          connection: { host: "db", port: 2881, tenant: "sys", user: "root" },
          tenant,
          recoveryWindow: "7d",
        },
        undefined,
        { name, command },
      );
    expect(check("first", UNKNOWN)).toEqual([]);
    expect(check("second", UNKNOWN)).toEqual([]);
    expect(check("first", "t1")).toEqual([]);
    expect(check("second", "t1")).toEqual([
      { path: "tenant", reason: expect.stringContaining("both for tenant t1") },
    ]);
    // Without a host, or for sys, the check has something else to say.
    expect(check("third", "sys")).toHaveLength(1);
  });
});
