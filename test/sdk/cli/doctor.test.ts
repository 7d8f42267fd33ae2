import { describe, expect, test } from "vitest";
import type { Findings } from "../../../provider/resources/doctor/findings.ts";
import { createCertificate } from "../../../sdk/sandbox/certificates.ts";
import type { FlavorName } from "../../../sdk/sandbox/cluster/flavors.ts";
import { runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { startSandbox } from "../../../sdk/sandbox/sandbox.ts";
import { useSandbox } from "../../tools/support/sandbox.ts";
import { environmentOf, runAgainst, runCli } from "./cliRun.ts";

/** Its time stands still: a job stays as it is. */
const sandbox = useSandbox({ speed: 0 });

/** What the doctor finds as the administrator of the cluster, and its exit code. */
async function found(...args: string[]): Promise<Findings & { code: number }> {
  const { code, printed } = await runAgainst(sandbox(), sandbox().logins.sys, "doctor", "--json", ...args);
  return { code, ...JSON.parse(printed) };
}

/** An error for the next statements that match. */
const failing = (match: RegExp, errno: number, times = 1) =>
  sandbox().faults.inject({ match, times, act: { kind: "error", errno } });

describe("a view", () => {
  test.each([
    [1146, "missing"],
    [1142, "not readable"],
    [1044, "not readable"],
  ])("that a query fails for with %i is %s, and what is lost by it is a problem", async (errno, presence) => {
    failing(/CDB_OB_BACKUP_TASKS WHERE TENANT_ID IN \(1\) AND 1 = 0/, errno);
    const { code, problems, cluster } = await found();
    expect(code).toBe(1);
    expect(problems).toEqual([
      `oceanbase.CDB_OB_BACKUP_TASKS is ${presence}: no progress is shown, and what keeps a job from stopping is not known`,
    ]);
    const tasks = cluster?.views.find(({ name }) => name === "OB_BACKUP_TASKS");
    expect(tasks).toMatchObject({ presence, columns: { JOB_ID: presence, COMMENT: presence } });
  });

  test("without one of its columns says which", async () => {
    failing(/CDB_OB_BACKUP_SET_FILES .*1 = 0/, 1054);
    failing(/SELECT TENANT_ID, PATH FROM oceanbase\.CDB_OB_BACKUP_SET_FILES/, 1054);
    const { code, problems, cluster } = await found();
    expect(code).toBe(1);
    expect(problems).toEqual([
      "oceanbase.CDB_OB_BACKUP_SET_FILES lacks PATH: what a cancel leaves behind is not known, and requireRestorePoint fails",
    ]);
    const { columns } = cluster?.views.find(({ name }) => name === "OB_BACKUP_SET_FILES") ?? {};
    expect(Object.entries(columns ?? {}).filter(([, presence]) => presence !== "there")).toEqual([
      ["PATH", "missing"],
    ]);
  });

  test("of which nothing is known gives the server's words", async () => {
    failing(/CDB_OB_ARCHIVE_DEST .*1 = 0/, 4392);
    const { code, problems } = await found();
    expect(code).toBe(1);
    expect(problems).toEqual([
      expect.stringMatching(
        /^whether oceanbase\.CDB_OB_ARCHIVE_DEST is there could not be found out \(.*error 4392.*\): without it whether and when leftovers are removed is not known$/,
      ),
    ]);
  });

  test("of jobs that is not there leaves the jobs out, and the rest is looked at", async () => {
    failing(/CDB_OB_BACKUP_JOBS WHERE/, 1146, 100);
    const { printed, code } = await runAgainst(sandbox(), sandbox().logins.sys, "doctor");
    expect(code).toBe(1);
    expect(printed).toContain("oceanbase.CDB_OB_BACKUP_JOBS           missing");
    expect(printed).toContain("Running backup jobs\n  not readable\n");
    expect(printed).toContain("mysql_tenant   1002");
  });
});

test("a user without the privilege has a problem", async () => {
  const { code, printed } = await runAgainst(sandbox(), sandbox().logins.reader, "doctor");
  expect(code).toBe(1);
  expect(printed).toContain("ALTER SYSTEM  not shown");
  expect(printed).toContain("Result: 1 problem\n  - the user seems to lack the ALTER SYSTEM privilege");
});

describe("of each job it is said what CancelBackup would do", () => {
  const effects = async (...args: string[]) => {
    const { cluster } = await found(...args);
    return cluster?.jobs?.map(({ tenant, effect, statement }) => [tenant, effect, statement]);
  };

  test("to one in a tenant with a backtick in its name", async () => {
    sandbox().addTenant("a`b");
    sandbox().startBackup("a`b");
    expect(await effects()).toEqual([["a`b", "cancels it", "ALTER SYSTEM CANCEL BACKUP TENANT = `a``b`"]]);
  });

  test("word for word: the sandbox takes the statement, and the job is cancelled", async () => {
    sandbox().startBackup("mysql_tenant");
    const [[, , statement] = []] = (await effects()) ?? [];
    runStatement(sandbox(), "sys", statement ?? "");
    expect(await effects()).toEqual([
      ["mysql_tenant", "does nothing more: it is being cancelled already", statement],
    ]);
  });

  test("to the own job of a cluster backup and to its jobs", async () => {
    sandbox().startClusterBackup();
    const own = ["sys", "cancels it", "ALTER SYSTEM CANCEL BACKUP"];
    expect((await effects())?.[0]).toEqual(own);
    const { cluster } = await found();
    expect(cluster?.jobs?.[0]?.isFor).toBe("all tenants");
  });

  test("in a tenant that is locked, dropped or in the recycle bin", async () => {
    sandbox().startBackup("mysql_tenant");
    runStatement(sandbox(), "sys", "ALTER TENANT mysql_tenant LOCK");
    expect(await effects()).toEqual([
      ["mysql_tenant", expect.stringMatching(/^fails: .*tenant mysql_tenant is locked;/), undefined],
    ]);
    const { advice, code } = await found();
    expect(advice).toContain(
      'mysql_tenant: locked: named in tenants it makes the statement fail for all of them; tenants: "all" reaches it',
    );
    expect(code).toBe(0);
  });

  test("in a tenant that the server passes over", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setTenantStatus("mysql_tenant", "DROPPING");
    expect(await effects()).toEqual([
      [
        "mysql_tenant",
        "does nothing: the server passes the tenant over (DROPPING)",
        "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`",
      ],
    ]);
    expect((await found()).advice).toContain(
      "mysql_tenant: DROPPING: the server passes over it, so its backups are not stopped",
    );
  });

  test("for the tenants that are named, and for no other", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().startBackup("oracle_tenant");
    const { cluster } = await found("--tenants", "mysql_tenant, oracle_tenant");
    expect(cluster?.statement).toBe("ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`, `oracle_tenant`");
    expect((await effects("--tenants", "oracle_tenant"))?.map(([tenant]) => tenant)).toEqual([
      "oracle_tenant",
    ]);
    expect((await found("--tenants", "all")).cluster?.statement).toBe("ALTER SYSTEM CANCEL BACKUP");
  });
});

test("where tenants are named no other tenant is asked", async () => {
  sandbox().log.clear();
  await found("--tenants", "mysql_tenant");
  const views = sandbox().log.matching(/CDB_.*(?<!1 = 0)$/);
  expect(views.length).toBeGreaterThan(3);
  expect(views.filter((sql) => !/TENANT_ID IN \((1, )?1002\)/.test(sql))).toEqual([]);
});

test("a quiet cluster says so, and what would be sent all the same", async () => {
  const { code, printed } = await runAgainst(sandbox(), sandbox().logins.sys, "doctor");
  expect(code).toBe(0);
  expect(printed).toContain(
    "Running backup jobs\n  no backup to cancel runs now in any tenant\n  CancelBackup for all of these tenants\n    sends ALTER SYSTEM CANCEL BACKUP\n",
  );
});

test("a tenant that does not exist is a problem with the nearest name", async () => {
  const { code, problems, cluster } = await found("--tenants", "mysql_tenand");
  expect(code).toBe(1);
  expect(problems).toEqual([
    expect.stringMatching(/tenant mysql_tenand does not exist \(did you mean mysql_tenant\?\)/),
  ]);
  expect(cluster?.tenants).toEqual([]);
});

test("a tenant that no server leads is a problem, and the others are looked at", async () => {
  sandbox().startBackup("mysql_tenant");
  sandbox().setPolicy("mysql_tenant", "7d");
  sandbox().loseLeader("oracle_tenant");
  const { code, problems, cluster } = await found();
  expect(code).toBe(1);
  expect(problems).toEqual(["what runs in oracle_tenant cannot be read: no server leads the tenant"]);
  expect(cluster?.jobs?.map(({ tenant }) => tenant)).toEqual(["mysql_tenant"]);
  expect(cluster?.tenants.map(({ tenant, policy }) => [tenant, policy])).toEqual([
    ["mysql_tenant", "recovery window 7d"],
    ["oracle_tenant", undefined],
  ]);
});

test.each([
  ["no policy", undefined, "none", "the tenant has no automatic cleanup policy"],
  [
    "log_only",
    "log_only",
    "log_only",
    "the tenant has no cleanup policy but log_only, which cleans no backup sets",
  ],
])("what a policy covers is told: %s", async (_, policy, shown, uncovered) => {
  const other = await startSandbox({ version: "4.4.2" });
  try {
    // A policy for the log archive alone and a destination for backups exclude one another.
    other.setDataBackupDest("mysql_tenant", undefined);
    if (policy !== undefined) other.setPolicy("mysql_tenant", "7d", policy);
    const { printed } = await runAgainst(other, other.logins.mysqlTenant, "doctor", "--json");
    const { cluster }: Findings = JSON.parse(printed);
    expect(cluster?.tenants).toMatchObject([{ policy: shown, uncovered }]);
  } finally {
    await other.stop();
  }
});

test("a policy of a tenant without a backup destination covers nothing", async () => {
  sandbox().setPolicy("mysql_tenant", "7d");
  sandbox().setDataBackupDest("mysql_tenant", undefined);
  const { cluster, advice } = await found("--tenants", "mysql_tenant");
  expect(cluster?.tenants).toMatchObject([
    {
      policy: "recovery window 7d",
      uncovered: "the tenant has no backup destination, and a cleanup looks nowhere else",
    },
  ]);
  expect(advice).toHaveLength(1);
});

test("a clock that is far from this machine's is told", async () => {
  sandbox().clock.advance(3600);
  const { cluster, advice } = await found();
  expect(cluster?.clockAheadSeconds).toBeGreaterThan(3590);
  expect(advice[0]).toMatch(/^the server's clock is 3[56]\d\d s ahead of this machine's/);
});

test("TLS and the login method are told", async () => {
  const certificate = createCertificate();
  const other = await startSandbox({ version: "4.4.2", tls: certificate });
  try {
    other.setPasswordMethod("sys", "root", "caching_sha2_password");
    const env = {
      ...environmentOf(other, other.logins.sys),
      OCEANBASE_TLS: JSON.stringify({ ca: certificate.ca }),
    };
    const { printed, complaints } = await runCli(["doctor"], { env });
    expect(complaints).toBe("");
    expect(printed).toContain(
      "  method      caching_sha2_password\n  encryption  TLSv1.3, TLS_AES_256_GCM_SHA384, certificate checked\n",
    );
  } finally {
    await other.stop();
  }
});

describe("a server that is no OceanBase with tenant-level backups", () => {
  test.each<[FlavorName, RegExp]>([
    ["oceanbase-3", /found an OceanBase without tenant-level backups \(5\.7\.25-OceanBase-v3\.1\.5/],
    ["seekdb", /found OceanBase seekdb, which has no backups to cancel/],
    ["mysql", /found a server that is not OceanBase \(8\.0\.39/],
  ])("is told by what was found: %s", async (flavor, text) => {
    const other = await startSandbox({ flavor });
    try {
      const { code, printed } = await runAgainst(other, other.logins.sys, "doctor");
      expect(code).toBe(1);
      expect(printed).toMatch(text);
      expect(printed).toContain("Result: 1 problem");
      expect(printed).not.toContain("Views");
      expect(other.log.entries.filter(({ sql }) => !/^(SELECT|SHOW) /.test(sql))).toEqual([]);
    } finally {
      await other.stop();
    }
  });
});

describe("with --anonymous", () => {
  /** All that could tell where it was. */
  const NAMES = /localhost|127\.0\.0\.1|\b(obdemo|mysql_tenant|oracle_tenant|reader)\b|backup\//;

  test("a table has no name of a host, a user, a tenant or the cluster, and no path", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().loseLeader("oracle_tenant");
    for (const format of [["--json"], []]) {
      const { printed } = await runAgainst(
        sandbox(),
        sandbox().logins.reader,
        "doctor",
        "--anonymous",
        ...format,
      );
      expect(printed).not.toMatch(NAMES);
      expect(printed).toContain("user@sys at host1:");
      expect(printed).toContain("CANCEL BACKUP TENANT = `tenant1`");
      expect(printed).toContain("what runs in tenant2 cannot be read");
    }
  });

  test("the same name has the same alias, also where it was asked for", async () => {
    sandbox().startBackup("oracle_tenant");
    const { cluster } = await found("--anonymous", "--tenants", "oracle_tenant");
    expect(cluster?.tenants.map(({ tenant }) => tenant)).toEqual(["tenant1"]);
    expect(cluster?.jobs).toMatchObject([{ tenant: "tenant1", path: "" }]);
    expect(cluster?.statement).toBe("ALTER SYSTEM CANCEL BACKUP TENANT = `tenant1`");
  });

  test("what is refused tells no more", async () => {
    sandbox().startBackup("mysql_tenant");
    runStatement(sandbox(), "sys", "ALTER TENANT mysql_tenant LOCK");
    const { printed } = await runAgainst(sandbox(), sandbox().logins.sys, "doctor", "--anonymous");
    expect(printed).toMatch(
      /CancelBackup for this tenant fails: root@sys at host1:\d+: tenant tenant1 is locked/,
    );
    expect(printed).not.toMatch(NAMES);
  });

  test("neither a failed login nor a server's error tells more", async () => {
    const { mysqlTenant, sys } = sandbox().logins;
    const wrong = await runAgainst(sandbox(), { ...mysqlTenant, password: "wrong" }, "doctor", "--anonymous");
    expect(wrong).toMatchObject({ code: 2, printed: "" });
    expect(wrong.complaints).toMatch(/^logging in as root@tenant1 at host1:\d+: .*error 1045/);
    expect(wrong.complaints).not.toMatch(NAMES);
    sandbox().faults.inject({
      match: /CDB_OB_ARCHIVE_DEST .*1 = 0/,
      act: { kind: "error", errno: 4392, message: "disk of 10.1.2.3:2882 (obdemo) hangs" },
    });
    const { printed } = await runAgainst(sandbox(), sys, "doctor", "--anonymous");
    expect(printed).toContain("disk of host:2882 (cluster) hangs");
  });
});

describe("without a login", () => {
  test.each([
    [
      "a wrong password",
      { OCEANBASE_PASSWORD: "wrong" },
      /^logging in as root@sys at localhost:\d+: .*\(error 1045\).*check --user, --tenant, .*; the password comes from the environment variable OCEANBASE_PASSWORD$/,
    ],
    [
      "no password",
      { OCEANBASE_PASSWORD: undefined },
      /; the password is empty, or none was given: set OCEANBASE_PASSWORD$/,
    ],
    [
      "a port where nothing listens",
      { OCEANBASE_PORT: "1" },
      /^logging in as root@sys at localhost:1: nothing listens there .*check --host and --port$/,
    ],
    ["no host", { OCEANBASE_HOST: "" }, /^no host is given: use --host, or set OCEANBASE_HOST$/],
    [
      "a host that is none",
      { OCEANBASE_HOST: "a b" },
      /^--host: must be a host name or an IP address \(found in the environment variable OCEANBASE_HOST\)$/,
    ],
    [
      "an authority that is not there",
      { OCEANBASE_TLS_CA_FILE: "/nowhere" },
      /^the file of --tls-ca-file or OCEANBASE_TLS_CA_FILE cannot be read/,
    ],
  ])("the exit code is 2: %s", async (_, change, complaint) => {
    const env = { ...environmentOf(sandbox(), sandbox().logins.sys), ...change };
    const { code, printed, complaints } = await runCli(["doctor"], { env });
    expect({ code, printed }).toEqual({ code: 2, printed: "" });
    expect(complaints).toMatch(complaint);
  });
});
