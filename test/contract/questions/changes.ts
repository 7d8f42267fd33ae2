import { memoize } from "../../../provider/oceanbase/cluster/memoize.ts";
import { backupIdleSeconds } from "../../../provider/oceanbase/cluster/versions.ts";
import { stuckAfterSeconds } from "../../../provider/oceanbase/stop/stopTimes.ts";
import type { TestTenant } from "../subjects.ts";
import { type Inquiry, type Question, schemaIn } from "./question.ts";

const DROP = "ALTER SYSTEM DROP DELETE BACKUP POLICY 'default'";
const ADD = "ALTER SYSTEM ADD DELETE BACKUP POLICY 'default'";

/** How long a stop may take beyond the sleep of the thread that ends jobs, in seconds. */
const BEYOND_SLEEP_SECONDS = 60;

/** For how long a stop is waited for, in seconds. */
const MOST_SECONDS = 1200;

/** How soon a cleanup has to be there to be one that an ADD has started, in seconds. */
const AT_ONCE_SECONDS = 60;

/** What is found out by doing it, in the tenants that are made for tests. */
export const CHANGING_QUESTIONS: readonly Question[] = [
  {
    fact: "second-policy",
    about: "a second ADD",
    believed: ({ secondPolicy }) => secondPolicy.map(String),
    find: (inquiry) =>
      onPolicies(inquiry, async (number) => {
        await number(`${ADD} RECOVERY_WINDOW '7d'`);
        return await number(`${ADD} RECOVERY_WINDOW '7d'`);
      }),
    isVital: true,
    changes: true,
  },
  {
    fact: "drop-of-absent",
    about: "a DROP of no policy",
    believed: ({ dropOfAbsent }) => dropOfAbsent.map(String),
    find: (inquiry) => onPolicies(inquiry, (number) => number(DROP)),
    isVital: true,
    changes: true,
  },
  {
    fact: "cleanup-at-add",
    about: "an ADD without a window",
    believed: ({ policyWithoutWindow }) => policyWithoutWindow.map(String),
    find: (inquiry) => onPolicies(inquiry, (number) => number(`${ADD} REDUNDANCY 1`)),
    changes: true,
  },
  {
    fact: "cleanup-at-add",
    about: "a cleanup within a minute after an ADD",
    believed: ({ cleanupAtAdd }) => cleanupAtAdd.map((starts) => (starts ? "yes" : "no")),
    find: async (inquiry) => {
      const found: string[] = [];
      for (const tenant of inquiry.subject.tenants) {
        await inquiry.asker.number(tenant.login, DROP);
        const before = await cleanupsOf(inquiry, tenant);
        await inquiry.asker.rows(tenant.login, `${ADD} RECOVERY_WINDOW '7d'`);
        await inquiry.subject.pass(AT_ONCE_SECONDS);
        found.push((await cleanupsOf(inquiry, tenant)) > before ? "yes" : "no");
        await inquiry.asker.rows(tenant.login, DROP);
      }
      return found;
    },
    changes: true,
  },
  stopQuestion("backup-idle", (version) => backupIdleSeconds({ version }) + BEYOND_SLEEP_SECONDS),
  stopQuestion("cancel-duration", (version) => stuckAfterSeconds({ version })),
];

/** The longest time that a stop took in a tenant, against the longest that it may take. */
function stopQuestion(fact: string, limitOf: (version: string) => number): Question {
  return {
    fact,
    about: "longest time of a stop",
    believed: ({ version }) => [`within ${limitOf(version)} s`],
    find: async (inquiry) => {
      const seconds = Math.max(...(await stopTimesOf(inquiry)));
      const limit = limitOf(inquiry.subject.version);
      return [seconds <= limit ? `within ${limit} s` : `${seconds} s`];
    },
    changes: true,
  };
}

/** How many seconds pass in each tenant from a cancel until the job has left the live view. */
const stopTimesOf = memoize(async ({ subject, asker }: Inquiry): Promise<readonly number[]> => {
  const times: number[] = [];
  for (const { mode, login } of subject.tenants) {
    const live = `SELECT JOB_ID FROM ${schemaIn(mode)}.DBA_OB_BACKUP_JOBS`;
    await asker.rows(login, "ALTER SYSTEM BACKUP DATABASE");
    await subject.pass(5);
    await asker.rows(login, "ALTER SYSTEM CANCEL BACKUP");
    let seconds = 0;
    for (; (await asker.rows(login, live)).length > 0 && seconds < MOST_SECONDS; seconds += 1) {
      await subject.pass(1);
    }
    times.push(seconds);
  }
  return times;
});

/** The numbers that come of it in each tenant, which has no policy before and none afterwards. */
async function onPolicies(
  { subject, asker }: Inquiry,
  act: (number: (sql: string) => Promise<number>) => Promise<number>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { login } of subject.tenants) {
    const number = (sql: string) => asker.number(login, sql);
    await number(DROP);
    found.push(String(await act(number)));
    await number(DROP);
  }
  return found;
}

async function cleanupsOf({ asker }: Inquiry, { mode, login }: TestTenant): Promise<number> {
  const count = async (view: string) =>
    (await asker.rows(login, `SELECT JOB_ID FROM ${schemaIn(mode)}.DBA_OB_BACKUP_DELETE_${view}`)).length;
  return (await count("JOBS")) + (await count("JOB_HISTORY"));
}
