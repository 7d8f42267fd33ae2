import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BUGS } from "./bugs.ts";

const bug = BUGS[Number(process.env.PLANTED)];
if (bug === undefined) throw new Error("PLANTED is the number of a bug");

/** Runs the generator on this package with one bug in it. The file itself stays as it is: the bug is planted as it is loaded. */
export default defineConfig({
  plugins: [
    {
      name: "planted",
      enforce: "pre",
      transform: (code, id) =>
        id.endsWith(`/provider/${bug.file}`) ? code.replace(bug.from, () => bug.to) : undefined,
    },
  ],
  test: {
    root: join(import.meta.dirname, "..", ".."),
    include: ["histories/planted/hunt.ts"],
    testTimeout: 7_200_000,
    // What is kept of a file does not say which bug was in it.
    fsModuleCache: false,
  },
});
