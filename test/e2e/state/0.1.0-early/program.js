const { CancelBackup } = require("pulumi-oceanbase-backup");
const password = process.env.OCEANBASE_PASSWORD;
new CancelBackup("stopped", { tenants: ["mysql_tenant"], reason: "kept for later", triggers: [1] });
new CancelBackup("issued", { tenants: "all", timeoutSeconds: 0 });
new CancelBackup("armed", {
  tenants: ["mysql_tenant", "oracle_tenant"],
  cancelOn: ["delete"],
  onUnreachable: "skip",
});
new CancelBackup("unfinished", { tenants: ["oracle_tenant"], timeoutSeconds: 1, connection: { password } });
