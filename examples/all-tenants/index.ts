// Stops every running backup of the cluster, a cluster backup's own job included.
// The connection comes from the stack's configuration:
//   pulumi config set oceanbase-backup:host ob1.example.com
//   pulumi config set --secret oceanbase-backup:password ...
import * as pulumi from "@pulumi/pulumi";
import { CancelBackup } from "pulumi-oceanbase-backup";

const maintenance = new pulumi.Config().get("maintenance") ?? "1";

const stop = new CancelBackup("stop-all", {
  tenants: "all",
  // Another value issues the statement again.
  triggers: [maintenance],
  reason: `maintenance ${maintenance}`,
});

export const summary = stop.summary;
export const jobs = stop.jobs;
export const warnings = stop.warnings;
