import type { Cluster } from "../../../provider/oceanbase/cluster/cluster.ts";
import { resolveScope } from "../../../provider/oceanbase/cluster/scope.ts";
import type { Plan } from "../../../provider/oceanbase/stop/plan.ts";
import type { StopRequest } from "../../../provider/oceanbase/stop/stopRequest.ts";

/** A request from sys to stop the backups of `mysql_tenant`. */
export function stopRequest(changes: Partial<StopRequest> = {}): StopRequest {
  return {
    selection: ["mysql_tenant"],
    loginTenant: "sys",
    ignoreMissing: false,
    timeoutSeconds: 20,
    ...changes,
  };
}

/** The plan of a request for tenant `one` of this cluster. */
export function planOn(cluster: Cluster, changes: Partial<StopRequest> = {}): Plan {
  const loginTenant = cluster.server.tenant.name;
  const request = stopRequest({ selection: ["one"], loginTenant, ...changes });
  return {
    cluster,
    request,
    control: { progress: () => {} },
    scope: resolveScope(cluster, request),
    timeoutSeconds: request.timeoutSeconds ?? 900,
    warnings: [],
  };
}
