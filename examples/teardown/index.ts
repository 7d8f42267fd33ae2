// An ephemeral environment: a tenant, and the promise that its backups stop before it is dropped.
// A plain `pulumi destroy` keeps it: what depends on the tenant is deleted first.
import * as pulumi from "@pulumi/pulumi";
import { CancelBackup } from "pulumi-oceanbase-backup";
import { Tenant } from "./tenant";

const environment = pulumi.getStack();

const tenant = new Tenant("tenant", { name: `env_${environment}` });

const quietEnd = new CancelBackup(
  "quiet-end",
  {
    tenants: [tenant.name],
    cancelOn: ["delete"],
    // The whole cluster may be gone by then.
    onUnreachable: "skip",
    reason: `teardown of ${environment}`,
  },
  { dependsOn: tenant },
);

export const tenantName = tenant.name;
export const summary = quietEnd.summary;
