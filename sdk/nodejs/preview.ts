import * as pulumi from "@pulumi/pulumi";

/**
 * Finds something out in a preview, to be shown on a resource's row. It never fails.
 *
 * It is the program that asks, and not the provider: only the program is told that this is a preview, and only it
 * knows the resource whose row it is.
 */
export function inPreview(resource: pulumi.Resource, find: () => Promise<void>): void {
  if (!pulumi.runtime.isDryRun()) return;
  // Without it the program could be over before the line has been shown.
  const done = pulumi.runtime.rpcKeepAlive();
  find()
    .catch((error: Error) => pulumi.log.debug(`no look at the cluster: ${error.message}`, resource))
    .finally(done);
}
