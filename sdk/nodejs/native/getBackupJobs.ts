import * as pulumi from "@pulumi/pulumi";
import type { ListedJob } from "../../../provider/oceanbase/jobs/jobList";
import type { GetBackupJobsArgs, GetBackupJobsOutputArgs } from "../getBackupJobs";
import { whenMade } from "../madeResources";
import { tokenOf } from "../pluginToken";
import { VERSION } from "./reach";

/**
 * The backup jobs of tenants as they are now, in previews as well, asked by the plugin. It changes nothing on the cluster.
 *
 * Fails when the arguments are wrong, when the cluster cannot be reached, and when a named tenant does not exist.
 *
 * @param options Pulumi's options; `provider` says which cluster is meant
 */
export async function getBackupJobs(
  args: GetBackupJobsArgs = {},
  options?: pulumi.InvokeOptions,
): Promise<ListedJob[]> {
  const invokeOptions = { version: VERSION, ...options };
  const { jobs } = await pulumi.runtime.invoke(tokenOf("getBackupJobs"), { ...args }, invokeOptions);
  return jobs;
}

/**
 * The same for arguments that are known only later. In a preview it stays unknown as long as one of them is. A password
 * does not make the result a secret; any other secret does.
 *
 * @param options Pulumi's options; `dependsOn` says what is made or updated before the jobs are asked for
 */
export function getBackupJobsOutput(
  args: GetBackupJobsOutputArgs = {},
  options: pulumi.InvokeOutputOptions = {},
): pulumi.Output<ListedJob[]> {
  const { dependsOn, ...others } = options;
  return pulumi
    .all([pulumi.output(args), whenMade(dependsOn)])
    .apply(([known]) => getBackupJobs(known as GetBackupJobsArgs, others)) as pulumi.Output<ListedJob[]>;
}
