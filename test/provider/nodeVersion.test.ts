import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeProblem } from "../../provider/nodeVersion.ts";
import { ROOT } from "../tools/toolchain/run.mjs";

test.each(["22.0.0", "24.21.0", "100.0.0"])("Node %s will do", (version) => {
  expect(nodeProblem(version)).toBeUndefined();
});

test.each(["20.20.2", "9.0.0", "21.7.3"])("Node %s will not", (version) => {
  expect(nodeProblem(version)).toBe(
    `pulumi-oceanbase-backup: Node 22 or newer is needed, this is ${version}`,
  );
});

test("the manifest asks for the same", () => {
  const { engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  expect(nodeProblem("0.0.0")).toContain(`Node ${engines.node.replace(">=", "")} or newer`);
});
