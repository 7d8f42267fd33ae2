import * as pulumi from "@pulumi/pulumi";
import type { ListedJob } from "../../provider/oceanbase/jobs/jobList";
import { completeLogin } from "../../provider/resources/completeLogin";
import type { GetBackupJobsInputs } from "../../provider/resources/getBackupJobs";
import { type ConnectionArgs, loginInputs } from "./connection";
import { withoutUndefined } from "./knownInputs";
import { whenMade } from "./madeResources";
import { tokenOf } from "./pluginToken";
import { programContext } from "./programContext";

/** Arguments of {@link getBackupJobs}. */
export interface GetBackupJobsArgs {
  /**
   * The user tenants whose jobs are listed, or `"all"` for every one; then a cluster backup's own job in `sys` is listed as well.
   * Required with a login to the sys tenant, to be left out with a login to a user tenant.
   */
  tenants?: string[] | "all";
  /** Where the cluster is and who logs in; what is left out comes from the configuration or the environment. */
  connection?: pulumi.Unwrap<ConnectionArgs>;
  /**
   * Whether jobs that have ended are listed after the live ones, the latest first: `true` for the latest 1000, or bounds.
   * A server keeps them for years.
   *
   * @default false
   */
  history?: boolean | HistoryArgs;
}

/** Which ended jobs are listed. */
export interface HistoryArgs {
  /**
   * How many at most.
   *
   * @default 1000
   * @asType integer
   * @minimum 1
   * @maximum 10000
   */
  limit?: number;
  /** Only those that have ended within so many days, by the server's clock; otherwise of any age. */
  sinceDays?: number;
}

/** Arguments of {@link getBackupJobsOutput}: the same, of which any may be known only later. */
export interface GetBackupJobsOutputArgs {
  /** See {@link GetBackupJobsArgs.tenants}. */
  tenants?: pulumi.Input<pulumi.Input<string>[] | "all">;
  /** See {@link GetBackupJobsArgs.connection}. */
  connection?: pulumi.Input<ConnectionArgs>;
  /** See {@link GetBackupJobsArgs.history}. */
  history?: pulumi.Input<boolean | HistoryArgs>;
}

/**
 * The backup jobs of tenants as they are now, in previews as well. It changes nothing on the cluster.
 *
 * Fails when the arguments are wrong, when the cluster cannot be reached, and when a named tenant does not exist.
 *
 * @remarks The database driver is loaded only when this is called.
 *
 * @example
 * ```ts
 * const jobs = await getBackupJobs({ tenants: "all" });
 * const old = jobs.filter((job) => (job.ageSeconds ?? 0) > 6 * 3600);
 * ```
 */
export async function getBackupJobs(args: GetBackupJobsArgs = {}): Promise<ListedJob[]> {
  if (isMocked()) return await mockedJobs(args);
  const { connection, ...others } = args;
  return await listJobs({ ...others, ...completeLogin({ connection }, programContext()) });
}

/**
 * The same for arguments that are known only later. In a preview it stays unknown as long as one of them is. A password
 * does not make the result a secret, unless the connection as a whole is known only later; any other secret does.
 *
 * @param options `dependsOn`: the resources that are made or updated before the jobs are asked for, such as the CancelBackup
 *   whose effect is to be seen; in a preview of one that is to be made, the result stays unknown
 */
export function getBackupJobsOutput(
  args: GetBackupJobsOutputArgs = {},
  options?: Pick<pulumi.InvokeOutputOptions, "dependsOn">,
): pulumi.Output<ListedJob[]> {
  const { connection, ...others } = args;
  const { password, tlsKey, ...login } = loginInputs(connection);
  const secrets = [pulumi.unsecret(pulumi.output(password)), pulumi.unsecret(pulumi.output(tlsKey))] as const;
  return pulumi
    .all([pulumi.output({ ...others, ...login }), ...secrets, whenMade(options?.dependsOn)])
    .apply(([known, passwordText, keyText]) =>
      isMocked() ? mockedJobs(known) : listJobs({ ...known, password: passwordText, tlsKey: keyText }),
    );
}

/** Under mocks there is a monitor and no engine, and no cluster is asked. */
function isMocked(): boolean {
  return pulumi.runtime.hasMonitor() && !pulumi.runtime.hasEngine();
}

/** What the mocks of a test answer in place of the plugin's function, which has the same arguments. */
async function mockedJobs(args: object): Promise<ListedJob[]> {
  const { jobs } = await pulumi.runtime.invoke(tokenOf("getBackupJobs"), { ...args });
  return jobs ?? [];
}

/** Asks the cluster; the driver comes with the provider's code, and only now. */
async function listJobs(inputs: Record<string, unknown>): Promise<ListedJob[]> {
  const provider = await import("../../provider/resources/getBackupJobs.js");
  return await provider.getBackupJobs(
    withoutUndefined(inputs) as unknown as GetBackupJobsInputs,
    programContext(),
  );
}
