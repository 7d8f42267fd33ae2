import { describe, expect, test } from "vitest";
import type { Cluster } from "../../../../provider/oceanbase/cluster/cluster.ts";
import { readReadable } from "../../../../provider/oceanbase/cluster/leaderless.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import {
  scriptedCluster,
  serverInSys,
  serverInTenant,
  tenant,
} from "../../../tools/support/scriptedSession.ts";

const noLeader = (errno = 4721) => new OceanBaseError("transient", "no leader", { errno });
const TENANTS = ["1", "1002", "1004", "1006"];
const server = serverInSys({
  tenants: TENANTS.flatMap((id) => [tenant(id, `t${id}`), tenant(`9${id}`, "META", { type: "META" })]),
});

/** Reads the tenants' ids, unless one of them is among those that fail; keeps what was asked for. */
function reading(failures: Readonly<Record<string, Error>>, on = scriptedCluster(server).cluster) {
  const asked: (readonly string[] | undefined)[] = [];
  const alone: boolean[] = [];
  const read = async (
    some: Cluster,
    ids: readonly string[] | undefined,
    notRepeated?: ReadonlySet<number>,
  ) => {
    asked.push(ids);
    alone.push(some !== on && notRepeated?.has(4721) === true);
    const failing = Object.keys(failures).find((id) => ids === undefined || ids.includes(id));
    if (failing !== undefined) throw failures[failing];
    return ids ?? ["all"];
  };
  return { asked, alone, read: (ids?: readonly string[]) => readReadable(on, ids, read) };
}

describe("a read over several tenants", () => {
  test("is one read when all of them have a leader", async () => {
    const { asked, alone, read } = reading({});
    expect(await read(["1", "1002"])).toEqual({ rows: ["1", "1002"], unreadable: new Set() });
    expect(await read()).toEqual({ rows: ["all"], unreadable: new Set() });
    expect([asked, alone]).toEqual([
      [["1", "1002"], undefined],
      [false, false],
    ]);
  });

  test.each([4012, 4654, 4721, 4722])(
    "is cut in halves until the one without a leader is found: %i",
    async (errno) => {
      const { asked, alone, read } = reading({ 1004: noLeader(errno) });
      expect(await read(TENANTS)).toEqual({ rows: ["1", "1002", "1006"], unreadable: new Set(["1004"]) });
      expect(asked).toEqual([TENANTS, ["1", "1002"], ["1004", "1006"], ["1004"], ["1006"]]);
      // One that is asked alone has a time of its own, and is not asked again.
      expect(alone).toEqual([false, false, false, true, true]);
    },
  );

  test("of all asks the tenants by name then, those with backups", async () => {
    const { asked, read } = reading({ 1002: noLeader() });
    expect((await read()).unreadable).toEqual(new Set(["1002"]));
    expect(asked.slice(0, 3)).toEqual([undefined, ["1", "1002"], ["1"]]);
    expect(asked.flat()).not.toContain("91002");
  });

  test("fails with everything else, and is not cut", async () => {
    for (const failure of [
      new OceanBaseError("transient", "busy", { errno: 4023 }),
      new TypeError("a bug"),
    ]) {
      const { asked, read } = reading({ 1002: failure });
      await expect(read(TENANTS)).rejects.toBe(failure);
      expect(asked).toHaveLength(1);
    }
  });
});

describe("a read of one tenant", () => {
  test("that cannot be reached alone is left out", async () => {
    const { read } = reading({ 1002: new OceanBaseError("unreachable", "no reply") });
    expect(await read(["1002"])).toEqual({ rows: [], unreadable: new Set(["1002"]) });
  });

  test("that the server refuses fails", async () => {
    const refused = new OceanBaseError("refused", "no", { errno: 1142 });
    await expect(reading({ 1002: refused }).read(["1002"])).rejects.toBe(refused);
  });

  test("fails when it is sys: a cluster whose sys tenant cannot answer cannot be read", async () => {
    const failure = noLeader();
    const { alone, read } = reading({ 1: failure });
    await expect(read(["1"])).rejects.toBe(failure);
    await expect(read(TENANTS)).rejects.toBe(failure);
    expect(alone).toEqual([false, false, false, false]);
  });

  test("fails for a login to it, and is not cut", async () => {
    const failure = noLeader();
    const own = scriptedCluster(serverInTenant()).cluster;
    for (const ids of [undefined, ["1002"], ["1002", "1004"]]) {
      const { asked, alone, read } = reading({ 1002: failure }, own);
      await expect(read(ids)).rejects.toBe(failure);
      expect([asked, alone]).toEqual([[ids], [false]]);
    }
  });
});
