import { expect, test } from "vitest";
import { readTasks } from "../../../../provider/oceanbase/jobs/backupTasks.ts";
import { backupJob } from "../../../tools/support/backupJob.ts";
import { scriptedCluster, serverInSys, serverInTenant } from "../../../tools/support/scriptedSession.ts";

const EMPTY = { TASK_ID: null, STATUS: null, RESULT: null, COMMENT: null, TABLET_COUNT: null };

test("the server is not asked for tasks when there is no job", async () => {
  const { cluster, session } = scriptedCluster(serverInSys());
  expect(await readTasks(cluster, [])).toEqual(new Map());
  expect(session.asked).toEqual([]);
});

test.each([
  [
    "sys",
    serverInSys(),
    "SELECT TENANT_ID, JOB_ID",
    "`COMMENT` FROM oceanbase.CDB_OB_BACKUP_TASKS WHERE TENANT_ID IN (1002)",
  ],
  [
    "a tenant",
    serverInTenant(),
    "SELECT 1002 AS TENANT_ID, JOB_ID",
    "`COMMENT` FROM oceanbase.DBA_OB_BACKUP_TASKS",
  ],
  [
    "Oracle mode",
    serverInTenant("ORACLE"),
    "SELECT 1002 AS TENANT_ID, JOB_ID",
    '"COMMENT" FROM SYS.DBA_OB_BACKUP_TASKS',
  ],
])("the view of tasks in %s is asked in its own dialect", async (_, server, begin, end) => {
  const { cluster, session } = scriptedCluster(server, [/./, []]);
  await readTasks(cluster, [backupJob()]);
  const sql = session.asked[0]?.sql ?? "";
  expect(sql.startsWith(begin)).toBe(true);
  expect(sql.endsWith(end)).toBe(true);
});

test("a task belongs to its tenant's job, and tasks of other jobs are left out", async () => {
  const rows = [
    { ...EMPTY, TENANT_ID: "1004", JOB_ID: "5", TASK_ID: "1" },
    {
      TENANT_ID: "1002",
      JOB_ID: "5",
      TASK_ID: "2",
      STATUS: "DOING",
      RESULT: "-4016",
      COMMENT: "why",
      INPUT_BYTES: "10",
      OUTPUT_BYTES: "20",
      TABLET_COUNT: "30",
      FINISH_TABLET_COUNT: "4",
    },
  ];
  const tasks = await readTasks(scriptedCluster(serverInSys(), [/./, rows]).cluster, [backupJob()]);
  expect([...tasks]).toEqual([
    [
      "1002/5",
      {
        taskId: "2",
        status: "DOING",
        result: -4016,
        comment: "why",
        inputBytes: 10,
        outputBytes: 20,
        tablets: 30,
        finishedTablets: 4,
      },
    ],
  ]);
});

test("a column without a value, or of another version, is empty or 0", async () => {
  const rows = [
    { ...EMPTY, JOB_ID: "5" },
    { ...EMPTY, JOB_ID: null },
  ];
  const tasks = await readTasks(scriptedCluster(serverInTenant(), [/./, rows]).cluster, [backupJob()]);
  expect([...tasks]).toEqual([
    [
      "1002/5",
      {
        taskId: "",
        status: "",
        result: 0,
        comment: "",
        inputBytes: 0,
        outputBytes: 0,
        tablets: 0,
        finishedTablets: 0,
      },
    ],
  ]);
});
