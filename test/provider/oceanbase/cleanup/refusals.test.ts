import { describe, expect, test } from "vitest";
import { ensureCleanupPolicy } from "../../../../provider/oceanbase/cleanup/cleanupPolicyChange.ts";
import { usePolicyChange } from "../../../tools/support/cleanupPolicy.ts";

const { sandbox, inPlace, ensure, sent } = usePolicyChange();

describe("a server without cleanup policies", () => {
  test.each([1146, 1064])("is recognized by its views (error %i)", async (errno) => {
    sandbox().faults.inject({ match: /DELETE_POLICY/, act: { kind: "error", errno } });
    await expect(ensure({ recoveryWindow: "7d" })).rejects.toMatchObject({
      kind: "unsupported",
      message: expect.stringMatching(
        /^reading the cleanup policy of tenant mysql_tenant .*OceanBase 4\.2\.5\.1 has none.*OceanBase 4\.0 or later with cleanup policies/,
      ),
    });
    expect(sent()).toEqual([]);
  });

  test.each([1064, 1235])("is recognized by its answer to the statement (error %i)", async (errno) => {
    sandbox().faults.inject({
      match: /ADD DELETE/,
      act: { kind: "error", errno, message: "x not supported" },
    });
    await expect(ensure({ recoveryWindow: "7d" })).rejects.toMatchObject({
      kind: "unsupported",
      message: expect.stringMatching(/OceanBase 4\.2\.5\.1 has none.*"x not supported".*4\.0 or later/),
    });
    expect(sent()).toHaveLength(1);
  });
});

test.each([
  [5160, "the tenant does not exist"],
  [5260, "the tenant is locked"],
  [4016, "it can have none, or the server failed"],
  [1210, "the server takes not all values"],
])("error %i is put into the words of a cleanup policy", async (errno, words) => {
  sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "error", errno } });
  await expect(ensure({ recoveryWindow: "7d" })).rejects.toThrow(words);
  expect(sent()).toHaveLength(1);
});

test("a login that fails between two sends keeps its own message", async () => {
  const report = await inPlace(async (place) => {
    sandbox().faults.inject({ match: /ADD DELETE/, act: { kind: "cut before" } });
    sandbox().faults.inject({ match: /^login/, times: 9, act: { kind: "error", errno: 5260 } });
    return await ensureCleanupPolicy(place, { wanted: { recoveryWindow: "7d" }, mayReplace: () => false });
  });
  expect(report).toMatchObject({ certain: false });
  expect(report.interrupted?.message).toContain("unlock the tenant, or log in to sys");
});
