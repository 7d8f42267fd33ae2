// Backups stop before the stack goes: a plain `pulumi destroy` deletes first what depends on others.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	oceanbase "pulumi-oceanbase-backup/sdk/go/oceanbasebackup"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		tenant := config.Get(ctx, "tenant")
		if tenant == "" {
			tenant = "mysql_tenant"
		}
		cleanup, err := oceanbase.NewBackupCleanupPolicy(ctx, "cleanup", &oceanbase.BackupCleanupPolicyArgs{
			Tenant:         pulumi.String(tenant),
			RecoveryWindow: pulumi.String("7d"),
		})
		if err != nil {
			return err
		}
		quietEnd, err := oceanbase.NewCancelBackup(ctx, "quiet-end", &oceanbase.CancelBackupArgs{
			Tenants:  pulumi.ToStringArray([]string{tenant}),
			CancelOn: oceanbase.CancelOnArray{oceanbase.CancelOnDelete},
			// The whole cluster may be gone by then.
			OnUnreachable: oceanbase.OnUnreachableSkip,
			Reason:        pulumi.String("teardown"),
			// Let it depend on the tenant's own resources, here on its policy.
		}, pulumi.DependsOn([]pulumi.Resource{cleanup}))
		if err != nil {
			return err
		}
		ctx.Export("summary", quietEnd.Summary)
		return nil
	})
}
