import { requireNode } from "./requireNode";

requireNode();

export type { Leftover } from "../../provider/oceanbase/cleanup/leftovers";
export type { Mode } from "../../provider/oceanbase/cluster/server";
export type { JobType } from "../../provider/oceanbase/jobs/backupJobs";
export type { ExcludedTenant } from "../../provider/oceanbase/jobs/jobFilter";
export type { JobProgress, ListedJob } from "../../provider/oceanbase/jobs/jobList";
export type { BackupJob } from "../../provider/oceanbase/jobs/jobRecord";
export type { NotCancelledTenant } from "../../provider/oceanbase/stop/unreached";
export type { BackupType } from "../../provider/resources/cancelBackup/inputs";
export type { Outcome } from "../../provider/resources/cancelBackup/outputs";
export type { ConnectionInputs, TlsInputs } from "../../provider/resources/connection";
export type { ServerRecord } from "../../provider/resources/sessions";
export { BackupCleanupPolicy, type BackupCleanupPolicyArgs } from "./backupCleanupPolicy";
export { CancelBackup, type CancelBackupArgs } from "./cancelBackup";
export type { ConnectionArgs, TlsArgs } from "./connection";
export {
  type GetBackupJobsArgs,
  type GetBackupJobsOutputArgs,
  getBackupJobs,
  getBackupJobsOutput,
  type HistoryArgs,
} from "./getBackupJobs";
