import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, clusterOf } from "../../provider/oceanbase/cluster/cluster.ts";
import { readAlterSystem } from "../../provider/oceanbase/cluster/privileges.ts";
import { readClockAheadSeconds } from "../../provider/oceanbase/cluster/serverTime.ts";
import { checkViews } from "../../provider/oceanbase/cluster/viewChecks.ts";
import { VIEW_COLUMNS } from "../../provider/oceanbase/cluster/views.ts";
import { withSession } from "../contract/asker.ts";
import { environmentOf, runCli } from "../sdk/cli/cliRun.ts";
import { serverInSys } from "../tools/support/scriptedSession.ts";
import { type Kernel, startKernel } from "./kernel.ts";
import { SUBJECTS } from "./seekdb.ts";

/*
 * What the doctor says of a server without backups: what was found, and that it will not do.
 */
/** What a server is asked that would not let itself be identified. */
async function askedOn<T>(
  port: number,
  who: { user: string; password: string },
  ask: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const endpoints = [{ host: "127.0.0.1", port }] as const;
  const login = { ...who, tenant: "sys", endpoints, connectTimeoutSeconds: 10 };
  return await withSession(login, (session) => ask(clusterOf(session, serverInSys())));
}

describe.each(Object.entries(SUBJECTS))("%s", (_, start) => {
  let subject: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    subject = await start();
  });
  afterAll(() => subject?.stop());

  test("is asked for each view that would be read, and has none of them", async () => {
    const checks = await asked({ user: "root", password: subject.password }, checkViews);
    expect(checks.map(({ name, presence }) => [name, presence])).toEqual(
      ["OB_TENANTS", ...Object.keys(VIEW_COLUMNS)].map((name) => [name, "missing"]),
    );
    expect(Object.values(checks[1]?.columns ?? {})).toEqual(VIEW_COLUMNS.OB_BACKUP_JOBS.map(() => "missing"));
  });

  test("tells its clock and the privileges of its administrator", async () => {
    const who = { user: "root", password: subject.password };
    expect(Math.abs((await asked(who, readClockAheadSeconds)) ?? Number.NaN)).toBeLessThan(5);
    expect(await asked(who, readAlterSystem)).toBe("granted");
  });

  const asked = <T>(who: { user: string; password: string }, ask: (cluster: Cluster) => Promise<T>) =>
    askedOn(subject.port, who, ask);

  const run = (...args: string[]) => {
    const { port, password } = subject;
    return runCli(["doctor", ...args], {
      env: environmentOf({ port }, { user: "root", tenant: "sys", password }),
    });
  };

  test("is told by what was found, with exit code 1", async () => {
    const { code, printed, complaints } = await run();
    expect({ code, complaints }).toEqual({ code: 1, complaints: "" });
    const [problem = "", ...rest] = printed.replaceAll(String(subject.port), "PORT").split("\n").slice(-1);
    expect(rest).toEqual([]);
    expect(problem).toMatch(
      /^ {2}- root@sys at localhost:PORT: found OceanBase seekdb, which has no backups to cancel \(5\.7\.25-OceanBase seekdb-v1\.4\.0\.0, OceanBase 4\.3\.5\.3 seekdb \(r1\.4\.0\.0\) \(Built .*\)\); OceanBase 4\.0 or later is needed; check --host and --port$/,
    );
    expect(printed.replaceAll(String(subject.port), "PORT").split("\n").slice(0, -1)).toEqual([
      "pulumi-oceanbase-backup 1.2.3",
      "",
      "Login",
      "  as          root@sys at localhost:PORT",
      "  method      mysql_native_password",
      "  encryption  none",
      "",
      "Result: 1 problem",
    ]);
  });

  test("is told without its host, too", async () => {
    const { code, printed } = await run("--anonymous", "--json");
    expect(code).toBe(1);
    expect(printed).not.toMatch(/localhost|127\.0\.0\.1/);
    expect(JSON.parse(printed)).toMatchObject({
      address: `root@sys at host1:${subject.port}`,
      problems: [expect.stringMatching(/^root@sys at host1:\d+: found OceanBase seekdb.*seekdb-v1\.4\.0\.0/)],
    });
  });

  test("without a login says so, with exit code 2", async () => {
    const env = environmentOf({ port: subject.port }, { user: "root", tenant: "sys", password: "wrong" });
    const { code, printed, complaints } = await runCli(["doctor"], { env });
    expect({ code, printed }).toEqual({ code: 2, printed: "" });
    expect(complaints).toMatch(/^logging in as root@sys at localhost:\d+: .*\(error 1045\)/);
  });
});

describe("what the kernel shows of a user's privileges", () => {
  let kernel: Kernel;
  beforeAll(async () => {
    kernel = await startKernel();
  });
  afterAll(() => kernel?.stop());

  test.each([
    ["nothing", undefined, "not shown"],
    ["a right to read", "SELECT ON *.*", "not shown"],
    ["ALTER SYSTEM", "ALTER SYSTEM ON *.*", "granted"],
    ["SUPER", "SUPER ON *.*", "granted"],
    ["everything in one database", "ALL PRIVILEGES ON test.*", "not shown"],
    ["everything", "ALL PRIVILEGES ON *.*", "granted"],
  ])("tells whether one with %s may cancel backups", async (_, privilege, answer) => {
    const user = `u${randomBytes(6).toString("hex")}`;
    const administrator = await mysql.createConnection({
      host: "127.0.0.1",
      port: kernel.port,
      user: "root@sys",
      password: kernel.password,
    });
    await administrator.query(`CREATE USER ${user} IDENTIFIED BY 'pw'`);
    if (privilege !== undefined) await administrator.query(`GRANT ${privilege} TO ${user}`);
    await administrator.end();
    expect(await askedOn(kernel.port, { user, password: "pw" }, readAlterSystem)).toBe(answer);
  });
});
