import type { Cluster } from "../cluster/cluster";
import { pathIn, selectFrom } from "../cluster/views";
import type { Row } from "../connection/driver";

/** Where the backups and the log archives of a tenant go. */
export interface Destinations {
  /** Where its backups go now, without keys; undefined when none is set. */
  data: Destination | undefined;
  /** How many destinations its log archive has. */
  archives: number;
}

/**
 * A place for backups: what stands before the `?` and the host behind it. The rest may hold keys, and is dropped.
 * Fact: keys-in-paths
 */
export interface Destination {
  root: string;
  host: string | undefined;
}

/** The place in a PATH, or in a destination as it was set. */
export function destinationIn(text: string): Destination {
  const path = pathIn(text);
  const parameters = text.slice(path.length + 1);
  const host = /(?:^|&)host=([^&]*)/.exec(parameters)?.[1];
  return { root: path.replace(/\/+$/, ""), host };
}

/** Whether two texts mean the same place. A host that one of them leaves out makes no difference. Fact: leftovers-path */
export function isSamePlace(one: Destination, other: Destination): boolean {
  const isSameHost = one.host === undefined || other.host === undefined || one.host === other.host;
  return one.root === other.root && isSameHost;
}

/** The destinations of these tenants as they are set now, by id. Fact: destinations */
export async function readDestinations(
  cluster: Cluster,
  tenantIds: readonly string[],
): Promise<ReadonlyMap<string, Destinations>> {
  const data = await cluster.read(
    selectFrom(cluster, "OB_BACKUP_PARAMETER", {
      columns: ["VALUE"],
      tenantIds,
      where: ["NAME = 'data_backup_dest'"],
    }),
    "reading the backup destinations",
    { parse: placesIn },
  );
  const archives = await cluster.read(
    selectFrom(cluster, "OB_ARCHIVE_DEST", { columns: ["DEST_NO"], tenantIds, where: ["NAME = 'path'"] }),
    "reading the destinations of the log archive",
  );
  const destinationsOf = (id: string): Destinations => ({
    data: data.get(id),
    archives: archives.filter(({ TENANT_ID: tenantId }) => tenantId === id).length,
  });
  return new Map(tenantIds.map((id) => [id, destinationsOf(id)]));
}

function placesIn(rows: readonly Row[]): ReadonlyMap<string, Destination> {
  const places = rows.flatMap(({ TENANT_ID: id, VALUE: value }) =>
    id && value ? [[id, destinationIn(value)] as const] : [],
  );
  return new Map(places);
}
