export type { Leftover } from "../../provider/oceanbase/backupSets";
export type { ExcludedTenant } from "../../provider/oceanbase/jobFilter";
export type { JobProgress, ListedJob } from "../../provider/oceanbase/jobList";
export type { BackupJob } from "../../provider/oceanbase/stoppedJob";
export type { BackupType } from "../../provider/resources/cancelBackupInputs";
export type { Outcome } from "../../provider/resources/cancelBackupState";
export type { ServerRecord } from "../../provider/resources/cluster";
export { BackupCleanupPolicy, type BackupCleanupPolicyArgs } from "./backupCleanupPolicy";
export { CancelBackup, type CancelBackupArgs } from "./cancelBackup";
export type { ConnectionArgs, TlsArgs } from "./connection";
export {
  type GetBackupJobsArgs,
  type GetBackupJobsOutputArgs,
  getBackupJobs,
  getBackupJobsOutput,
} from "./getBackupJobs";
