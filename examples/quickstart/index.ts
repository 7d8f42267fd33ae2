// Stops the running backups of one tenant, logged in to the sys tenant.
// Host, port and password come from OCEANBASE_HOST, OCEANBASE_PORT and OCEANBASE_PASSWORD.
import { CancelBackup } from "pulumi-oceanbase-backup";

const stop = new CancelBackup("stop", { tenants: ["mysql_tenant"] });

export const summary = stop.summary;
export const jobs = stop.jobs;
// Incomplete data that the cancelled backup has left at its destination.
export const leftovers = stop.leftovers;
