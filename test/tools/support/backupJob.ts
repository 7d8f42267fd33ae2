import type { BackupJob } from "../../../provider/oceanbase/jobs/jobRecord.ts";

/** A job of tenant `one` that is being cancelled. */
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
