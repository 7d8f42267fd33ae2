// The administrator of an Oracle-mode tenant is SYS. The password comes from OCEANBASE_PASSWORD.
import { CancelBackup } from "pulumi-oceanbase-backup";

const stop = new CancelBackup("stop-own", {
  connection: { tenant: "oracle_tenant", user: "SYS" },
});

export const summary = stop.summary;
export const jobs = stop.jobs;
