import { existsSync } from "node:fs";
import { createConnection } from "node:net";
import { dirname } from "node:path";
import mariadb from "mariadb";
import { describe, expect, test } from "vitest";
import { driverOptions } from "../../tools/support/driverOptions.ts";
import { runCli } from "./cliRun.ts";

/** What the command says in JSON. */
interface Facts {
  host: string;
  port: number;
  version: string;
  logins: { user: string; tenant: string; password: string }[];
  environment: Record<string, string>;
}

/** Runs the command, and what is given while it serves: a failure of that is a complaint of the command. */
async function serving(args: string[], meanwhile: (facts: Facts) => Promise<void>): Promise<void> {
  const printed: string[] = [];
  const run = await runCli(["sandbox", "--json", ...args], {
    print: (text) => printed.push(text),
    askedToEnd: () => meanwhile(JSON.parse(printed.join("\n"))),
  });
  expect(run).toEqual({ code: 0, printed: "", complaints: "" });
}

/** A session in sys, by the variables that the command has told. */
async function query({ environment }: Facts, sql: string): Promise<unknown> {
  const connection = await mariadb.createConnection(driverOptions(environment));
  try {
    return await connection.query(sql);
  } finally {
    await connection.end();
  }
}

/** Whether something listens there. */
function listens({ host, port }: Facts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

test("serves until the process is asked to end, and nothing is left of it", async () => {
  let told: Facts | undefined;
  await serving(["--tls"], async (facts) => {
    told = facts;
    expect(await query(facts, "SELECT 1 AS ONE")).toEqual([{ ONE: 1n }]);
  });
  const facts = told as Facts;
  expect(await listens(facts)).toBe(false);
  expect(existsSync(dirname(facts.environment.OCEANBASE_TLS_CA_FILE as string))).toBe(false);
});

test("has the version and the tenants that are asked for", async () => {
  await serving(["--version", "4.6.0", "--tenants", "shop, ledger:oracle"], async (facts) => {
    expect(await query(facts, "SELECT OB_VERSION() AS V")).toEqual([{ V: "4.6.0.0" }]);
    expect(facts.logins.map(({ user, tenant }) => `${user}@${tenant}`)).toEqual([
      "root@sys",
      "reader@sys",
      "root@shop",
      "SYS@ledger",
    ]);
  });
});

test("has backups that run from the start", async () => {
  await serving(["--tenants", "shop,ledger:oracle,idle", "--backups", "shop, ledger"], async (facts) => {
    const rows = await query(facts, "SELECT COUNT(*) AS N FROM oceanbase.CDB_OB_BACKUP_JOBS");
    expect(rows).toEqual([{ N: 2n }]);
  });
});

test("lets time run as fast as it is told", async () => {
  const seconds = async (facts: Facts) => {
    const [row] = (await query(facts, "SELECT UTC_TIMESTAMP() AS T")) as { T: unknown }[];
    return new Date(row?.T as string).getTime() / 1000;
  };
  await serving(["--speed", "1000"], async (facts) => {
    const before = await seconds(facts);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await seconds(facts)) - before).toBeGreaterThan(90);
  });
});

test("tells a person the logins, and the variables for a Pulumi program", async () => {
  const printed: string[] = [];
  const run = await runCli(["sandbox"], {
    print: (text) => printed.push(text),
    askedToEnd: async () => {},
  });
  expect(run.code).toBe(0);
  const text = printed.join("\n");
  expect(text).toMatch(/^OceanBase 4\.2\.5 at 127\.0\.0\.1:\d+, a stand-in .* holds no data/);
  expect(text).toMatch(/\n {2}root@sys {11}(\S+)\n[\s\S]*\n {2}export OCEANBASE_PASSWORD=\1\n/);
  for (const line of ["HOST=127.0.0.1", "TENANT=sys", "USER=root"]) {
    expect(text).toContain(`\n  export OCEANBASE_${line}\n`);
  }
  expect(text).toMatch(/\n {2}SYS@oracle_tenant {2}\S+\n/);
  expect(text).toMatch(/It serves until Ctrl-C$/);
});

describe("an argument that it cannot take", () => {
  test.each([
    [["--version", "4.2"], "version 4.2 is not played; these are: 4.0.0, "],
    [["--port", "x"], "--port x is not a port number"],
    [["--port", "65536"], "--port 65536 is not a port number"],
    [["--speed", "0"], "--speed 0 is not a number above 0"],
    [["--tenants", "a,:oracle"], '--tenants: ":oracle" is neither name nor name:oracle'],
    [["--tenants", "a,a:mysql"], '--tenants: "a:mysql" is neither'],
    [["--backups", "nope"], "the sandbox has no tenant nope"],
    [["--host", "x"], "there is no option --host; did you mean --port?"],
  ])("is refused: %j", async (args, complaint) => {
    const { code, printed, complaints } = await runCli(["sandbox", ...args]);
    expect({ code, printed }).toEqual({ code: 2, printed: "" });
    expect(complaints).toContain(complaint);
  });

  test("a port that is in use is refused", async () => {
    await serving([], async ({ port }) => {
      const { complaints } = await runCli(["sandbox", "--port", String(port)]);
      expect(complaints).toContain(`port ${port} is in use; give another --port`);
    });
  });
});
