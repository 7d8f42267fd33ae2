export type { StoppedJob } from "../../provider/oceanbase/stoppedJob";
export type { Outcome } from "../../provider/resources/cancelBackupState";
export type { ServerRecord } from "../../provider/resources/cluster";
export { CancelBackup, type CancelBackupArgs } from "./cancelBackup";
export type { ConnectionArgs, TlsArgs } from "./connection";
