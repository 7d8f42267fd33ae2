import { describe, expect, test } from "vitest";
import { useStop } from "../../../tools/support/stop.ts";

const { sandbox, rehearse, cancels } = useStop();

describe("a rehearsal", () => {
  test("identifies the server, resolves the tenants, and sends no statement", async () => {
    sandbox().startBackup("mysql_tenant");
    expect(await rehearse()).toMatchObject({ jobs: [], server: { cluster: "obdemo" } });
    await expect(rehearse({ selection: ["Mysql_tenant"] })).rejects.toThrow(/did you mean mysql_tenant/);
    expect(cancels()).toEqual([]);
  });

  const warnings = async (...[request, as]: Parameters<typeof rehearse>) =>
    (await rehearse(request, as)).warnings.join("\n");

  test("warns of a user whose grants lack the ALTER SYSTEM privilege", async () => {
    const lacking = "lack the ALTER SYSTEM privilege";
    expect(await warnings({ selection: "all" }, { who: "reader" })).toContain(lacking);
    expect(await warnings({ selection: "all" })).not.toContain("privilege");
  });

  test("does not judge the privileges in Oracle mode, nor where the grants cannot be read", async () => {
    expect(await warnings({ selection: "own" }, { who: "oracleTenant" })).not.toContain("privilege");
    sandbox().faults.inject({ match: /SHOW GRANTS/, act: { kind: "error", errno: 1142 } });
    expect(await warnings({ selection: "all" }, { who: "reader" })).not.toContain("privilege");
  });
});
