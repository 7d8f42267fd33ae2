import type { Question } from "./question.ts";
import { rowsOf, valuesIn } from "./question.ts";

const JOBS = ["OB_BACKUP_JOBS", "OB_BACKUP_JOB_HISTORY"];
const SETS = "OB_BACKUP_SET_FILES";
const [LIVE, HISTORY] = JOBS as [string, string];

/** What the rows of jobs, tasks and backup sets tell. */
export const JOB_QUESTIONS: readonly Question[] = [
  {
    fact: "job-words",
    about: "STATUS of jobs",
    believed: () => ["INIT", "DOING", "CANCELING", "CANCELED", "COMPLETED", "FAILED"],
    find: (inquiry) => valuesIn(inquiry, JOBS, "STATUS"),
    isVital: true,
  },
  {
    fact: "backup-type",
    about: "BACKUP_TYPE of jobs and sets",
    believed: () => ["FULL", "INC"],
    find: (inquiry) => valuesIn(inquiry, [...JOBS, SETS], "BACKUP_TYPE"),
    isVital: true,
  },
  {
    fact: "live-row-end",
    about: "END_TIMESTAMP of jobs that run",
    believed: ({ liveRowEnd }) => liveRowEnd,
    find: async (inquiry) => {
      const ends = await valuesIn(inquiry, [LIVE], "END_TIMESTAMP", "STATUS IN ('INIT', 'DOING')");
      return ends.map((end) => (end === "" ? "''" : end));
    },
  },
  {
    fact: "cancelled-result",
    about: "RESULT of cancelled jobs",
    believed: () => ["-4072"],
    find: (inquiry) => valuesIn(inquiry, [HISTORY], "RESULT", "STATUS = 'CANCELED'"),
  },
  {
    fact: "cancelled-comment",
    about: "COMMENT of cancelled jobs of tenants",
    believed: ({ cancelledComment }) => [cancelledComment || "empty"],
    find: async (inquiry) => {
      const where = "STATUS = 'CANCELED' AND TENANT_ID <> 1";
      return (await valuesIn(inquiry, [HISTORY], "`COMMENT`", where)).map((comment) => comment || "empty");
    },
  },
  {
    fact: "cluster-backup-rows",
    about: "BACKUP_SET_ID of cluster backups' own jobs",
    believed: () => ["0"],
    find: (inquiry) => valuesIn(inquiry, JOBS, "BACKUP_SET_ID", "TENANT_ID = 1"),
    isVital: true,
  },
  {
    fact: "cluster-backup-rows",
    about: "whom jobs that sys has started name",
    believed: () => ["a job of tenant 1"],
    find: async (inquiry) => {
      const columns = "TENANT_ID, JOB_ID, INITIATOR_JOB_ID";
      const where = "INITIATOR_TENANT_ID = 1";
      const rows = [
        ...(await rowsOf(inquiry, LIVE, columns, where)),
        ...(await rowsOf(inquiry, HISTORY, columns, where)),
      ];
      const parents = new Set(rows.filter((row) => row.TENANT_ID === "1").map((row) => row.JOB_ID));
      return rows
        .filter((row) => row.TENANT_ID !== "1")
        .map((row) => (parents.has(row.INITIATOR_JOB_ID) ? "a job of tenant 1" : "none that is there"));
    },
    isVital: true,
  },
  {
    fact: "many-rows",
    about: "most live rows of one tenant",
    believed: () => ["1", "2", "3"],
    find: async (inquiry) => {
      const rows = await rowsOf(
        inquiry,
        LIVE,
        "TENANT_ID, COUNT(*) AS N",
        "TENANT_ID <> 1 GROUP BY TENANT_ID",
      );
      return rows.length === 0 ? [] : [String(Math.max(...rows.map((row) => Number(row.N))))];
    },
  },
  {
    fact: "restorable-set",
    about: "STATUS of sets",
    believed: () => ["DOING", "SUCCESS", "FAILED"],
    find: (inquiry) => valuesIn(inquiry, [SETS], "STATUS"),
    isVital: true,
  },
  {
    fact: "restorable-set",
    about: "FILE_STATUS of sets that are SUCCESS",
    believed: () => ["AVAILABLE", "EXPIRED", "DELETING", "DELETED", "BROKEN"],
    find: (inquiry) => valuesIn(inquiry, [SETS], "FILE_STATUS", "STATUS = 'SUCCESS'"),
  },
  {
    fact: "task-words",
    about: "STATUS of tasks",
    believed: ({ taskWords }) => taskWords,
    find: (inquiry) => valuesIn(inquiry, ["OB_BACKUP_TASKS", "OB_BACKUP_TASK_HISTORY"], "STATUS"),
  },
];
