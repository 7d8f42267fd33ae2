import { given } from "../../given";
import type { Cluster } from "../cluster/cluster";
import { type Readable, readReadable } from "../cluster/leaderless";
import { secondsBetween } from "../cluster/viewTimes";
import { type JobRow, jobKey, readEnded } from "./backupJobs";

/** Which of the ended jobs are meant. A server keeps all of them, for years. Fact: history-kept */
export interface HistoryBounds {
  /** How many at most, the latest ones. */
  limit: number;
  /** For how many days they may have ended, by the server's clock. @default any number */
  sinceDays?: number;
}

/** How many rows one query asks for: with the longest texts they are a quarter of what a reply may have. */
const PAGE_ROWS = 1000;

const SECONDS_PER_DAY = 86_400;

/**
 * The ended jobs of these tenants, the latest first.
 *
 * @param tenantIds undefined: of all tenants
 * @param now the server's time as its views print it
 */
export async function readJobHistory(
  cluster: Cluster,
  tenantIds: readonly string[] | undefined,
  bounds: HistoryBounds,
  now: string,
): Promise<Readable<JobRow>> {
  const { rows, unreadable } = await readReadable(cluster, tenantIds, (some, ids, notRepeated) =>
    readLatest(some, { ids, bounds, now }, notRepeated),
  );
  const latestFirst = rows.toSorted((one, other) => (other.endedAt ?? "").localeCompare(one.endedAt ?? ""));
  return { rows: latestFirst.slice(0, bounds.limit), unreadable };
}

/** Page by page. What ends in between moves the pages, so a row may come twice. */
async function readLatest(
  cluster: Cluster,
  { ids, bounds, now }: { ids: readonly string[] | undefined; bounds: HistoryBounds; now: string },
  notRepeated: ReadonlySet<number> | undefined,
): Promise<readonly JobRow[]> {
  const found = new Map<string, JobRow>();
  for (let offset = 0; offset < bounds.limit; offset += PAGE_ROWS) {
    const rows = Math.min(PAGE_ROWS, bounds.limit - offset);
    const query = { tenantIds: ids, latest: { rows, offset } };
    const page = await readEnded(cluster, "reading the ended backup jobs", query, given({ notRepeated }));
    const within = page.filter((job) => isWithin(job, bounds, now));
    for (const job of within) found.set(jobKey(job), job);
    if (within.length < rows) break;
  }
  return [...found.values()];
}

function isWithin({ endedAt = "" }: JobRow, { sinceDays }: HistoryBounds, now: string): boolean {
  if (sinceDays === undefined) return true;
  const seconds = secondsBetween(endedAt, now);
  return seconds === undefined || seconds <= sinceDays * SECONDS_PER_DAY;
}
