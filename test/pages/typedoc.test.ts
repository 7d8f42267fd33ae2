import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, run } from "../tools/toolchain/run.mjs";

test("TypeDoc reads the public types without a warning", async () => {
  const typedoc = join(createRequire(import.meta.url).resolve("typedoc"), "..", "..", "bin", "typedoc");
  const options = ["--options", join(ROOT, "test", "tools", "pages", "typedoc.cjs"), "--emit", "none"];
  const { code, output } = await run(process.execPath, [typedoc, ...options], { onLine: () => {} });
  expect({ code, output: output.trim() }).toEqual({ code: 0, output: "" });
});
