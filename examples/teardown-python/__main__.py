# Backups stop before the stack goes: a plain `pulumi destroy` deletes first what depends on others.
import pulumi
import pulumi_oceanbase_backup as oceanbase

tenant = pulumi.Config().get("tenant") or "mysql_tenant"

cleanup = oceanbase.BackupCleanupPolicy("cleanup", tenant=tenant, recovery_window="7d")

quiet_end = oceanbase.CancelBackup(
    "quiet-end",
    tenants=[tenant],
    cancel_on=[oceanbase.CancelOn.DELETE],
    # The whole cluster may be gone by then.
    on_unreachable=oceanbase.OnUnreachable.SKIP,
    reason="teardown",
    # Let it depend on the tenant's own resources, here on its policy.
    opts=pulumi.ResourceOptions(depends_on=[cleanup]),
)

pulumi.export("summary", quiet_end.summary)
