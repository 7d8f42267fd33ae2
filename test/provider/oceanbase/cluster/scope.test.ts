import { describe, expect, test } from "vitest";
import {
  checkNotLocked,
  resolveScope as resolve,
  tenantIdsOf,
} from "../../../../provider/oceanbase/cluster/scope.ts";
import type { Identified, Server, Tenant } from "../../../../provider/oceanbase/cluster/server.ts";
import type { TenantSelection } from "../../../../provider/oceanbase/statements.ts";
import { tenant } from "../../../tools/support/scriptedSession.ts";

/** The scope of these tenants for a login to that one. */
const resolveScope = (
  at: string,
  server: Pick<Server, "tenant" | "tenants">,
  selection: TenantSelection,
  loginTenant: string,
  ignoreMissing = false,
) => resolve({ address: at, server: server as Server }, { selection, loginTenant, ignoreMissing });

const sys = tenant("1", "sys");
const meta = tenant("1001", "META$1002", { type: "META" });
const shop = tenant("1002", "shop");
const billing = tenant("1004", "billing");
const cluster = (...tenants: Tenant[]) => ({ tenant: sys, tenants: [sys, meta, ...tenants] });

describe("from the sys tenant", () => {
  test("named tenants are found byte for byte and once each, in the order asked", () => {
    const scope = resolveScope("at", cluster(shop, billing), ["billing", "shop", "billing"], "sys");
    expect(scope.selection).toEqual(["billing", "shop"]);
    expect(scope.tenants).toEqual([billing, shop]);
  });

  test('"all" means every user tenant', () => {
    const scope = resolveScope("at", cluster(shop, billing), "all", "sys");
    expect(scope.selection).toBe("all");
    expect(scope.tenants).toEqual([shop, billing]);
  });

  test('a tenant that is named "all" is one tenant', () => {
    const all = tenant("1006", "all");
    const scope = resolveScope("at", cluster(shop, all), ["all"], "sys");
    expect(scope.selection).toEqual(["all"]);
    expect(scope.tenants).toEqual([all]);
  });

  test("every unknown name is reported at once, with the names that may have been meant", () => {
    expect(() =>
      resolveScope("root@sys at h:1", cluster(shop, billing), ["Shop", "biling", "zzz"], "sys"),
    ).toThrow(
      "root@sys at h:1: tenant Shop does not exist (did you mean shop?), biling does not exist (did you mean billing?), zzz does not exist; names are case-sensitive",
    );
  });

  test("a name that differs in more than its case is told which tenants there are", () => {
    const of =
      (...tenants: Tenant[]) =>
      () =>
        resolveScope("at", cluster(...tenants), ["biling"], "sys");
    expect(of(shop, billing)).toThrow(
      /^at: tenant biling does not exist \(did you mean billing\?\); the user tenants are shop, billing$/,
    );
    expect(of()).toThrow(/^at: tenant biling does not exist; there is no user tenant$/);
  });

  test("a meta tenant is not found even when its name is given", () => {
    expect(() => resolveScope("at", cluster(shop), ["META$1002"], "sys")).toThrow(/does not exist/);
  });

  test("at teardown a name in another case is refused all the same, with the other names that are missing left out", () => {
    const refused = () => resolveScope("at", cluster(shop, billing), ["SHOP", "gone"], "sys", true);
    expect(refused).toThrow(
      /^at: tenant SHOP does not exist \(did you mean shop\?\); names are case-sensitive$/,
    );
    expect(refused).toThrow(expect.objectContaining({ kind: "refused" }));
  });

  test("the rows of a scope are read of its tenants, and of all tenants where all are meant", () => {
    const of = (selection: TenantSelection) =>
      tenantIdsOf(resolveScope("at", cluster(shop, billing), selection, "sys"));
    expect([of(["billing"]), of("all")]).toEqual([["1004"], undefined]);
  });

  test("at teardown a tenant that is gone is left out of the statement", () => {
    const scope = resolveScope("at", cluster(shop), ["gone", "shop"], "sys", true);
    expect(scope.selection).toEqual(["shop"]);
    expect(scope.missing).toEqual(["gone"]);
  });

  test("a locked tenant is refused by name, because the server would refuse the whole statement", () => {
    const locked = tenant("1006", "vault", { locked: true });
    const named = resolveScope("at", cluster(shop, locked), ["shop", "vault"], "sys");
    expect(() => checkNotLocked({ address: "at" } as Identified, named)).toThrow(/vault is locked/);
    const all = resolveScope("at", cluster(shop, locked), "all", "sys");
    expect(() => checkNotLocked({ address: "at" } as Identified, all)).not.toThrow();
    expect(all.tenants).toContain(locked);
  });

  test("a tenant that is not NORMAL is named in the statement but not waited for", () => {
    const dropping = tenant("1006", "old", { status: "DROPPING" });
    const scope = resolveScope("at", cluster(shop, dropping), ["shop", "old"], "sys");
    expect(scope.selection).toEqual(["shop", "old"]);
    expect(scope.tenants).toEqual([shop]);
    expect(scope.skipped).toEqual([dropping]);
  });

  test("a statement without a clause is never made out of a request for the own tenant", () => {
    expect(() => resolveScope("at", cluster(shop), "own", "sys")).toThrow(/has to name tenants/);
  });
});

describe("from a user tenant", () => {
  const own = { tenant: shop, tenants: [shop] };

  test("the scope is the tenant itself", () => {
    const scope = resolveScope("at", own, "own", "shop");
    expect(scope).toMatchObject({ selection: "own", tenants: [shop] });
  });

  test.each([[["shop"]], ["all" as const]])("a request for %j is refused", (asked) => {
    expect(() => resolveScope("at", own, asked, "shop")).toThrow(/only the sys tenant can name tenants/);
  });

  test("a server that puts the login into another tenant is refused", () => {
    expect(() => resolveScope("at", own, "own", "billing")).toThrow(
      "the login was for tenant billing, but the server put it into shop",
    );
    expect(() => resolveScope("at", { tenant: sys, tenants: [sys] }, "own", "shop")).toThrow(
      /put it into sys/,
    );
  });
});

test('a list with the name "all" is told how every tenant is meant', () => {
  expect(() => resolveScope("at", cluster(shop), ["all"], "sys")).toThrow(
    'tenant all does not exist (for every user tenant write tenants: "all", not a list)',
  );
});
