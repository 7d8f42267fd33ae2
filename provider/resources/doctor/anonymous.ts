import { given } from "../../given";
import type { Cluster } from "../../oceanbase/cluster/cluster";
import type { Tenant } from "../../oceanbase/cluster/server";
import { isOfKind, OceanBaseError } from "../../oceanbase/errors";
import { type LoginInputs, SYS_TENANT } from "../connection";
import type { ClusterFindings } from "./findings";

/*
 * Findings without names: who reads them learns nothing of where they come from. Hosts, users, tenants and clusters have
 * aliases, the same one for the same name everywhere.
 */

/** Names that every cluster has. */
const COMMON: ReadonlySet<string> = new Set([SYS_TENANT, "root", "SYS"]);

/** Aliases by name. */
export type Aliases = ReadonlyMap<string, string>;

/** The names in a login and in what is asked for, before a server has told any. */
export function aliasesIn({
  connection,
  tenants,
}: LoginInputs & { tenants?: readonly string[] | "all" }): Aliases {
  const { host, endpoints = [], user, cluster, tenant } = connection;
  const hosts = [host, ...endpoints.map((endpoint) => endpoint.replace(/:\d+$/, ""))];
  const asked = Array.isArray(tenants) ? tenants : [];
  return new Map([
    ...numbered("host", hosts),
    ...numbered("tenant", [tenant, ...asked]),
    ...uncommon([
      [user, "user"],
      [cluster ?? "", "cluster"],
    ]),
  ]);
}

/** The same with what a server has told. Tenants that had an alias keep it. */
export function withServerNames(
  aliases: Aliases,
  { cluster, tenants }: { cluster: string; tenants: readonly Tenant[] },
): Aliases {
  // The names of meta tenants are made of ids.
  const names = tenants.filter(({ type }) => type === "USER").map(({ name }) => name);
  const known = [...aliases].filter(([, alias]) => alias.startsWith("tenant")).map(([name]) => name);
  return new Map([
    ...aliases,
    ...numbered("tenant", [...known, ...names]),
    ...uncommon([[cluster, "cluster"]]),
  ]);
}

/** A text with the aliases in the place of the names, and without the addresses of servers. Without aliases as it is. */
export function hidden(text: string, aliases: Aliases | undefined): string {
  if (aliases === undefined) return text;
  // A longer name first: a shorter one may be a part of it.
  const longestFirst = [...aliases.keys()].sort((one, other) => other.length - one.length);
  const names = longestFirst.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  const word = String.raw`[\p{L}\p{N}_]`;
  const pattern = new RegExp(`(?<!${word})(?:${names.join("|")})(?!${word})`, "gu");
  return text
    .replace(pattern, (name) => aliases.get(name) ?? name)
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?=:\d)/g, "host");
}

/** The same error with a text that has no names in it. */
export function withoutNames(error: unknown, aliases: Aliases | undefined): unknown {
  if (!(error instanceof OceanBaseError) || aliases === undefined) return error;
  const { kind, message, errno, outcomeUnknown, answer } = error;
  const shown = answer && {
    ...answer,
    doing: hidden(answer.doing, aliases),
    text: hidden(answer.text, aliases),
  };
  const details = given({ errno, outcomeUnknown, answer: shown });
  return new OceanBaseError(kind, hidden(message, aliases), details);
}

/** The same cluster, all of whose names are aliases. */
export function anonymous(cluster: Cluster, aliases: Aliases): Cluster {
  const { server } = cluster;
  const aliasOf = (name: string) => aliases.get(name) ?? name;
  const renamed = (tenant: Tenant) => ({ ...tenant, name: aliasOf(tenant.name) });
  return {
    address: hidden(cluster.address, aliases),
    loginTenant: aliasOf(cluster.loginTenant),
    server: {
      ...server,
      cluster: aliasOf(server.cluster),
      tenant: renamed(server.tenant),
      tenants: server.tenants.map(renamed),
    },
    read: (query, doing, options) =>
      cluster.read(query, doing, options).catch((error: unknown) => {
        throw isOfKind(error, "aborted") ? error : withoutNames(error, aliases);
      }),
    send: cluster.send,
    within: (ms) => anonymous(cluster.within(ms), aliases),
  };
}

/** The same findings without paths, which may tell as much as names; a comment may hold either. */
export function withoutPaths({ jobs, ...others }: ClusterFindings, aliases: Aliases): ClusterFindings {
  const shown = jobs?.map((job) => ({ ...job, path: "", comment: hidden(job.comment, aliases) }));
  return { ...others, ...given({ jobs: shown }) };
}

/** `host1`, `host2` and so on, for each name once. */
function numbered(noun: string, names: readonly string[]): [string, string][] {
  const distinct = [...new Set(names)].filter((name) => name !== "" && !COMMON.has(name));
  return distinct.map((name, i) => [name, `${noun}${i + 1}`]);
}

function uncommon(names: readonly [string, string][]): readonly [string, string][] {
  return names.filter(([name]) => name !== "" && !COMMON.has(name));
}
