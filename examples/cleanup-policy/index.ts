// What OceanBase recommends before a backup is cancelled: a cleanup policy for the tenant, so that the incomplete data
// of the cancelled backup does not stay at the destination. It removes old backups, too.
import { BackupCleanupPolicy, CancelBackup } from "pulumi-oceanbase-backup";

const policy = new BackupCleanupPolicy("policy", {
  tenant: "mysql_tenant",
  recoveryWindow: "7d",
});

const stop = new CancelBackup("stop", { tenants: ["mysql_tenant"] }, { dependsOn: policy });

export const cleanup = policy.summary;
export const summary = stop.summary;
export const warnings = stop.warnings;
