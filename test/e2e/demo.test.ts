import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, run } from "../tools/toolchain/run.mjs";

test("the demonstration shows both jobs before, one after, and the one statement between", async () => {
  const { code, output } = await run(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(ROOT, "test", "tools", "demo", "main.ts")],
    { onLine: () => {} },
  );
  expect(output).toContain("1 backup job: mysql_tenant job 1 CANCELED");
  const [before, after] = output.split("pulumi up --yes");
  expect(before?.match(/'DOING'/g)).toHaveLength(2);
  expect(after?.match(/'DOING'/g)).toHaveLength(1);
  expect(after?.match(/'CANCELED'/g)).toHaveLength(1);
  expect(output).toContain(
    "The server got 1 statement:\n  ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`",
  );
  expect(output).toContain("2 deleted");
  expect(output.trimEnd()).toMatch(/=== What this was: .*$/);
  expect(code).toBe(0);
});
