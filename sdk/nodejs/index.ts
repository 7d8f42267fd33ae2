export type { StoppedJob } from "../../provider/oceanbase/stoppedJob";
export type { Outcome, ServerRecord } from "../../provider/resources/cancelBackup";
export { CancelBackup, type CancelBackupArgs } from "./cancelBackup";
export type { ConnectionArgs, TlsArgs } from "./connection";
