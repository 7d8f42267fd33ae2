import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkNotLocked, nearestNames, resolveScope } from "../../../../provider/oceanbase/cluster/scope.ts";
import type { Tenant } from "../../../../provider/oceanbase/cluster/server.ts";

const tenant = (id: string, name: string, changes: Partial<Tenant> = {}): Tenant => ({
  id,
  name,
  type: "USER",
  mode: "MYSQL",
  status: "NORMAL",
  locked: false,
  ...changes,
});
const sys = tenant("1", "sys", { type: "SYS" });
const meta = tenant("1001", "META$1002", { type: "META" });
const shop = tenant("1002", "shop");
const billing = tenant("1004", "billing");
const cluster = (...tenants: Tenant[]) => ({ tenant: sys, tenants: [sys, meta, ...tenants] });

describe("from the sys tenant", () => {
  test("named tenants are found byte for byte and once each, in the order asked", () => {
    const scope = resolveScope("at", cluster(shop, billing), ["billing", "shop", "billing"], "sys", false);
    expect(scope.statement).toEqual(["billing", "shop"]);
    expect(scope.tenants).toEqual([billing, shop]);
  });

  test('"all" means every user tenant', () => {
    const scope = resolveScope("at", cluster(shop, billing), "all", "sys", false);
    expect(scope.statement).toBe("all");
    expect(scope.tenants).toEqual([shop, billing]);
  });

  test('a tenant that is named "all" is one tenant', () => {
    const all = tenant("1006", "all");
    const scope = resolveScope("at", cluster(shop, all), ["all"], "sys", false);
    expect(scope.statement).toEqual(["all"]);
    expect(scope.tenants).toEqual([all]);
  });

  test("every unknown name is reported at once, with the names that may have been meant", () => {
    expect(() =>
      resolveScope("root@sys at h:1", cluster(shop, billing), ["Shop", "biling", "zzz"], "sys", false),
    ).toThrow(
      "root@sys at h:1: tenant Shop does not exist (did you mean shop?), biling does not exist (did you mean billing?), zzz does not exist; names are case-sensitive",
    );
  });

  test("a meta tenant is not found even when its name is given", () => {
    expect(() => resolveScope("at", cluster(shop), ["META$1002"], "sys", false)).toThrow(/does not exist/);
  });

  test("at teardown a tenant that is gone is left out of the statement", () => {
    const scope = resolveScope("at", cluster(shop), ["gone", "shop"], "sys", true);
    expect(scope.statement).toEqual(["shop"]);
    expect(scope.gone).toEqual(["gone"]);
  });

  test("a locked tenant is refused by name, because the server would refuse the whole statement", () => {
    const locked = tenant("1006", "vault", { locked: true });
    const named = resolveScope("at", cluster(shop, locked), ["shop", "vault"], "sys", false);
    expect(() => checkNotLocked("at", named)).toThrow(/vault is locked/);
    const all = resolveScope("at", cluster(shop, locked), "all", "sys", false);
    expect(() => checkNotLocked("at", all)).not.toThrow();
    expect(all.tenants).toContain(locked);
  });

  test("a tenant that is not NORMAL is named in the statement but not waited for", () => {
    const dropping = tenant("1006", "old", { status: "DROPPING" });
    const scope = resolveScope("at", cluster(shop, dropping), ["shop", "old"], "sys", false);
    expect(scope.statement).toEqual(["shop", "old"]);
    expect(scope.tenants).toEqual([shop]);
    expect(scope.skipped).toEqual([dropping]);
  });

  test("a statement without a clause is never made out of a request for the own tenant", () => {
    expect(() => resolveScope("at", cluster(shop), "own", "sys", false)).toThrow(/has to name tenants/);
  });
});

describe("from a user tenant", () => {
  const own = { tenant: shop, tenants: [shop] };

  test("the scope is the tenant itself", () => {
    const scope = resolveScope("at", own, "own", "shop", false);
    expect(scope).toMatchObject({ statement: "own", tenants: [shop] });
  });

  test.each([[["shop"]], ["all" as const]])("a request for %j is refused", (asked) => {
    expect(() => resolveScope("at", own, asked, "shop", false)).toThrow(
      /only the sys tenant can name tenants/,
    );
  });

  test("a server that puts the login into another tenant is refused", () => {
    expect(() => resolveScope("at", own, "own", "billing", false)).toThrow(
      "the login was for tenant billing, but the server put it into shop",
    );
    expect(() => resolveScope("at", { tenant: sys, tenants: [sys] }, "own", "shop", false)).toThrow(
      /put it into sys/,
    );
  });
});

describe("nearest names", () => {
  test("are the same in another case, or a few letters away, nearest first and at most three", () => {
    expect(nearestNames("MYSQL_Tenant", ["oracle_tenant", "mysql_tenant"])).toEqual(["mysql_tenant"]);
    expect(nearestNames("abc", ["abcd", "ABC", "abce", "abcf", "xyz"])).toEqual(["ABC", "abcd", "abce"]);
    expect(nearestNames("abc", ["something else"])).toEqual([]);
  });

  test("always hold a name that differs only in case", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30 }), (name) => {
        fc.pre(name.toLowerCase().length === name.length);
        expect(nearestNames(name.toUpperCase(), [name.toLowerCase()])).toHaveLength(
          name.toUpperCase().toLowerCase() === name.toLowerCase() ? 1 : nearestNames(name, []).length,
        );
      }),
    );
  });
});
