// Stops the running backups of one tenant, logged in to the sys tenant.
// Host, port and password come from OCEANBASE_HOST, OCEANBASE_PORT and OCEANBASE_PASSWORD.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	oceanbase "pulumi-oceanbase-backup/sdk/go/oceanbasebackup"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		stop, err := oceanbase.NewCancelBackup(ctx, "stop", &oceanbase.CancelBackupArgs{
			Tenants: pulumi.ToStringArray([]string{"mysql_tenant"}),
		})
		if err != nil {
			return err
		}
		ctx.Export("summary", stop.Summary)
		ctx.Export("jobs", stop.Jobs)
		return nil
	})
}
