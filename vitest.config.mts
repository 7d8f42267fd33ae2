import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { DEFAULT_VERSION, NEWEST, OLDEST, VERSIONS } from "./sdk/sandbox/versions.ts";

/** Tests that wait most of the time: more of them at once than there are processors. */
const WAITING = { maxWorkers: 4, sequence: { groupOrder: 1 } };

/** What runs on every version: the options of a stop. */
const OPTIONS = [
  "provider/version.test.ts",
  "provider/resources/cancelBackup/keepStopped.test.ts",
  "provider/oceanbase/stop/{filters,leftovers,restorePoints,tenants,wait}.test.ts",
];

/** What runs on the oldest and the newest one besides: the lifecycles of the resources. */
const LIFECYCLES = "provider/resources/{backupCleanupPolicy,cancelBackup}/*.test.ts";

/** Tests that the project `unit` runs on the default version, on the others. */
const unitByVersion = VERSIONS.filter((version) => version !== DEFAULT_VERSION).map((version) => ({
  extends: true as const,
  test: {
    ...WAITING,
    name: `unit-${version}`,
    include: [OLDEST, NEWEST].includes(version) ? [...OPTIONS, LIFECYCLES] : OPTIONS,
    provide: { oceanBase: version },
  },
}));

/** The examples, on the oldest and the newest version. */
const examplesByVersion = [OLDEST, NEWEST].map((version) => ({
  extends: true as const,
  test: {
    name: `examples-${version}`,
    include: ["e2e/examples.test.ts"],
    globalSetup: "tools/support/installedPackage.ts",
    testTimeout: 180_000,
    provide: { oceanBase: version },
  },
}));

/** One run of everything. The kinds differ in what they need: `npm test` prepares all of it beforehand. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, "test"),
    // A test that never ends is a failure; what is slow by nature says so itself.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // What is waited for comes soon, but not within a second on every machine.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
    // The programs and provider hosts that the tests start compile the same modules some hundred times: a seventh of their CPU.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, ".toolchain", "compile-cache") },
    allowOnly: false,
    passWithNoTests: false,
    // Measured where it is asked for, by `--coverage`: on what runs inside the tests' own processes. A run of some of
    // the tests measures nothing.
    coverage: {
      allowExternal: true,
      include: ["../provider/**/*.ts", "../sdk/{nodejs,cli}/**/*.ts"],
      // It is run as a process of its own, by test/package/cli.test.ts.
      exclude: ["../sdk/cli/main.ts"],
      reporter: ["text-summary", "json-summary", "html"],
      reportsDirectory: "../.toolchain/coverage",
      thresholds: {
        "../provider/**/*.ts": { lines: 95, branches: 95 },
        "../sdk/{nodejs,cli}/**/*.ts": { lines: 95, branches: 95 },
      },
    },
    projects: [
      {
        extends: true,
        test: {
          ...WAITING,
          name: "unit",
          include: ["provider/**/*.test.ts", "sdk/{nodejs,cli}/**/*.test.ts"],
        },
      },
      ...unitByVersion,
      { extends: true, test: { name: "sandbox", include: ["sdk/sandbox/**/*.test.ts"] } },
      { extends: true, test: { name: "contract", include: ["contract/**/*.test.ts"] } },
      { extends: true, test: { name: "attackers", include: ["attackers/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "kernel",
          include: ["kernel/**/*.test.ts"],
          globalSetup: "kernel/install.ts",
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        // Its tests wait most of the time.
        test: {
          name: "faults",
          include: ["faults/**/*.test.ts"],
          testTimeout: 180_000,
          maxConcurrency: 100,
        },
      },
      {
        extends: true,
        // Time is virtual there.
        test: { name: "histories", include: ["histories/**/*.test.ts"], testTimeout: 7_200_000 },
      },
      {
        extends: true,
        test: {
          name: "package",
          include: ["package/**/*.test.ts"],
          globalSetup: ["tools/support/installedPackage.ts", "tools/support/packageManagers.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "pages",
          include: ["pages/**/*.test.ts"],
          globalSetup: "tools/support/installedPackage.ts",
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "host",
          include: ["host/**/*.test.ts"],
          globalSetup: "tools/support/installedPackage.ts",
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          exclude: ["e2e/examples.test.ts"],
          globalSetup: "tools/support/installedPackage.ts",
          testTimeout: 180_000,
        },
      },
      ...examplesByVersion,
      {
        extends: true,
        test: {
          name: "languages",
          include: ["languages/**/*.test.ts"],
          globalSetup: "tools/support/installedPackage.ts",
          // A Go program is compiled first.
          testTimeout: 400_000,
        },
      },
      {
        extends: true,
        test: {
          name: "load",
          include: ["load/**/*.test.ts"],
          globalSetup: "tools/support/installedPackage.ts",
          testTimeout: 400_000,
        },
      },
    ],
  },
});
