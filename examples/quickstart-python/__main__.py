# Stops the running backups of one tenant, logged in to the sys tenant.
# Host, port and password come from OCEANBASE_HOST, OCEANBASE_PORT and OCEANBASE_PASSWORD.
import pulumi
import pulumi_oceanbase_backup as oceanbase

stop = oceanbase.CancelBackup("stop", tenants=["mysql_tenant"])

pulumi.export("summary", stop.summary)
# Each with its id, type, path, final status and times.
pulumi.export("statuses", stop.jobs.apply(lambda jobs: [job.status for job in jobs]))
