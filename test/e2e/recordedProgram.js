// The program whose state is recorded at every release: one resource for each kind of record.
const { BackupCleanupPolicy, CancelBackup } = require("pulumi-oceanbase-backup");
const password = process.env.OCEANBASE_PASSWORD;
new CancelBackup("stopped", { tenants: ["mysql_tenant"], reason: "kept for later", triggers: [1] });
new CancelBackup("keptStopped", { tenants: ["mysql_tenant"], keepStopped: true });
new CancelBackup("issued", { tenants: ["oracle_tenant"], timeoutSeconds: 0 });
new CancelBackup("armed", {
  tenants: ["mysql_tenant", "oracle_tenant"],
  cancelOn: ["delete"],
  onUnreachable: "skip",
});
new CancelBackup("doubtful", { tenants: ["later_tenant"], cancelOn: ["delete"] });
new CancelBackup("unfinished", { tenants: ["oracle_tenant"], timeoutSeconds: 1, connection: { password } });
new CancelBackup("timedOut", { tenants: ["oracle_tenant"], timeoutSeconds: 1, onTimeout: "warn" });
new CancelBackup("spared", { tenants: ["spared_tenant"], onlyOlderThanSeconds: 80000 });
new BackupCleanupPolicy("added", { tenant: "mysql_tenant", recoveryWindow: "7d" });
new BackupCleanupPolicy("adopted", {
  tenant: "oracle_tenant",
  recoveryWindow: "7d",
  connection: { password },
});
new BackupCleanupPolicy("halfChanged", {
  tenant: "spared_tenant",
  recoveryWindow: process.env.RECORDED_WINDOW ?? "14d",
});
