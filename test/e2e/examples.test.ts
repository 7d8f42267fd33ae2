import { rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Sandbox } from "../../sdk/sandbox/sandbox.ts";
import { rightAnswersOf } from "../contract/rightAnswers.ts";
import { copyOfExample } from "../tools/support/consumer.ts";
import { exampleStacks, runtimeOf } from "../tools/support/languages.ts";
import { FEATURES, startFast, useSandbox } from "../tools/support/sandbox.ts";
import { configureClusters, startEast } from "../tools/support/severalClusters.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";
import { ROOT, run } from "../tools/toolchain/run.mjs";

/*
 * Every example as a user runs it: up, up again, destroy. A new example without a test here is a failure.
 */
const sandbox = useSandbox();
const cancels = () => sandbox().log.cancels;
let stack: Stack | undefined;
afterEach(() => stack?.remove());

const tested = new Set<string>();

async function example(name: string, environment: Record<string, string>): Promise<Stack> {
  tested.add(name);
  stack = await Stack.create(copyOfExample(name), environment);
  return stack;
}

async function upAgainAndDestroy(running: Stack): Promise<void> {
  const sent = cancels().length;
  expect(await running.up()).toMatchObject({
    code: 0,
    output: expect.stringMatching(/Resources:\s+\d+ unchanged/),
  });
  expect((await running.destroy()).code).toBe(0);
  expect(cancels()).toHaveLength(sent);
}

test.each(["quickstart", "quickstart-javascript", "quickstart-esm"])(
  "%s stops one tenant's backup from sys",
  async (name) => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    const running = await example(name, environmentFor(sandbox()));
    expect(await running.up()).toMatchObject({ code: 0 });
    expect(await running.outputs()).toMatchObject({
      summary: "1 backup job: mysql_tenant job 1 CANCELED",
      jobs: [{ status: "CANCELED" }],
    });
    expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`"]);
    await upAgainAndDestroy(running);
  },
);

test("all-tenants stops a cluster backup, and again when its trigger changes", async () => {
  sandbox().startClusterBackup();
  const running = await example("all-tenants", {});
  await running.config("oceanbase-backup:host", "127.0.0.1");
  await running.config("oceanbase-backup:port", String(sandbox().port));
  await running.config("oceanbase-backup:password", sandbox().logins.sys.password, true);
  expect(await running.up()).toMatchObject({ code: 0 });
  const { jobs } = (await running.outputs()) as { jobs: { tenant: string; status: string }[] };
  expect(new Set(jobs.map((job) => job.status))).toEqual(new Set(["CANCELED"]));
  expect(jobs[0]?.tenant).toBe("sys");
  await running.config("maintenance", "2");
  expect(await running.up()).toMatchObject({ code: 0 });
  expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP", "ALTER SYSTEM CANCEL BACKUP"]);
  await upAgainAndDestroy(running);
});

test("own-tenant stops the backup of the MySQL-mode tenant it logs in to", async () => {
  const { mysqlTenant } = sandbox().logins;
  sandbox().startBackup("mysql_tenant");
  sandbox().startBackup("oracle_tenant");
  const { OCEANBASE_PASSWORD: _, ...environment } = environmentFor(sandbox());
  const running = await example("own-tenant", environment);
  await running.config("password", mysqlTenant.password, true);
  expect(await running.up()).toMatchObject({ code: 0 });
  expect(await running.outputs()).toMatchObject({ jobs: [{ tenant: "mysql_tenant", status: "CANCELED" }] });
  expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP"]);
  expect(sandbox().rows("SELECT tenant_id FROM oceanbase.__all_backup_job")).toEqual([{ tenant_id: 1004 }]);
  await upAgainAndDestroy(running);
});

test("oracle-tenant stops the backup of the Oracle-mode tenant it logs in to, as SYS", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().startBackup("oracle_tenant");
  const running = await example("oracle-tenant", environmentFor(sandbox(), sandbox().logins.oracleTenant));
  expect(await running.up()).toMatchObject({ code: 0 });
  expect(await running.outputs()).toMatchObject({
    jobs: [
      {
        tenant: "oracle_tenant",
        status: "CANCELED",
        // From 4.4 on it is not known what zone the views print.
        startedAt: expect.stringMatching(
          rightAnswersOf(FEATURES.build).tellsAge("ORACLE")
            ? /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/
            : /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
        ),
      },
    ],
  });
  expect(cancels()).toEqual(["ALTER SYSTEM CANCEL BACKUP"]);
  expect(sandbox().rows("SELECT tenant_id FROM oceanbase.__all_backup_job")).toEqual([{ tenant_id: 1002 }]);
  await upAgainAndDestroy(running);
});

test("cleanup-policy gives the tenant a policy before its backup is cancelled, and takes it away again", async () => {
  sandbox().startBackup("mysql_tenant");
  const running = await example("cleanup-policy", environmentFor(sandbox()));
  expect(await running.up()).toMatchObject({ code: 0 });
  const policy = "DELETE BACKUP POLICY = 'default'";
  const statements = () => sandbox().log.matching(/^ALTER/);
  expect(statements()).toEqual([
    `ALTER SYSTEM ADD ${policy} RECOVERY_WINDOW = '7d' TENANT = \`mysql_tenant\``,
    "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`",
  ]);
  // Nothing is said of a missing policy.
  expect(await running.outputs()).toEqual({
    cleanup: "cleanup policy of mysql_tenant: recovery window 7d",
    summary: "1 backup job: mysql_tenant job 1 CANCELED",
    warnings: [],
  });
  await upAgainAndDestroy(running);
  expect(statements().slice(2)).toEqual([`ALTER SYSTEM DROP ${policy} TENANT = \`mysql_tenant\``]);
});

test("teardown stops the backup of its tenant before the tenant is dropped, on a plain destroy", async () => {
  const running = await example("teardown", environmentFor(sandbox()));
  expect(await running.preview()).toMatchObject({ code: 0 });
  expect(await running.up()).toMatchObject({ code: 0 });
  expect(cancels()).toEqual([]);
  sandbox().startBackup("env_test");
  expect(await running.destroy()).toMatchObject({ code: 0 });
  const statements = sandbox().log.matching(/^(ALTER|CREATE|DROP)/);
  expect(statements.map((sql) => sql.split(" RESOURCE_POOL_LIST")[0])).toEqual([
    "CREATE TENANT `env_test`",
    "ALTER SYSTEM CANCEL BACKUP TENANT = `env_test`",
    "DROP TENANT IF EXISTS `env_test` FORCE",
  ]);
  const waited = sandbox().log.entries.findLastIndex((entry) => entry.sql.includes("BACKUP_JOB_HISTORY"));
  const dropped = sandbox().log.entries.findIndex((entry) => entry.sql.startsWith("DROP"));
  expect(waited).toBeGreaterThan(-1);
  expect(waited).toBeLessThan(dropped);
});

test("quiesce-for-maintenance keeps a tenant stopped, and lets go of it in the end", async () => {
  sandbox().startBackup("mysql_tenant");
  const running = await example("quiesce-for-maintenance", environmentFor(sandbox()));
  await running.config("settleSeconds", "1");
  expect(await running.preview()).toMatchObject({
    code: 0,
    output: expect.stringMatching(/1 backup job runs now: mysql_tenant job 1/),
  });
  expect(await running.up()).toMatchObject({ code: 0 });
  expect(await running.outputs()).toMatchObject({
    summary: "1 backup job: mysql_tenant job 1 CANCELED",
    leftovers: [{ tenant: "mysql_tenant", fileStatus: "INCOMPLETE" }],
  });
  sandbox().startBackup("mysql_tenant");
  expect(await running.refresh()).toMatchObject({
    code: 0,
    output: expect.stringContaining("a backup runs where backups are to be kept stopped: mysql_tenant job 2"),
  });
  expect(await running.up()).toMatchObject({ code: 0 });
  expect(await running.outputs()).toMatchObject({ summary: "1 backup job: mysql_tenant job 2 CANCELED" });
  expect(cancels()).toHaveLength(2);
  await upAgainAndDestroy(running);
});

test("several-clusters stops the backups of two clusters, each with its own login", async () => {
  const east = await startEast();
  try {
    for (const cluster of [sandbox(), east]) cluster.startBackup("mysql_tenant");
    const running = await example("several-clusters", {});
    await running.config("clusters", '["west","east"]');
    await configureClusters(running, sandbox(), east);
    expect(await running.up()).toMatchObject({ code: 0 });
    const stopped = "1 backup job: mysql_tenant job 1 CANCELED";
    expect(await running.outputs()).toEqual({ summaries: { west: stopped, east: stopped } });
    await upAgainAndDestroy(running);
    expect([sandbox(), east].map(({ log }) => log.cancels)).toEqual([
      ["ALTER SYSTEM CANCEL BACKUP"],
      ["ALTER SYSTEM CANCEL BACKUP"],
    ]);
  } finally {
    await east.stop();
  }
});

describe("fleet", () => {
  const SIZE = 20;
  const PARALLEL = 5;
  const CANCEL = "ALTER SYSTEM CANCEL BACKUP";
  let fleet: Sandbox[] = [];
  let running: Stack;
  const names = Array.from({ length: SIZE }, (_, i) => `cluster-${i}`);
  beforeEach(async () => {
    fleet = await Promise.all(names.map(() => startFast()));
    for (const cluster of fleet) cluster.startBackup("mysql_tenant");
    running = await example("fleet", {});
    const clusters = fleet.map(({ port }, i) => ({ name: names[i], host: "127.0.0.1", port }));
    const passwords = fleet.map(({ logins }, i) => [names[i], logins.sys.password]);
    await running.config("clusters", JSON.stringify(clusters));
    await running.config("passwords", JSON.stringify(Object.fromEntries(passwords)), true);
  });
  afterEach(() => Promise.all(fleet.map((cluster) => cluster.stop())));

  const up = (...flags: string[]) =>
    running.pulumi(["up", "--yes", "--skip-preview", "--parallel", String(PARALLEL), ...flags]);
  const sent = () => fleet.map(({ log }) => log.cancels);

  /** The next cancel on this cluster is refused, and does nothing. */
  const refuseOn = (index: number) =>
    fleet[index]?.faults.inject({ match: /CANCEL BACKUP/, act: { kind: "error", errno: 1227 } });

  /** What the state says of each cluster, by name. */
  async function recorded(): Promise<Record<string, unknown>> {
    const resources = await running.resources();
    const made = resources.filter(({ type }) => type.endsWith(":CancelBackup"));
    return Object.fromEntries(
      made.map(({ urn, outputs }) => [urn.split("::").at(-1), [outputs?.outcome, outputs?.summary]]),
    );
  }
  const stopped = (named: readonly string[]) =>
    Object.fromEntries(named.map((name) => [name, ["stopped", "1 backup job: mysql_tenant job 1 CANCELED"]]));

  /** On how many clusters something was going on at the same time, by their logs. */
  function mostAtOnce(): number {
    const spans = fleet.map(({ log }) => [log.entries[0]?.at ?? 0, log.entries.at(-1)?.at ?? 0] as const);
    return Math.max(...spans.map(([at]) => spans.filter(([from, to]) => from <= at && at <= to).length));
  }

  test("stops the backups of every cluster, some at a time, and one that fails hides no other's outcome", async () => {
    refuseOn(7);
    const { code, output } = await up("--continue-on-error");
    expect({ code, output }).toEqual({
      code: expect.not.toBeOneOf([0]),
      output: expect.stringMatching(/cluster-7[\s\S]*error 1227/),
    });
    expect(sent()).toEqual(fleet.map(() => [CANCEL]));
    const others = names.filter((name) => name !== "cluster-7");
    expect(await recorded()).toEqual(stopped(others));
    expect(mostAtOnce()).toBeGreaterThan(1);
    expect(mostAtOnce()).toBeLessThanOrEqual(PARALLEL);
    // What has failed is done by the next one, and nothing else.
    expect(await up()).toMatchObject({ code: 0 });
    expect(sent()).toEqual(names.map((name) => (name === "cluster-7" ? [CANCEL, CANCEL] : [CANCEL])));
    expect(await recorded()).toEqual(stopped(names));
    await upAgainAndDestroy(running);
    expect(sent().flat()).toHaveLength(SIZE + 1);
  });

  test("without --continue-on-error begins nothing more once one has failed, and loses nothing that was done", async () => {
    // The engine takes them in an order of its own: every second one is refused, so that it has not begun all by then.
    const isRefused = (name: string) => names.indexOf(name) % 2 === 0;
    for (const name of names.filter(isRefused)) refuseOn(names.indexOf(name));
    expect(await up()).toMatchObject({ code: expect.not.toBeOneOf([0]) });
    const reached = names.filter((_, i) => sent()[i]?.length === 1);
    const failed = reached.filter(isRefused);
    expect(failed.length).toBeGreaterThan(0);
    expect(reached.length).toBeLessThan(SIZE);
    expect(await recorded()).toEqual(stopped(reached.filter((name) => !isRefused(name))));
    for (const { faults } of fleet) faults.clear();
    expect(await up()).toMatchObject({ code: 0 });
    expect(sent()).toEqual(names.map((name) => (failed.includes(name) ? [CANCEL, CANCEL] : [CANCEL])));
    expect(await recorded()).toEqual(stopped(names));
  });
});

test("test-your-teardown passes its own tests", async () => {
  tested.add("test-your-teardown");
  const directory = copyOfExample("test-your-teardown");
  try {
    const PATH = [dirname(process.execPath), process.env.TEST_PULUMI_DIRECTORY, process.env.PATH];
    const { code, output } = await run(process.execPath, ["--test", "--test-reporter=tap"], {
      cwd: directory,
      env: { ...process.env, PATH: PATH.join(delimiter), NODE_TEST_CONTEXT: undefined },
      onLine: () => {},
    });
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^# pass 3$/m) });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test("no example is left out here; those in other languages have tests of their own", () => {
  const own = exampleStacks().filter((name) => runtimeOf(join(ROOT, "examples", name)) === "nodejs");
  expect([...tested].sort()).toEqual(own.sort());
});
