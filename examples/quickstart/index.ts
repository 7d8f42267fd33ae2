// Stops the running backups of one tenant, logged in to the sys tenant.
// Host, port and password come from OCEANBASE_HOST, OCEANBASE_PORT and OCEANBASE_PASSWORD.
import { CancelBackup } from "pulumi-oceanbase-backup";

const stop = new CancelBackup("stop", { tenants: ["mysql_tenant"] });

export const summary = stop.summary;
export const jobs = stop.jobs;
