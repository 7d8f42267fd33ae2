// The stack that is tested: the backups of a tenant stop when the stack is taken down.
import { CancelBackup } from "pulumi-oceanbase-backup";

const quietEnd = new CancelBackup("quiet-end", {
  tenants: ["shop"],
  cancelOn: ["delete"],
  reason: "teardown",
});

export const outcome = quietEnd.outcome;
