import { LEADERLESS } from "../connection/errorCodes";
import { isOfKind, OceanBaseError } from "../errors";
import type { Cluster } from "./cluster";
import { isInSys, SYS_TENANT_ID } from "./server";

/** For how long one tenant alone is waited for: longer than the server's own limit for a query, after which it answers 4012. */
const ALONE_MS = 15_000;

/** What could be read of several tenants. */
export interface Readable<T> {
  rows: readonly T[];
  /** Ids of the tenants that cannot answer, because none of their servers leads. */
  unreadable: ReadonlySet<string>;
}

/** Reads the rows of these tenants, or of all. */
export type ReadRows<T> = (
  cluster: Cluster,
  tenantIds: readonly string[] | undefined,
  notRepeated?: ReadonlySet<number>,
) => Promise<readonly T[]>;

/**
 * Reads the rows of several tenants, although some may not have a leader: one of them makes the whole read fail, so it is
 * cut in halves until they are found. A cluster whose sys tenant cannot answer cannot be read at all.
 * Fact: leaderless-read
 *
 * @param tenantIds undefined: of all
 */
export async function readReadable<T>(
  cluster: Cluster,
  tenantIds: readonly string[] | undefined,
  read: ReadRows<T>,
): Promise<Readable<T>> {
  const isForOne = !isInSys(cluster) || tenantIds?.length === 1;
  if (isForOne) return await readOne(cluster, tenantIds, read);
  try {
    return { rows: await read(cluster, tenantIds, LEADERLESS), unreadable: new Set() };
  } catch (error) {
    if (!isLeaderless(error)) throw error;
    const ids = tenantIds ?? tenantsWithBackups(cluster);
    const middle = Math.ceil(ids.length / 2);
    const one = await readReadable(cluster, ids.slice(0, middle), read);
    const other = await readReadable(cluster, ids.slice(middle), read);
    return {
      rows: [...one.rows, ...other.rows],
      unreadable: new Set([...one.unreadable, ...other.unreadable]),
    };
  }
}

/** Without a second tenant there is nothing to be left out; of the cluster itself a leader is waited for. */
async function readOne<T>(
  cluster: Cluster,
  tenantIds: readonly string[] | undefined,
  read: ReadRows<T>,
): Promise<Readable<T>> {
  const [id] = tenantIds ?? [];
  const isOptional = isInSys(cluster) && id !== undefined && id !== SYS_TENANT_ID;
  try {
    const rows = await (isOptional
      ? read(cluster.within(ALONE_MS), tenantIds, LEADERLESS)
      : read(cluster, tenantIds));
    return { rows, unreadable: new Set() };
  } catch (error) {
    if (!isOptional || !(isLeaderless(error) || isOfKind(error, "unreachable"))) throw error;
    return { rows: [], unreadable: new Set([id]) };
  }
}

function isLeaderless(error: unknown): boolean {
  return error instanceof OceanBaseError && LEADERLESS.has(error.errno ?? 0);
}

function tenantsWithBackups({ server }: Cluster): readonly string[] {
  return server.tenants.filter(({ type }) => type !== "META").map(({ id }) => id);
}
