import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { type Logins, type Sandbox, startSandbox } from "../../../sdk/sandbox/sandbox.ts";
import { VERSIONS, type VersionName } from "../../../sdk/sandbox/versions.ts";
import { ROOT } from "../../tools/toolchain/run.mjs";
import { runAgainst, runCli } from "./cliRun.ts";

/*
 * What the doctor says of every version that the sandbox plays, to every kind of login. The texts of one version stand in
 * files; what others say differently stands here.
 */
const started: Sandbox[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const sandbox of started.splice(0)) await sandbox.stop();
});

/** One tenant is being backed up and has a cleanup policy; another is being cancelled and has none. Time stands still. */
async function scene(version: VersionName): Promise<Sandbox> {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ["Date"] });
  const sandbox = await startSandbox({ version });
  started.push(sandbox);
  sandbox.setPolicy("mysql_tenant", "7d");
  sandbox.startBackup("mysql_tenant");
  sandbox.startBackup("oracle_tenant");
  vi.setSystemTime(Date.UTC(2026, 0, 1, 0, 1, 35, 500));
  runStatement(sandbox, "oracle_tenant", "ALTER SYSTEM CANCEL BACKUP");
  return sandbox;
}

async function textFor(sandbox: Sandbox, who: keyof Logins): Promise<string> {
  const { code, printed, complaints } = await runAgainst(sandbox, sandbox.logins[who], "doctor");
  expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
  return `${printed.replaceAll(`:${sandbox.port}`, ":2881")}\n`;
}

const WHO = ["sys", "mysqlTenant", "oracleTenant"] as const;
const fileOf = (who: (typeof WHO)[number]) => join(import.meta.dirname, "doctor", `${who}.txt`);

test.each(WHO)("what is said of 4.2.5 to a login as %s stands in a file", async (who) => {
  await expect(await textFor(await scene("4.2.5"), who)).toMatchFileSnapshot(fileOf(who));
});

test("the page shows what the program prints", async () => {
  const page = readFileSync(join(ROOT, "sdk", "cli", "README.md"), "utf8");
  const [, ...lines] = (await textFor(await scene("4.2.5"), "sys")).split("\n");
  expect(page).toContain(`\`\`\`\n${lines.join("\n").trim()}\n\`\`\`\n`);
  const { printed } = await runCli(["help"]);
  expect(page).toContain(`\`\`\`\n${printed}\n\`\`\`\n`);
});

/** What is said of other versions, and what stands in its place in the files. */
type Difference = readonly [inFile: string | RegExp, inVersion: string];

const SLOW: readonly Difference[] = [
  [
    "noticed within 30 s; CancelBackup waits for up to 900 s",
    "noticed within 300 s; CancelBackup waits for up to 1200 s",
  ],
  ["CANCELING for more than 120 s", "CANCELING for more than 390 s"],
];
const RECYCLE_BIN: Difference = [
  "reaches a tenant in the recycle bin as well",
  "passes over a tenant in the recycle bin",
];
const AT_ADD: Difference = [
  "adding a cleanup policy deletes nothing before the next hourly look",
  "a cleanup may start as soon as a policy is added: a window that is too short deletes backups at once",
];
const ONE_DEST: Difference = [
  /(?=^ {2}- (?:adding a cleanup policy|a cleanup may start))/m,
  "  - a cleanup works only in a tenant with exactly one destination of its log archive\n",
];
/** There no age is told in Oracle mode. */
const NO_AGE: Difference = ["CANCELING (full, 1 min 35 s old,", "CANCELING (full,"];
const NO_TENANTS_VIEW: Difference = [/^ {2}\w+\.DBA_OB_TENANTS .*\n/m, ""];

/** What differs in each version; `inTenants` for logins to user tenants alone. */
const DIFFERENCES: Readonly<
  Record<
    Exclude<VersionName, "4.2.5">,
    {
      build: string;
      all?: readonly Difference[];
      inTenants?: readonly Difference[];
      inOracle?: readonly Difference[];
    }
  >
> = {
  "4.0.0": {
    build: "4.0.0.0",
    all: [
      ...SLOW,
      [
        "down or cut off",
        "down or cut off; or the tenant's log archive is not DOING, which the first builds of 4.0 wait for",
      ],
    ],
    inTenants: [NO_TENANTS_VIEW],
  },
  "4.1.0": { build: "4.1.0.0", all: SLOW },
  "4.2.1": { build: "4.2.1.0" },
  "4.3.5": { build: "4.3.5.1", all: [RECYCLE_BIN] },
  "4.4.2": { build: "4.4.2.3", all: [RECYCLE_BIN, ONE_DEST], inOracle: [NO_AGE] },
  "4.5.0": { build: "4.5.0.0", all: [RECYCLE_BIN, AT_ADD, ONE_DEST], inOracle: [NO_AGE] },
  "4.6.0": { build: "4.6.0.0", all: [RECYCLE_BIN, AT_ADD, ONE_DEST], inOracle: [NO_AGE] },
};

describe.each(Object.entries(DIFFERENCES))(
  "what is said of %s",
  (version, { build, all = [], inTenants = [], inOracle = [] }) => {
    test.each(WHO)("to a login as %s is the same, but for what is known to differ", async (who) => {
      const differences = [
        ...all,
        ...(who === "sys" ? [] : inTenants),
        ...(who === "oracleTenant" ? inOracle : []),
      ];
      const expected = differences.reduce(
        (text, [inFile, inVersion]) => {
          expect(text).toMatch(inFile);
          return text.replace(inFile, inVersion);
        },
        readFileSync(fileOf(who), "utf8").replaceAll("4.2.5.1", build),
      );
      expect(await textFor(await scene(version as VersionName), who)).toBe(expected);
    });
  },
);

test("every version that is played is looked at", () => {
  expect([...Object.keys(DIFFERENCES), "4.2.5"].sort()).toEqual([...VERSIONS].sort());
});

describe.each(VERSIONS)("of %s", (version) => {
  test.each(WHO)("nothing but SELECT and SHOW reaches the server, on one connection, as %s", async (who) => {
    const sandbox = await scene(version);
    sandbox.log.clear();
    await textFor(sandbox, who);
    for (const args of [
      ["doctor", "--json", "--anonymous"],
      ["jobs", "--history"],
    ]) {
      expect(await runAgainst(sandbox, sandbox.logins[who], ...args)).toMatchObject({
        code: 0,
        complaints: "",
      });
    }
    const statements = sandbox.log.entries.map(({ sql }) => sql);
    expect(statements.length).toBeGreaterThan(30);
    expect(sandbox.mostConnections).toBe(1);
    expect(statements.filter((sql) => !/^(SELECT|SHOW) /.test(sql))).toEqual([]);
    // A SELECT could still change something: none of these can.
    expect(
      statements.filter((sql) =>
        /\b(INTO|FOR UPDATE|SLEEP|SET)\b|;/i.test(sql.replace(/OB_BACKUP_SET_FILES/g, "")),
      ),
    ).toEqual([]);
  });
});
