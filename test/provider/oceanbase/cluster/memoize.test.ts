import { expect, test, vi } from "vitest";
import { memoize } from "../../../../provider/oceanbase/cluster/memoize.ts";

test("a function is computed once for each object", () => {
  const compute = vi.fn((of: { name: string }) => `${of.name}!`);
  const memoized = memoize(compute);
  const [one, other] = [{ name: "one" }, { name: "one" }];
  expect([memoized(one), memoized(one), memoized(other)]).toEqual(["one!", "one!", "one!"]);
  expect(compute).toHaveBeenCalledTimes(2);
});
