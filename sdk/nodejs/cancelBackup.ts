import * as pulumi from "@pulumi/pulumi";
import type { StoppedJob } from "../../provider/oceanbase/stoppedJob";
import type { Outcome } from "../../provider/resources/cancelBackupState";
import type { ServerRecord } from "../../provider/resources/cluster";
import { type ConnectionArgs, loginInputs } from "./connection";
import { DynamicResource } from "./dynamicResource";

/** Arguments of {@link CancelBackup}. */
export interface CancelBackupArgs {
  /**
   * The user tenants whose backups are to stop, or `"all"` for every user tenant of the cluster.
   *
   * Required with a login to the sys tenant; an empty list is an error and never means all. With a login to a user
   * tenant it has to be left out: that tenant's own backups stop (OceanBase: the TENANT clause is for the sys tenant
   * only). Names are case-sensitive; a name given twice counts once.
   */
  tenants?: pulumi.Input<pulumi.Input<string>[] | "all">;
  /** Where the cluster is and who logs in. What is left out comes from the configuration or the environment. */
  connection?: pulumi.Input<ConnectionArgs>;
  /**
   * When the statement goes out; default `["create"]`: when the resource is made, and again when tenants, cluster or
   * `triggers` change. `["delete"]` is for teardown: making the resource only logs in and finds the tenants, so that
   * a teardown that could not work is known at once (in `warnings`), and `pulumi destroy` stops the backups. Let it depend on the
   * tenants' own resources: then their backups stop before they go.
   */
  cancelOn?: pulumi.Input<pulumi.Input<"create" | "delete">[]>;
  /** Any values; a change of one of them issues the statement again. */
  triggers?: pulumi.Input<pulumi.Input<unknown>[]>;
  /**
   * How long to wait for the real stop, in seconds, 0 to 86400; default 600. The statement itself only marks the
   * jobs; a stop takes 30 to 90 s when all is well. 0: issue the statement and do not wait. Logging in and the
   * statement itself have bounds of their own: `connectTimeoutSeconds`, and 40 s for a reply.
   */
  timeoutSeconds?: pulumi.Input<number>;
  /**
   * What a stop that takes longer is: `"fail"` (default) fails the update, and the next `pulumi up` goes on waiting
   * without cancelling again; `"warn"` succeeds with a warning and the jobs as last seen.
   */
  onTimeout?: pulumi.Input<"fail" | "warn">;
  /**
   * What a delete does when the cluster cannot be reached, or is another one by now: `"fail"` (default), or `"skip"`
   * because it may be gone already. A refused login always fails, and so does a connection that is lost on the way.
   * Matters only with `cancelOn` `"delete"`.
   */
  onUnreachable?: pulumi.Input<"fail" | "skip">;
  /** Why this was done, up to 1000 characters; kept in the state for whoever asks later. */
  reason?: pulumi.Input<string>;
}

/**
 * Stops the ongoing backups of OceanBase tenants with `ALTER SYSTEM CANCEL BACKUP`, waits until they have really
 * stopped, and says how each one ended.
 *
 * The statement is issued when the resource is made. A second `pulumi up` sends nothing, nor does a new password,
 * a refresh, or a new version of this package; other tenants, another cluster or other `triggers` do. Deleting the
 * resource changes nothing on the cluster, unless `cancelOn` says so.
 *
 * A backup that was cancelled leaves incomplete data at its destination; OceanBase recommends an automatic cleanup
 * policy for every tenant beforehand. The resource warns when there is none.
 *
 * @example One tenant, from the sys tenant; host and password come from the environment.
 * ```ts
 * const stop = new CancelBackup("stop", { tenants: ["mysql_tenant"] });
 * export const jobs = stop.jobs;
 * ```
 *
 * @example Teardown: on `pulumi destroy` the backups stop before the tenant is dropped.
 * ```ts
 * new CancelBackup("quiet-end", { tenants: [tenant.name], cancelOn: ["delete"], onUnreachable: "skip" }, { dependsOn: tenant });
 * ```
 */
export class CancelBackup extends DynamicResource {
  /**
   * How far it has come: `stopped`, `issued` (sent, not waited for), `timedOut` (a warning only), `unfinished` (the
   * next `pulumi up` goes on), `armed` (to be sent on delete) or `doubtful` (the same, but see `warnings`).
   */
  declare readonly outcome: pulumi.Output<Outcome>;
  /** The statement as it was sent; undefined when none was. */
  declare readonly statement: pulumi.Output<string | undefined>;
  /** When the server took the statement: ISO 8601, UTC, by the clock of the machine that ran `pulumi`. */
  declare readonly issuedAt: pulumi.Output<string | undefined>;
  /** When the last job was seen to have ended; the same clock. Undefined when nobody waited. */
  declare readonly stoppedAt: pulumi.Output<string | undefined>;
  /** The backup jobs that were running, and how each of them ended. */
  declare readonly jobs: pulumi.Output<StoppedJob[]>;
  /** All of it in one line. */
  declare readonly summary: pulumi.Output<string>;
  /** The server that did it; undefined when an armed resource could not find out. */
  declare readonly server: pulumi.Output<ServerRecord | undefined>;
  /** What a person should know: tenants without a cleanup policy, tenants passed over, backups started anew. */
  declare readonly warnings: pulumi.Output<string[]>;

  /**
   * @param name the resource's name in the stack
   * @param args whose backups, on which cluster, and when
   * @param options Pulumi's resource options; `dependsOn` decides what a teardown waits for
   */
  constructor(name: string, args: CancelBackupArgs = {}, options?: pulumi.CustomResourceOptions) {
    const { connection, ...others } = args;
    // A JavaScript program may have put them beside the connection. Secret they are in any case.
    const misplaced = others as { password?: pulumi.Input<string>; tlsKey?: pulumi.Input<string> };
    for (const secret of ["password", "tlsKey"] as const) {
      if (misplaced[secret] !== undefined) misplaced[secret] = pulumi.secret(misplaced[secret]);
    }
    const outputs = {
      outcome: undefined,
      statement: undefined,
      issuedAt: undefined,
      stoppedAt: undefined,
      jobs: undefined,
      summary: undefined,
      server: undefined,
      warnings: undefined,
    };
    super(
      "CancelBackup",
      "cancelBackup",
      name,
      { ...outputs, ...others, ...loginInputs(connection) },
      options,
    );
  }
}
