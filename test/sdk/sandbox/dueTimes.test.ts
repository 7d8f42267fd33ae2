import fc from "fast-check";
import { expect, test } from "vitest";
import { DueTimes } from "../../../sdk/sandbox/cluster/dueTimes.ts";

/** Takes everything out, earliest first. */
function drain(times: DueTimes): [tenantId: number, atMs: number][] {
  const taken: [number, number][] = [];
  for (let next = times.earliest(); next !== undefined; next = times.earliest()) {
    taken.push([next.tenantId, next.atMs]);
    times.delete(next.tenantId);
  }
  return taken;
}

const change = fc.record({
  tenantId: fc.integer({ min: 1, max: 20 }),
  atMs: fc.option(fc.integer({ min: 0, max: 1000 })),
});

test("the earliest of many times is always at hand, whatever was set, moved and deleted before", () => {
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const times = new DueTimes();
      const expected = new Map<number, number>();
      for (const { tenantId, atMs } of changes) {
        if (atMs === null) {
          times.delete(tenantId);
          expected.delete(tenantId);
        } else {
          times.set(tenantId, atMs);
          expected.set(tenantId, atMs);
        }
        expect(times.get(tenantId)).toBe(expected.get(tenantId));
      }
      expect(drain(times)).toEqual([...expected].toSorted((a, b) => a[1] - b[1] || a[0] - b[0]));
    }),
  );
});

test("ten thousand times cost few comparisons each", () => {
  const times = new DueTimes();
  const count = 10_000;
  for (let i = 0; i < count; i += 1) times.set(i, (i * 7919) % count);
  expect(drain(times)).toHaveLength(count);
  // A heap needs about 2 log2(n) for each; a search through all of them n.
  expect(times.comparisons).toBeLessThan(count * 40);
});
