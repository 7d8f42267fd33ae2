import { describe, expect, test } from "vitest";
import { dropCleanupPolicy } from "../../../../provider/oceanbase/cleanup/cleanupPolicyChange.ts";
import { drop, usePolicyChange } from "../../../tools/support/cleanupPolicy.ts";

const { sandbox, inPlace, sent, windows } = usePolicyChange();

describe("a drop", () => {
  test("sends one statement, and none for a policy that does not exist", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    await inPlace((place) => dropCleanupPolicy(place));
    await inPlace((place) => dropCleanupPolicy(place));
    expect(sent()).toEqual([drop]);
    expect(windows()).toEqual([]);
  });

  test("leaves a policy alone that its condition does not meet", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    await inPlace((place) => dropCleanupPolicy(place, (shown) => shown.recoveryWindow !== "7d"));
    expect(sent()).toEqual([]);
  });

  test("reads the view when the reply is lost, and repeats a statement without effect", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /DROP DELETE/, act: { kind: "cut after" } });
    await inPlace((place) => dropCleanupPolicy(place));
    expect(sent()).toEqual([drop]);
    sandbox().setPolicy("mysql_tenant", "7d");
    sandbox().faults.inject({ match: /DROP DELETE/, act: { kind: "cut before" } });
    await inPlace((place) => dropCleanupPolicy(place));
    expect(sent()).toEqual([drop, drop, drop]);
    expect(windows()).toEqual([]);
  });

  test("without the privilege fails", async () => {
    sandbox().setPolicy("mysql_tenant", "7d");
    await expect(inPlace((place) => dropCleanupPolicy(place), { who: "reader" })).rejects.toMatchObject({
      kind: "refused",
      errno: 1227,
      message: expect.stringMatching(
        /^dropping the cleanup policy of tenant mysql_tenant as reader@sys .*ALTER SYSTEM/,
      ),
    });
    expect(sent()).toHaveLength(1);
  });
});
