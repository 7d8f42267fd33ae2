import type { Row } from "../../../provider/oceanbase/connection/driver.ts";
import type { JobRow } from "../../../provider/oceanbase/jobs/backupJobs.ts";
import type { BackupJob } from "../../../provider/oceanbase/jobs/jobRecord.ts";

/** The record of a job of tenant `one` that is being cancelled. */
export function backupJob(changes: Partial<BackupJob> = {}): BackupJob {
  return {
    tenantId: "1002",
    tenant: "one",
    jobId: "5",
    backupSetId: "3",
    type: "full",
    initiator: "tenant",
    status: "CANCELING",
    result: 0,
    comment: "",
    path: "file:///backup",
    startedAt: "2026-01-01 00:00:00.000000",
    ...changes,
  };
}

/** A job of tenant `one` as it is read from the live view. */
export function liveJob(changes: Partial<JobRow> = {}): JobRow {
  return {
    tenantId: "1002",
    jobId: "5",
    backupSetId: "3",
    initiatorTenantId: "1002",
    initiatorJobId: "0",
    executorTenantIds: ["1002"],
    type: "full",
    status: "DOING",
    result: 0,
    comment: "",
    path: "file:///backup",
    startedAt: "2026-01-01 00:00:00.000000",
    endedAt: undefined,
    ...changes,
  };
}

/** A row of the job views, of a job that tenant `one` has started. */
export const viewRow = (jobId: string, status: string, changes: Row = {}): Row => ({
  TENANT_ID: "1002",
  JOB_ID: jobId,
  STATUS: status,
  INITIATOR_TENANT_ID: "1002",
  INITIATOR_JOB_ID: "0",
  ...changes,
});

/** A cluster backup's own job. */
export const clusterViewRow = (status: string, executors = "1002,1004"): Row =>
  viewRow("9", status, { TENANT_ID: "1", INITIATOR_TENANT_ID: "1", EXECUTOR_TENANT_ID: executors });

/** A job in tenant `one` that this cluster backup has started. */
export const partViewRow = (jobId: string, status: string, changes: Row = {}): Row =>
  viewRow(jobId, status, { INITIATOR_TENANT_ID: "1", INITIATOR_JOB_ID: "9", ...changes });
