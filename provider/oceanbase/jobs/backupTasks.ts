import type { Cluster } from "../cluster/cluster";
import { selectFrom, VIEW_COLUMNS } from "../cluster/views";
import type { Row } from "../connection/driver";
import { type JobRow, jobKey } from "./backupJobs";

/** How far a backup job has come, from the row of its task. */
export interface BackupTask {
  taskId: string;
  /** OceanBase's word for what the task is at, such as `BACKUP_USER_DATA` or `CANCELING`. Fact: task-words */
  status: string;
  /** 0, or a negative OceanBase code. */
  result: number;
  comment: string;
  /** Bytes read from the tenant so far, and bytes written to the destination. */
  inputBytes: number;
  outputBytes: number;
  /** Tablets to back up, and those that are done. */
  tablets: number;
  finishedTablets: number;
}

/** The tasks of these live jobs, by {@link jobKey}. A job that has only just begun has none yet. Fact: task-begins */
export async function readTasks(
  cluster: Cluster,
  jobs: readonly Pick<JobRow, "tenantId" | "jobId">[],
): Promise<Map<string, BackupTask>> {
  if (jobs.length === 0) return new Map();
  const tenantIds = [...new Set(jobs.map(({ tenantId }) => tenantId))];
  const columns = VIEW_COLUMNS.OB_BACKUP_TASKS;
  const sql = selectFrom(cluster, "OB_BACKUP_TASKS", { columns, tenantIds });
  const rows = await cluster.read(sql, "reading the backup tasks");
  const wanted = new Set(jobs.map(jobKey));
  const tasks = new Map<string, BackupTask>();
  for (const row of rows) {
    const key = jobKey({ tenantId: row.TENANT_ID ?? "", jobId: row.JOB_ID ?? "" });
    if (wanted.has(key)) tasks.set(key, toTask(row));
  }
  return tasks;
}

function toTask(row: Row): BackupTask {
  const number = (name: string) => Number(row[name] ?? 0);
  return {
    taskId: row.TASK_ID ?? "",
    status: row.STATUS ?? "",
    result: number("RESULT"),
    comment: row.COMMENT ?? "",
    inputBytes: number("INPUT_BYTES"),
    outputBytes: number("OUTPUT_BYTES"),
    tablets: number("TABLET_COUNT"),
    finishedTablets: number("FINISH_TABLET_COUNT"),
  };
}
