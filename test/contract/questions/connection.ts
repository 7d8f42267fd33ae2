import { readAlterSystem } from "../../../provider/oceanbase/cluster/privileges.ts";
import { withCluster } from "../asker.ts";
import { among, type Inquiry, type Question } from "./question.ts";

/** What logins, names and errors tell. Statements among them are refused for what they say. */
export const CONNECTION_QUESTIONS: readonly Question[] = [
  {
    fact: "login-methods",
    about: "default_authentication_plugin",
    believed: () => ["mysql_native_password", "caching_sha2_password", "no such variable"],
    find: (inquiry) => variable(inquiry, "default_authentication_plugin"),
  },
  {
    fact: "query-timeout",
    about: "ob_query_timeout, in microseconds",
    believed: () => ["10000000"],
    find: (inquiry) => variable(inquiry, "ob_query_timeout"),
  },
  {
    fact: "grants",
    about: "whether SHOW GRANTS shows ALTER SYSTEM",
    believed: () => ["root: yes", "reader: no"],
    find: async ({ subject: { sys, reader } }) => {
      const shows = async (login: typeof sys) =>
        (await withCluster(login, readAlterSystem)) === "granted" ? "yes" : "no";
      return [`root: ${await shows(sys)}`, ...(reader ? [`reader: ${await shows(reader)}`] : [])];
    },
  },
  {
    fact: "oracle-mode-errors",
    about: "errors of an Oracle-mode session, and what they are sent as",
    believed: () => ["1235 as 600, OceanBase's own -4007", "1064 as 900", "942 as 942", "904 as 904"],
    find: async ({ subject, asker }) => {
      const found: string[] = [];
      for (const { login } of subject.tenants.filter(({ mode }) => mode === "ORACLE")) {
        for (const sql of REFUSED_IN_ORACLE_MODE) {
          const failure = await asker.failure(login, sql);
          const [, sent = "none"] = /\(error (.*?)\)(?:;|:|$)/.exec(failure?.message ?? "") ?? [];
          found.push(`${failure?.errno ?? 0} as ${sent}`);
        }
      }
      return found;
    },
    isVital: true,
  },
  {
    fact: "meta-named",
    about: "CANCEL BACKUP of a meta tenant, and of sys behind it",
    believed: () => ["4016"],
    find: async (inquiry) => {
      const meta = inquiry.tenants.filter((row) => row.TENANT_TYPE === "META").slice(0, 1);
      return await cancelOf(
        inquiry,
        meta.map((row) => row.TENANT_NAME ?? ""),
      );
    },
  },
  {
    fact: "locked-refuses-all",
    about: "CANCEL BACKUP of a locked tenant, and of sys behind it",
    believed: () => ["5260"],
    find: async (inquiry) => {
      const locked = inquiry.tenants.filter((row) => row.LOCKED === "YES").slice(0, 1);
      return await cancelOf(
        inquiry,
        locked.map((row) => row.TENANT_NAME ?? ""),
      );
    },
  },
  {
    fact: "leaderless-read",
    about: "a read of all tenants, one of which has no leader, and of the others",
    believed: () => [...["4012", "4654", "4721", "4722"].map((number) => `all: ${number}`), "the others: 0"],
    find: async ({ subject, asker, readable, unreadable }) => {
      if (unreadable.length === 0) return [];
      const jobs = "SELECT 1 AS ONE FROM oceanbase.CDB_OB_BACKUP_JOBS";
      const all = await asker.number(subject.sys, jobs);
      return [
        `all: ${all}`,
        `the others: ${await asker.number(subject.sys, `${jobs} WHERE ${among(readable)}`)}`,
      ];
    },
    isVital: true,
  },
  {
    fact: "id-pairs",
    about: "(TENANT_ID, JOB_ID) IN (...), beside TENANT_ID IN (...) and alone",
    believed: () => [
      "beside: 0",
      ...["0", "4012", "4654", "4721", "4722"].map((number) => `alone: ${number}`),
    ],
    find: async ({ subject, asker, readable: [id = "1"] }) => {
      const where = (conditions: string) =>
        asker.number(
          subject.sys,
          `SELECT 1 AS ONE FROM oceanbase.CDB_OB_BACKUP_JOB_HISTORY WHERE ${conditions}`,
        );
      const pair = `(TENANT_ID, JOB_ID) IN ((${id}, 1))`;
      return [`beside: ${await where(`${among([id])} AND ${pair}`)}`, `alone: ${await where(pair)}`];
    },
    isVital: true,
  },
];

/** The policy has a name that there is not, and a window that is none. */
const REFUSED_IN_ORACLE_MODE = [
  "ALTER SYSTEM ADD DELETE BACKUP POLICY 'other' RECOVERY_WINDOW '7w'",
  "ALTER SYSTEM CANCEL BACKUP NOW",
  "SELECT 1 FROM SYS.NO_SUCH_VIEW_X",
  "SELECT NO_SUCH_COLUMN_X FROM SYS.DBA_OB_BACKUP_JOBS",
];

async function variable({ subject, asker }: Inquiry, name: string): Promise<readonly string[]> {
  const rows = await asker.rows(subject.sys, `SHOW VARIABLES LIKE '${name}'`);
  return rows.length === 0 ? ["no such variable"] : rows.map((row) => row.VALUE || "empty");
}

/** The number that CANCEL BACKUP of these tenants is answered with; `sys` in the list is refused in any case. */
async function cancelOf({ subject, asker }: Inquiry, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const list = [...names.map((name) => `\`${name.replaceAll("`", "``")}\``), "sys"].join(", ");
  return [String(await asker.number(subject.sys, `ALTER SYSTEM CANCEL BACKUP TENANT = ${list}`))];
}
