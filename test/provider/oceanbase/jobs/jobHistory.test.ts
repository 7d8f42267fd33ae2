import { describe, expect, test } from "vitest";
import { LEADERLESS } from "../../../../provider/oceanbase/connection/errorCodes.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { type HistoryBounds, readJobHistory } from "../../../../provider/oceanbase/jobs/jobHistory.ts";
import { scriptedCluster, serverInSys } from "../../../tools/support/scriptedSession.ts";

const NOW = "2026-01-11 00:00:00";

/** Rows of the history: the job ids of a tenant, with when each has ended. */
const rowsOf = (tenantId: string, ends: Readonly<Record<string, string | null>>) =>
  Object.entries(ends).map(([id, end]) => ({ TENANT_ID: tenantId, JOB_ID: id, END_TIMESTAMP: end }));

/** A history of so many jobs of one tenant, which answers page by page. */
const longHistory = (jobs: number) => {
  const scripted = scriptedCluster(serverInSys(), [
    /JOB_HISTORY/,
    () => {
      const { sql = "" } = scripted.session.asked.at(-1) ?? {};
      const [rows, offset] = (/LIMIT (\d+) OFFSET (\d+)$/.exec(sql) ?? []).slice(1).map(Number) as [
        number,
        number,
      ];
      const ids = Array.from({ length: Math.max(0, Math.min(rows, jobs - offset)) }, (_, i) => offset + i);
      return rowsOf("1002", Object.fromEntries(ids.map((id) => [`${id}`, "2026-01-01 00:00:00"])));
    },
  ]);
  const read = async (bounds: HistoryBounds) => {
    const { rows } = await readJobHistory(scripted.cluster, ["1002"], bounds, NOW);
    const pages = scripted.session.asked.map(({ sql }) => sql.replace(/.* JOB_ID (?=LIMIT)/, ""));
    return { jobs: rows.length, pages };
  };
  return { read };
};

describe("the history", () => {
  test("is read page by page, up to its limit and to its end", async () => {
    expect(await longHistory(2600).read({ limit: 2500 })).toEqual({
      jobs: 2500,
      pages: ["LIMIT 1000 OFFSET 0", "LIMIT 1000 OFFSET 1000", "LIMIT 500 OFFSET 2000"],
    });
    expect(await longHistory(1000).read({ limit: 2500 })).toEqual({
      jobs: 1000,
      pages: ["LIMIT 1000 OFFSET 0", "LIMIT 1000 OFFSET 1000"],
    });
    expect(await longHistory(999).read({ limit: 2500 })).toEqual({
      jobs: 999,
      pages: ["LIMIT 1000 OFFSET 0"],
    });
    expect(await longHistory(2600).read({ limit: 1000 })).toEqual({
      jobs: 1000,
      pages: ["LIMIT 1000 OFFSET 0"],
    });
  });

  test("has a job once that a page repeats, because another has ended in between", async () => {
    const [first, second] = [
      rowsOf("1002", Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`${i}`, NOW]))),
      rowsOf("1002", { 999: NOW, 1000: NOW }),
    ];
    const { cluster } = scriptedCluster(serverInSys(), [/OFFSET 0$/, first], [/OFFSET 1000$/, second]);
    expect((await readJobHistory(cluster, ["1002"], { limit: 2000 }, NOW)).rows).toHaveLength(1001);
  });

  test("has the jobs of the last days, and those whose end cannot be read; after the first older one it asks no more", async () => {
    const ends = {
      1: "2026-01-10 00:00:00",
      2: null,
      3: "2026-01-09 23:59:59",
      ...Object.fromEntries(Array.from({ length: 997 }, (_, i) => [`${i + 10}`, "2026-01-01 00:00:00"])),
    };
    const { cluster, session } = scriptedCluster(serverInSys(), [/JOB_HISTORY/, rowsOf("1002", ends)]);
    const { rows } = await readJobHistory(cluster, ["1002"], { limit: 5000, sinceDays: 1 }, NOW);
    expect(rows.map(({ jobId }) => jobId)).toEqual(["1", "2"]);
    expect(session.asked).toHaveLength(1);
  });

  test("of tenants that were asked one by one is put together, the latest first, and cut to its limit", async () => {
    const { cluster, session } = scriptedCluster(
      serverInSys(),
      [/IN \(1002, 1003, 1004\)/, new OceanBaseError("transient", "no leader", { errno: 4721 })],
      [/IN \(1002, 1003\)/, new OceanBaseError("transient", "no leader", { errno: 4721 })],
      [/IN \(1002\)/, rowsOf("1002", { 1: "2026-01-05 00:00:00", 2: "2026-01-01 00:00:00", 9: null })],
      [/IN \(1003\)/, new OceanBaseError("transient", "no leader", { errno: 4721 })],
      [/IN \(1004\)/, rowsOf("1004", { 7: "2026-01-09 00:00:00", 8: "2026-01-03 00:00:00" })],
    );
    const ids = ["1002", "1003", "1004"];
    const { rows, unreadable } = await readJobHistory(cluster, ids, { limit: 4 }, NOW);
    expect(rows.map(({ jobId }) => jobId)).toEqual(["7", "1", "8", "2"]);
    expect([...unreadable]).toEqual(["1003"]);
    expect(session.asked.map(({ notRepeated }) => notRepeated)).toEqual(Array(5).fill(LEADERLESS));
  });
});
