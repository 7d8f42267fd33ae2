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
