import { describe, expect, test } from "vitest";
import { readLeftovers } from "../../../../provider/oceanbase/cleanup/leftovers.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { backupJob } from "../../../tools/support/backupJob.ts";
import {
  type Answer,
  scriptedCluster,
  serverInSys,
  serverInTenant,
} from "../../../tools/support/scriptedSession.ts";

/** What the server says of two tenants, both with a policy of a week. */
const POLICY = { TENANT_ID: "1002", POLICY_NAME: "default", RECOVERY_WINDOW: "7d" };
const DEST = { TENANT_ID: "1002", VALUE: "file:///backup" };
const ARCHIVE = { TENANT_ID: "1002", DEST_NO: "0" };
const SET = {
  TENANT_ID: "1002",
  BACKUP_SET_ID: "13",
  FILE_STATUS: "INCOMPLETE",
  OUTPUT_BYTES: "9000",
  END_TIMESTAMP: "2026-11-25 10:00:00.123456",
  PATH: "file:///backup",
};

interface Said {
  server?: ReturnType<typeof serverInSys>;
  sets?: Answer[1];
  policies?: Answer[1];
  data?: Answer[1];
  archives?: Answer[1];
}

const leftovers = async (
  jobs: Parameters<typeof backupJob>[0][] = [{ backupSetId: "13" }],
  {
    server = serverInSys(),
    sets = [SET],
    policies = [POLICY],
    data = [DEST],
    archives = [ARCHIVE],
  }: Said = {},
) => {
  const { cluster, session } = scriptedCluster(
    server,
    [/OB_BACKUP_SET_FILES/, sets],
    [/OB_BACKUP_DELETE_POLICY/, policies],
    [/OB_BACKUP_PARAMETER/, data],
    [/OB_ARCHIVE_DEST/, archives],
  );
  const found = await readLeftovers(cluster, jobs.map(backupJob));
  return { found, sql: session.asked.map(({ sql }) => sql) };
};

describe("what jobs have left behind", () => {
  const COLUMNS = "BACKUP_SET_ID, FILE_STATUS, OUTPUT_BYTES, END_TIMESTAMP, PATH";

  test("is asked for by the sets of those that did not complete and have one", async () => {
    const jobs = [
      { jobId: "1", backupSetId: "11", status: "COMPLETED" },
      { jobId: "2", backupSetId: "0" },
      { jobId: "3", backupSetId: "13" },
      { jobId: "4", backupSetId: "14", tenantId: "1004" },
    ];
    expect((await leftovers(jobs, { sets: [] })).sql).toEqual([
      `SELECT TENANT_ID, ${COLUMNS} FROM oceanbase.CDB_OB_BACKUP_SET_FILES WHERE TENANT_ID IN (1002, 1004) AND (TENANT_ID, BACKUP_SET_ID) IN ((1002, 13), (1004, 14)) AND FILE_STATUS NOT IN ('AVAILABLE', 'DELETED')`,
    ]);
  });

  test("is asked for by the set alone in a user tenant", async () => {
    const jobs = [{ backupSetId: "13" }, { backupSetId: "14" }];
    expect((await leftovers(jobs, { sets: [], server: serverInTenant("ORACLE") })).sql).toEqual([
      `SELECT 1002 AS TENANT_ID, ${COLUMNS} FROM SYS.DBA_OB_BACKUP_SET_FILES WHERE BACKUP_SET_ID IN (13, 14) AND FILE_STATUS NOT IN ('AVAILABLE', 'DELETED')`,
    ]);
  });

  test("is nothing, and not asked for, where no job has made a set", async () => {
    expect(await leftovers([{ status: "COMPLETED" }, { backupSetId: "0" }])).toEqual({ found: [], sql: [] });
  });

  test("is told as the server tells it", async () => {
    expect((await leftovers()).found).toEqual([
      {
        tenantId: "1002",
        tenant: "one",
        backupSetId: "13",
        path: "file:///backup",
        bytes: 9000,
        fileStatus: "INCOMPLETE",
        removedAfter: "2026-12-02T10:00:00+08:00",
      },
    ]);
  });

  test("may be without a value in any column", async () => {
    const row = {
      TENANT_ID: null,
      BACKUP_SET_ID: null,
      FILE_STATUS: null,
      OUTPUT_BYTES: null,
      END_TIMESTAMP: null,
      PATH: null,
    };
    const { found } = await leftovers([{ backupSetId: "13" }], {
      server: serverInTenant(),
      sets: [row],
      data: [{ VALUE: "" }],
    });
    expect(found).toEqual([
      {
        tenantId: "",
        tenant: "",
        backupSetId: "",
        path: "",
        bytes: 0,
        fileStatus: "",
        staysBecause: "the tenant has no automatic cleanup policy",
      },
    ]);
  });
});

describe("an incomplete backup set", () => {
  const becomes = async (said: Said) => {
    const { found } = await leftovers(undefined, said);
    const { removedAfter, staysBecause } = found[0] ?? {};
    return removedAfter ?? staysBecause ?? "nothing can be said";
  };

  test("is removed when the recovery window has passed since its end", async () => {
    expect(await becomes({})).toBe("2026-12-02T10:00:00+08:00");
    expect(await becomes({ policies: [{ ...POLICY, RECOVERY_WINDOW: "90s" }] })).toBe(
      "2026-11-25T10:01:30+08:00",
    );
  });

  test.each<[string, Said, string]>([
    ["no policy", { policies: [] }, "the tenant has no automatic cleanup policy"],
    [
      "a policy for the log archive alone",
      { policies: [{ ...POLICY, POLICY_NAME: "log_only" }] },
      "the tenant has no cleanup policy but log_only, which cleans no backup sets",
    ],
    [
      "a policy without a window",
      { policies: [{ ...POLICY, RECOVERY_WINDOW: "" }] },
      "the tenant has a cleanup policy without a recovery window, which cleans nothing",
    ],
    [
      "a window of no length",
      { policies: [{ ...POLICY, RECOVERY_WINDOW: "0d" }] },
      "the tenant has a cleanup policy without a recovery window, which cleans nothing",
    ],
    [
      "another destination by now",
      { data: [{ ...DEST, VALUE: "file:///other" }] },
      "it does not lie at the tenant's present backup destination, and a cleanup looks nowhere else",
    ],
    [
      "no destination any more",
      { data: [] },
      "it does not lie at the tenant's present backup destination, and a cleanup looks nowhere else",
    ],
    [
      "two destinations of the log archive (4.4)",
      { server: serverInSys({ version: "4.4.1.0" }), archives: [ARCHIVE, ARCHIVE] },
      "the tenant has 2 destinations of its log archive, and a cleanup works with one only",
    ],
    [
      "no destination of the log archive (4.4)",
      { server: serverInSys({ version: "4.4.1.0" }), archives: [] },
      "the tenant has 0 destinations of its log archive, and a cleanup works with one only",
    ],
  ])("stays with %s", async (_, said, reason) => {
    expect(await becomes(said)).toBe(reason);
  });

  test("is removed before 4.4 with any number of destinations of the log archive", async () => {
    expect(await becomes({ archives: [ARCHIVE, ARCHIVE] })).toBe("2026-12-02T10:00:00+08:00");
  });

  test("is compared with the destination by root and host, and no key of either is shown", async () => {
    const data = [{ ...DEST, VALUE: "oss://bucket/a/?host=h&access_id=ID&encrypt_key=MARKER" }];
    const at = (PATH: string) => ({ sets: [{ ...SET, PATH }], data });
    expect(await becomes(at("oss://bucket/a?host=h&access_key=MARKER\n"))).toBe("2026-12-02T10:00:00+08:00");
    expect(await becomes(at("oss://bucket/a"))).toBe("2026-12-02T10:00:00+08:00");
    expect(await becomes(at("oss://bucket/a?host=other"))).toMatch(/^it does not lie/);
    const { found } = await leftovers(undefined, at("oss://bucket/a?host=other&access_key=MARKER"));
    expect(found[0]?.path).toBe("oss://bucket/a");
    expect(JSON.stringify(found)).not.toContain("MARKER");
  });

  test("has neither a time nor a reason when it is DELETING, has no end, or its conditions cannot be read", async () => {
    const refused = new OceanBaseError("refused", "no", { errno: 1142 });
    const nothing: Said[] = [
      { sets: [{ ...SET, FILE_STATUS: "DELETING" }] },
      { sets: [{ ...SET, END_TIMESTAMP: null }] },
      { policies: refused },
      { data: refused },
      { archives: refused },
    ];
    for (const said of nothing) expect(await becomes(said)).toBe("nothing can be said");
    await expect(becomes({ data: new TypeError("a bug") })).rejects.toThrow(TypeError);
    const aborted = new OceanBaseError("aborted", "cancelled");
    for (const said of [{ policies: aborted }, { data: aborted }]) {
      await expect(becomes(said)).rejects.toBe(aborted);
    }
  });
});
