import type { Cluster } from "../cluster/cluster.ts";
import type { Tenant, User } from "../cluster/tenants.ts";
import { type Result, textRows } from "./result.ts";
import { TokenReader } from "./tokens.ts";

/** SHOW VARIABLES, PARAMETERS, TENANT, GRANTS, DATABASES and WARNINGS: what clients and this project ask for. */
export function show(
  sql: string,
  cluster: Cluster,
  tenant: Tenant,
  user: User,
  variables: Record<string, string>,
): Result {
  const reader = new TokenReader(sql, tenant.mode);
  reader.expect("SHOW");
  if (!reader.accept("GLOBAL")) reader.accept("SESSION");
  if (reader.accept("VARIABLES")) {
    const matches = pattern(reader);
    const rows = Object.entries(variables).filter(([name]) => matches(name));
    return textRows(["Variable_name", "Value"], rows);
  }
  if (reader.accept("WARNINGS")) return textRows(["Level", "Code", "Message"], []);
  if (reader.accept("GRANTS")) {
    const privileges = user.alterSystem ? "ALL PRIVILEGES" : "SELECT";
    return textRows([`Grants for ${user.name}@%`], [[`GRANT ${privileges} ON *.* TO '${user.name}'`]]);
  }
  if (reader.accept("DATABASES")) return textRows(["Database"], [["oceanbase"]]);
  if (cluster.flavor.clusterCommands && reader.accept("PARAMETERS")) {
    const matches = pattern(reader);
    const parameters = { cluster: cluster.name, cluster_id: String(cluster.id) };
    const rows = Object.entries(parameters).filter(([name]) => matches(name));
    return textRows(
      ["zone", "svr_type", "svr_ip", "svr_port", "name", "data_type", "value", "info", "section", "scope"],
      rows.map(([name, value]) => [
        "zone1",
        "observer",
        "127.0.0.1",
        "2882",
        name,
        null,
        value,
        "",
        "OBSERVER",
        "CLUSTER",
      ]),
    );
  }
  if (cluster.flavor.clusterCommands && reader.accept("TENANT")) {
    reader.end();
    return textRows(["Current_tenant_name"], [[tenant.name]]);
  }
  return reader.fail();
}

function pattern(reader: TokenReader): (name: string) => boolean {
  if (!reader.accept("LIKE")) {
    reader.end();
    return () => true;
  }
  const like = reader.string();
  reader.end();
  const regExp = new RegExp(
    `^${like
      .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
      .replaceAll("%", ".*")
      .replaceAll("_", ".")}$`,
    "i",
  );
  return (name) => regExp.test(name);
}
