import { expect, test } from "vitest";
import { VIEW_COLUMNS } from "../../../../provider/oceanbase/cluster/views.ts";
import { withCluster } from "../../../contract/asker.ts";
import { readEveryView } from "../../../contract/everyView.ts";
import { loginOf, useSandbox } from "../../../tools/support/sandbox.ts";

const sandbox = useSandbox();

/** The columns, by view, that these queries name. Words of SQL stand among them, and are no columns. */
function columnsNamedIn(queries: readonly string[]): Map<string, Set<string>> {
  const named = new Map<string, Set<string>>();
  for (const sql of queries) {
    const [, view] = / FROM \w+\.(?:CDB|DBA)_(\w+)/.exec(sql) ?? [];
    if (view === undefined) continue;
    const withoutTexts = sql
      .replace(/ (?:LIMIT|OFFSET) .*$/, "")
      .replace(/'[^']*'/g, "''")
      .replace(/\w+\.\w+/g, "");
    const words = withoutTexts.match(/\b[A-Z][A-Z_]+\b/g) ?? [];
    const isColumn = (word: string) =>
      !/^(SELECT|DISTINCT|AS|FROM|WHERE|AND|NOT|IN|ORDER|BY|DESC|TENANT_ID)$/.test(word);
    named.set(view, new Set([...(named.get(view) ?? []), ...words.filter(isColumn)]));
  }
  return named;
}

test("what is read of the views is what stands in one table, and nothing stands there that is not read", async () => {
  await withCluster(loginOf(sandbox(), sandbox().logins.sys), async (cluster) => {
    const tenantId = cluster.server.tenants.find(({ name }) => name === "mysql_tenant")?.id ?? "";
    sandbox().log.clear();
    await readEveryView(cluster, tenantId);
  });
  const named = columnsNamedIn(sandbox().log.entries.map(({ sql }) => sql));
  for (const [view, columns] of Object.entries(VIEW_COLUMNS)) {
    expect([...(named.get(view) ?? [])].sort(), view).toEqual([...columns].sort());
  }
  expect([...named.keys()].sort()).toEqual(Object.keys(VIEW_COLUMNS).sort());
});
