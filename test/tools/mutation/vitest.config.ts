import { statSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Small test files first: a mutant that a quick test finds costs no slow one. */
class SmallFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const size = ({ moduleId }: TestSpecification) => statSync(moduleId).size;
    return files.toSorted((a, b) => size(a) - size(b));
  }
}

/** What the mutation run asks of every mutant of `provider/oceanbase/`: the tests of that folder, in fast time. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, "..", ".."),
    include: ["provider/oceanbase/**/*.test.ts"],
    setupFiles: ["tools/mutation/fastTime.ts"],
    // In real time: six times as long for a test.
    testTimeout: 10_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 4_000 } },
    // One process for all files of a run: most of what a mutant costs would be processes.
    isolate: false,
    maxWorkers: 1,
    sequence: { sequencer: SmallFirst },
  },
});
