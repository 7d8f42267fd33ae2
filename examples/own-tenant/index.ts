// A tenant's administrator stops the tenant's own backups. No tenant is named: from a user tenant it is itself.
import * as pulumi from "@pulumi/pulumi";
import { CancelBackup } from "pulumi-oceanbase-backup";

const config = new pulumi.Config();

const stop = new CancelBackup("stop-own", {
  connection: {
    tenant: "mysql_tenant",
    user: "root",
    // A secret stays one: it is encrypted in the state and never shown.
    password: config.requireSecret("password"),
  },
});

export const summary = stop.summary;
export const jobs = stop.jobs;
