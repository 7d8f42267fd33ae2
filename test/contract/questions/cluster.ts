import {
  oracleViewTime,
  readClockAheadSeconds,
  readServerTime,
} from "../../../provider/oceanbase/cluster/serverTime.ts";
import { secondsBetween } from "../../../provider/oceanbase/cluster/viewTimes.ts";
import { readJobHistory } from "../../../provider/oceanbase/jobs/jobHistory.ts";
import { withCluster } from "../asker.ts";
import type { TestTenant } from "../subjects.ts";
import { type Inquiry, type Question, rowsOf, schemaIn } from "./question.ts";
import { recordedColumns, VIEWS } from "./recordedViews.ts";

/** What DBA_OB_TENANTS, the parameters, the columns of views and their times tell. */
export const CLUSTER_QUESTIONS: readonly Question[] = [
  {
    fact: "tenants-words",
    about: "type, mode, lock and recycle bin in DBA_OB_TENANTS",
    believed: () => ["SYS", "USER", "META", "MYSQL", "ORACLE", "YES", "NO"],
    find: async ({ tenants }) =>
      tenants.flatMap((row) =>
        [row.TENANT_TYPE, row.COMPATIBILITY_MODE, row.LOCKED, row.IN_RECYCLEBIN].map(
          (word) => word ?? "NULL",
        ),
      ),
    isVital: true,
  },
  {
    fact: "passed-over",
    about: "STATUS of tenants",
    believed: ({ tenantStatuses }) => tenantStatuses,
    find: async ({ tenants }) => tenants.map((row) => row.STATUS ?? "NULL"),
  },
  {
    fact: "recycle-bin",
    about: "STATUS of tenants in the recycle bin",
    believed: () => ["NORMAL"],
    find: async ({ tenants }) =>
      tenants.filter((row) => row.IN_RECYCLEBIN === "YES").map((row) => row.STATUS ?? "NULL"),
  },
  {
    fact: "tenants-view",
    about: "DBA_OB_TENANTS in user tenants",
    believed: ({ tenantsViewInTenants: isThere }) =>
      isThere ? ["MYSQL: 0", "ORACLE: 0"] : ["MYSQL: 1146", "ORACLE: 942"],
    find: (inquiry) =>
      inEach(inquiry, async ({ mode, login }) => {
        const sql = `SELECT TENANT_ID FROM ${schemaIn(mode)}.DBA_OB_TENANTS`;
        return [`${mode}: ${await inquiry.asker.number(login, sql)}`];
      }),
  },
  {
    fact: "oracle-effective-tenant",
    about: "EFFECTIVE_TENANT() in Oracle mode",
    believed: ({ oracleEffectiveTenant }) => oracleEffectiveTenant.map(String),
    find: (inquiry) =>
      inEach(inquiry, async ({ mode, login }) => {
        if (mode === "MYSQL") return [];
        return [String(await inquiry.asker.number(login, "SELECT EFFECTIVE_TENANT() AS N FROM DUAL"))];
      }),
  },
  {
    fact: "cluster-parameters",
    about: "what sys is told of the cluster",
    believed: () => ["cluster", "cluster_id"],
    find: async ({ subject, asker }) => {
      const rows = await asker.rows(subject.sys, "SHOW PARAMETERS LIKE 'cluster%'");
      const told = rows.map((row) => row.NAME ?? "").filter((name) => /^cluster(_id)?$/.test(name));
      return told.length === 0 ? ["nothing"] : told;
    },
    isVital: true,
  },
  {
    fact: "cluster-parameters",
    about: "whether a user tenant is told the same",
    believed: () => ["yes"],
    find: (inquiry) =>
      inEach(inquiry, async ({ login }) => {
        const { cluster, clusterId } = await withCluster(login, async ({ server }) => server);
        return [cluster !== "" && clusterId !== "" ? "yes" : "no"];
      }),
    isVital: true,
  },
  {
    fact: "view-columns",
    about: "columns of the views that are not as recorded",
    believed: () => ["none"],
    find: async (inquiry) => {
      const { subject } = inquiry;
      const found = await columnsUnlike(inquiry, subject.sys, ["oceanbase.CDB", "oceanbase.DBA"]);
      const inTenants = await inEach(inquiry, ({ mode, login }) =>
        columnsUnlike(inquiry, login, [`${schemaIn(mode)}.DBA`]),
      );
      return found.length + inTenants.length === 0 ? ["none"] : [...found, ...inTenants];
    },
  },
  {
    fact: "utc-clock",
    about: "whether a server tells its clock in UTC",
    believed: () => ["yes"],
    find: async (inquiry) => {
      const tells = async (login: TestTenant["login"]) =>
        (await withCluster(login, readClockAheadSeconds)) === undefined ? "no" : "yes";
      return [
        await tells(inquiry.subject.sys),
        ...(await inEach(inquiry, async ({ login }) => [await tells(login)])),
      ];
    },
  },
  {
    fact: "oracle-row-limit",
    about: "how many ended jobs a limited read of an Oracle-mode tenant may give",
    believed: () => ["1 or none"],
    find: (inquiry) =>
      inEach(inquiry, async ({ mode, login }) => {
        if (mode !== "ORACLE") return [];
        const { rows } = await withCluster(login, (cluster) =>
          readJobHistory(cluster, undefined, { limit: 1 }, ""),
        );
        return [rows.length > 1 ? "more" : "1 or none"];
      }),
  },
  ...(["MYSQL", "ORACLE"] as const).map(
    (mode): Question => ({
      fact: mode === "MYSQL" ? "mysql-view-times" : "oracle-view-times",
      about: `how far a job's age in a ${mode} tenant is from its age in sys`,
      believed: () => ["0 h"],
      find: (inquiry) =>
        inEach(inquiry, (tenant) => (tenant.mode === mode ? agesApart(inquiry, tenant) : none())),
      isVital: true,
    }),
  ),
];

const none = async (): Promise<readonly string[]> => [];

/** What is found in each of the tenants that are made for tests. */
async function inEach(
  { subject }: Inquiry,
  find: (tenant: TestTenant) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const tenant of subject.tenants) found.push(...(await find(tenant)));
  return found;
}

/** `NAME -LOST +NEW` for each view of these forms whose columns are not the recorded ones. */
async function columnsUnlike(
  { subject, asker }: Inquiry,
  login: TestTenant["login"],
  forms: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const view of forms.flatMap((form) => VIEWS.map((name) => `${form}_${name}`))) {
    const recorded = recordedColumns(view, subject.version, login.tenant === "sys");
    if (recorded === undefined) continue;
    // One row of NULLs: names without values. A tenant without a leader is not asked.
    const of = view.includes(".CDB_") ? `(SELECT * FROM ${view} WHERE TENANT_ID IN (1))` : view;
    const sql = `SELECT V.* FROM (SELECT 1 AS ONE FROM DUAL) D LEFT JOIN ${of} V ON 1 = 0`;
    const [row = {}] = await asker.rows(login, sql);
    const lost = recorded.filter((name) => !(name in row)).map((name) => `-${name}`);
    const fresh = Object.keys(row)
      .filter((name) => !recorded.includes(name))
      .map((name) => `+${name}`);
    if (lost.length + fresh.length > 0) found.push([view, ...lost, ...fresh].join(" "));
  }
  return found;
}

/** How many hours lie between the age of the tenant's newest job as the tenant tells it and as sys does. */
async function agesApart(inquiry: Inquiry, { name, mode, login }: TestTenant): Promise<readonly string[]> {
  const { subject, asker, tenants } = inquiry;
  const id = tenants.find((row) => row.TENANT_NAME === name)?.TENANT_ID;
  const columns = "JOB_ID, START_TIMESTAMP";
  const rows = await rowsOf(inquiry, "OB_BACKUP_JOB_HISTORY", columns, `TENANT_ID = ${id} ORDER BY JOB_ID`);
  const newest = rows.at(-1);
  if (newest === undefined) return [];
  const where = `JOB_ID = ${newest.JOB_ID}`;
  const [own] = await asker.rows(
    login,
    `SELECT START_TIMESTAMP FROM ${schemaIn(mode)}.DBA_OB_BACKUP_JOB_HISTORY WHERE ${where}`,
  );
  const clockOf = (who: TestTenant["login"]) =>
    who === login && mode === "ORACLE" ? oracleViewTime : readServerTime;
  const ageIn = async (who: TestTenant["login"], start: string | null | undefined) =>
    secondsBetween(start ?? "", await withCluster(who, clockOf(who))) ?? Number.NaN;
  const apart =
    (await ageIn(login, own?.START_TIMESTAMP)) - (await ageIn(subject.sys, newest.START_TIMESTAMP));
  // Zones differ by quarters of an hour.
  return [`${Math.round(apart / 900) / 4} h`];
}
