import { describe, expect, test } from "vitest";
import {
  type PolicyRequest,
  plannedStatements,
} from "../../../../provider/oceanbase/cleanup/cleanupPolicyChange.ts";
import type { Row } from "../../../../provider/oceanbase/connection/driver.ts";
import { ADD, DROP } from "../../../tools/support/cleanupPolicy.ts";
import { scriptedCluster, serverInSys, tenant } from "../../../tools/support/scriptedSession.ts";

/** What would be sent to a tenant whose policy has this window; a scripted session refuses to send anything. */
function planned(window: string | undefined, request: PolicyRequest, version = "4.2.5.1"): Promise<string[]> {
  const rows: Row[] =
    window === undefined ? [] : [{ TENANT_ID: "1002", POLICY_NAME: "default", RECOVERY_WINDOW: window }];
  const { cluster } = scriptedCluster(serverInSys({ version }), [/DELETE_POLICY/, rows]);
  return plannedStatements({ cluster, tenant: tenant("1002", "one") }, request);
}

const add = (window: string, rest = "") => `${ADD} RECOVERY_WINDOW = '${window}'${rest} TENANT = \`one\``;
const drop = `${DROP} TENANT = \`one\``;
const keeping = { mayReplace: () => false };
const replacing = { mayReplace: () => true };

describe("the plan for a policy", () => {
  test("is an ADD where there is none", async () => {
    const wanted = { recoveryWindow: "7d", redundancy: 2 };
    expect(await planned(undefined, { ...keeping, wanted })).toEqual([add("7d", " REDUNDANCY = 2")]);
  });

  test("is nothing where there is one of the same length", async () => {
    expect(await planned("168h", { ...keeping, wanted: { recoveryWindow: "7d" } })).toEqual([]);
  });

  test("is nothing where the record agrees with it in what the server does not show", async () => {
    const wanted = { recoveryWindow: "7d", redundancy: 2, backupCopies: 1 };
    expect(await planned("7d", { ...replacing, wanted, record: { ...wanted } })).toEqual([]);
  });

  test.each([{ redundancy: 2 }, { backupCopies: 1 }])(
    "is a DROP and an ADD where the record has not %j",
    async (hidden) => {
      const wanted = { recoveryWindow: "7d", ...hidden };
      const record = { recoveryWindow: "7d" };
      expect(await planned("7d", { ...replacing, wanted, record })).toEqual([
        drop,
        expect.stringContaining(ADD),
      ]);
    },
  );

  test.each(["4.2.5.1", "4.5.0.0"])(
    "is a DROP and an ADD on %s where there is a different one that may be replaced",
    async (version) => {
      const request = { ...replacing, wanted: { recoveryWindow: "8d" } };
      expect(await planned("7d", request, version)).toEqual([drop, add("8d")]);
    },
  );

  test("is refused where there is a different one that may not be replaced", async () => {
    await expect(planned("7d", { ...keeping, wanted: { recoveryWindow: "8d" } })).rejects.toMatchObject({
      kind: "refused",
      message: expect.stringContaining("recovery window 7d instead of recovery window 8d"),
    });
  });

  test.each([
    ["", "takes none without a recovery window"],
    ["0d", "takes none without a recovery window"],
    [" 7d", "is not made of letters and digits"],
  ])("is refused on 4.5 where the one with the window %j could not be put back", async (window, why) => {
    const request = { ...replacing, wanted: { recoveryWindow: "8d" } };
    await expect(planned(window, request, "4.5.0.0")).rejects.toThrow(why);
  });
});
