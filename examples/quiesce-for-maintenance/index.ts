// No backup runs in these tenants for as long as this stack stands: before work on the backup storage, say.
// `pulumi up` stops what runs. `pulumi refresh` finds what a schedule has started since, and the next `up` stops it.
// `pulumi destroy` changes nothing on the cluster: backups may run again.
import * as pulumi from "@pulumi/pulumi";
import { CancelBackup, getBackupJobsOutput } from "pulumi-oceanbase-backup";

const config = new pulumi.Config();
const tenants = config.getObject<string[]>("tenants") ?? ["mysql_tenant"];

const quiet = new CancelBackup("quiet", {
  tenants,
  keepStopped: true,
  // A backup that a schedule starts within seconds is reported at once.
  settleSeconds: config.getNumber("settleSeconds") ?? 5,
  // Never stop what is the only thing a tenant could be restored from.
  requireRestorePoint: config.getBoolean("requireRestorePoint") ?? false,
  reason: "maintenance of the backup storage",
});

export const summary = quiet.summary;
export const jobs = quiet.jobs;
export const leftovers = quiet.leftovers;
export const startedAgain = quiet.restarted;
// What runs anywhere on the cluster once these tenants are quiet; when they already are, in a preview, too.
export const runningNow = getBackupJobsOutput({ tenants: "all" }, { dependsOn: quiet }).apply((all) =>
  all.map((job) => `${job.tenant} job ${job.jobId} ${job.status}`),
);
