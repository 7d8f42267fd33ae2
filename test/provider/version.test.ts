import { expect, test } from "vitest";
import { DEFAULT_VERSION } from "../../sdk/sandbox/versions.ts";
import { useSandbox } from "../tools/support/sandbox.ts";

/*
 * A project that is named for a version (unit-4.0.0) runs on that one, and every other project on the default.
 */
const sandbox = useSandbox();

test("the sandbox plays the version that the project is named for", ({ task }) => {
  const [, named = DEFAULT_VERSION] = task.file.projectName?.split("-") ?? [];
  expect(sandbox().version).toBe(named);
});
