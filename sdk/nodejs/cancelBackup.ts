import type * as pulumi from "@pulumi/pulumi";
import type { Leftover } from "../../provider/oceanbase/cleanup/leftovers";
import type { ExcludedTenant } from "../../provider/oceanbase/jobs/jobFilter";
import type { BackupJob } from "../../provider/oceanbase/jobs/jobRecord";
import type { NotCancelledTenant } from "../../provider/oceanbase/stop/unreached";
import type { BackupType } from "../../provider/resources/cancelBackup/inputs";
import { CANCEL_BACKUP_PROPERTIES, type Outcome } from "../../provider/resources/cancelBackup/outputs";
import type { ConnectionInputs } from "../../provider/resources/connection";
import type { ServerRecord } from "../../provider/resources/sessions";
import { type ConnectionArgs, withLogin } from "./connection";
import { byDynamicHost, dynamicTokenOf, OceanBaseResource } from "./resource";

// What these texts say of OceanBase. Facts: clause-in-sys-only, name-exact, cancel-marks, cancel-duration, backup-idle
// Facts: whole-tenant, leftovers-window, cleanup-hourly, cleanup-advised

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
   * When the statement goes out. `["create"]`: when the resource is made, and again when tenants, cluster or
   * `triggers` change. `["delete"]` is for teardown: making the resource only logs in and finds the tenants, so that
   * a teardown that could not work is known at once (in `warnings`), and `pulumi destroy` stops the backups. Let it depend on the
   * tenants' own resources: then their backups stop before they go.
   *
   * @default ["create"]
   */
  cancelOn?: pulumi.Input<pulumi.Input<"create" | "delete">[]>;
  /** Any values; a change of one of them issues the statement again. */
  triggers?: pulumi.Input<pulumi.Input<unknown>[]>;
  /**
   * How long to wait for the real stop, in seconds; when nothing is said 900, and 1200 on OceanBase 4.0 and 4.1. The
   * statement itself only marks the jobs; a stop takes up to 90 s when all is well, and up to six minutes on 4.0 and 4.1
   * (OceanBase: the thread that ends jobs sleeps for 30 s, then for 5 min). 0: issue the statement and do not wait. Logging in and the
   * statement itself have bounds of their own: `connectTimeoutSeconds`, and 40 s for a reply.
   *
   * @minimum 0
   * @maximum 86400
   */
  timeoutSeconds?: pulumi.Input<number>;
  /**
   * What a stop that takes longer is: `"fail"` fails the update, and the next `pulumi up` goes on waiting without
   * cancelling again; `"warn"` succeeds with a warning and the jobs as last seen.
   *
   * @default "fail"
   */
  onTimeout?: pulumi.Input<"fail" | "warn">;
  /**
   * What a delete does when the cluster cannot be reached, or is another one by now: `"fail"`, or `"skip"` because it
   * may be gone already. A refused login always fails, and so does a connection that is lost on the way. Matters only
   * with `cancelOn` `"delete"`.
   *
   * @default "fail"
   */
  onUnreachable?: pulumi.Input<"fail" | "skip">;
  /**
   * Why this was done; kept in the state.
   *
   * @maxLength 1000
   */
  reason?: pulumi.Input<string>;
  /**
   * Whether backups are to stay stopped; otherwise a backup that starts later is none of this resource's business.
   * With it `pulumi refresh` looks again: a job that runs then is drift, shown as `outcome: "drifted"` with the jobs in
   * `drift`, and the next `pulumi up` stops it. Needs `"create"` in `cancelOn`.
   *
   * @default false
   */
  keepStopped?: pulumi.Input<boolean>;
  /**
   * Whether to send nothing, and to fail, when a tenant in scope has no complete full backup that it could be restored
   * from. Archived log is not looked at.
   *
   * @default false
   */
  requireRestorePoint?: pulumi.Input<boolean>;
  /**
   * Whether to wait, within `timeoutSeconds`, until the incomplete data of the cancelled jobs is gone.
   * OceanBase removes it when the recovery window of the tenant's cleanup policy has passed since the job ended, at a look
   * that comes once an hour. When that cannot be within `timeoutSeconds`, nothing is sent and it fails at once, with the
   * time. It is for policies with a short window; `leftovers` says of each set when it goes, or why it stays.
   *
   * @default false
   */
  waitForCleanup?: pulumi.Input<boolean>;
  /**
   * Cancel only jobs that run for longer than this, in seconds by the server's clock; otherwise jobs of any age. The
   * statement is for a whole tenant, so a tenant with any job that does not match is left alone and listed in `excluded`,
   * and only tenants with a matching job are named.
   *
   * @minimum 0
   * @maximum 31622400
   */
  onlyOlderThanSeconds?: pulumi.Input<number>;
  /** Cancel only backups of these types; otherwise both. A tenant with a job of another type is excluded as above. */
  onlyTypes?: pulumi.Input<pulumi.Input<BackupType>[]>;
  /**
   * How long to look on after the stop, in seconds. A backup that starts in that time is reported in `restarted` and
   * `warnings` with what is known of who started it, and is left alone.
   *
   * @default 0
   * @minimum 0
   * @maximum 3600
   */
  settleSeconds?: pulumi.Input<number>;
  /**
   * Whether a preview says on this resource's row what runs right now in its scope. It asks the cluster for at most
   * `connectTimeoutSeconds`; a cluster that cannot be reached from there costs one line and nothing else.
   *
   * @default true
   */
  previewJobs?: pulumi.Input<boolean>;
}

/** What a {@link CancelBackup} reports, however Pulumi reaches it. */
export abstract class CancelBackupOutputs extends OceanBaseResource {
  /** The user tenants whose backups are to stop, as they were given; undefined with a login to a user tenant. */
  declare readonly tenants: pulumi.Output<string[] | "all" | undefined>;
  /** Where the cluster is and who logs in, complete and without secrets. */
  declare readonly connection: pulumi.Output<ConnectionInputs>;
  /** When the statement goes out, as it was given. */
  declare readonly cancelOn: pulumi.Output<("create" | "delete")[] | undefined>;
  /** The values whose change issues the statement again, as they were given. */
  declare readonly triggers: pulumi.Output<unknown[] | undefined>;
  /** How long to wait for the real stop, in seconds, as it was given. */
  declare readonly timeoutSeconds: pulumi.Output<number | undefined>;
  /** What a stop that takes longer is, as it was given. */
  declare readonly onTimeout: pulumi.Output<"fail" | "warn" | undefined>;
  /** What a delete does when the cluster cannot be reached, as it was given. */
  declare readonly onUnreachable: pulumi.Output<"fail" | "skip" | undefined>;
  /** Why this was done, as it was given. */
  declare readonly reason: pulumi.Output<string | undefined>;
  /** Whether backups are to stay stopped, as it was given. */
  declare readonly keepStopped: pulumi.Output<boolean | undefined>;
  /** Whether a tenant without a full backup keeps the statement from being sent, as it was given. */
  declare readonly requireRestorePoint: pulumi.Output<boolean | undefined>;
  /** Whether to wait until incomplete data is gone, as it was given. */
  declare readonly waitForCleanup: pulumi.Output<boolean | undefined>;
  /** The age from which jobs are cancelled, in seconds, as it was given. */
  declare readonly onlyOlderThanSeconds: pulumi.Output<number | undefined>;
  /** The types of backups that are cancelled, as they were given. */
  declare readonly onlyTypes: pulumi.Output<BackupType[] | undefined>;
  /** How long to look on after the stop, in seconds, as it was given. */
  declare readonly settleSeconds: pulumi.Output<number | undefined>;
  /**
   * How far it has come: `stopped`, `issued` (sent, not waited for), `timedOut` (a warning only), `unfinished` (the
   * next `pulumi up` goes on), `deferred` (to be sent on delete), `wouldFail` (the same, but see `warnings`), `excluded`
   * (nothing sent, see there) or `drifted` (the next `pulumi up` stops what runs again).
   */
  declare readonly outcome: pulumi.Output<Outcome>;
  /** The statement as it was sent; undefined when none was. */
  declare readonly statement: pulumi.Output<string | undefined>;
  /** When the server took the statement: ISO 8601, UTC, by the clock of the machine that ran `pulumi`. */
  declare readonly issuedAt: pulumi.Output<string | undefined>;
  /** When the last job was seen to have ended; the same clock. Undefined without a wait. */
  declare readonly stoppedAt: pulumi.Output<string | undefined>;
  /** The backup jobs that were running, and how each of them ended. */
  declare readonly jobs: pulumi.Output<BackupJob[]>;
  /** All of it in one line. */
  declare readonly summary: pulumi.Output<string>;
  /** The server that did it; undefined when a deferred resource could not find out. */
  declare readonly server: pulumi.Output<ServerRecord | undefined>;
  /**
   * Incomplete backup sets that the cancelled jobs have left behind, and after which time the server removes each, or why
   * it does not; a refresh brings the list up to date.
   */
  declare readonly leftovers: pulumi.Output<Leftover[]>;
  /** Tenants that were left alone because of `onlyOlderThanSeconds` or `onlyTypes`, and why. */
  declare readonly excluded: pulumi.Output<ExcludedTenant[]>;
  /**
   * Tenants that the statement did not reach although it was for them, and what the server said; the other tenants'
   * backups were cancelled.
   */
  declare readonly notCancelled: pulumi.Output<NotCancelledTenant[]>;
  /** Backups that were started after the statement, as far as they were seen, and left alone. */
  declare readonly restarted: pulumi.Output<BackupJob[]>;
  /** With `keepStopped`: the jobs that the last refresh found running. */
  declare readonly drift: pulumi.Output<BackupJob[]>;
  /** What a person should know: tenants without a cleanup policy, tenants passed over, backups started anew. */
  declare readonly warnings: pulumi.Output<string[]>;
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
 * @example Teardown: on a plain destroy the backups stop before the tenant is dropped.
 * ```ts
 * new CancelBackup("quiet-end", { tenants: [tenant.name], cancelOn: ["delete"], onUnreachable: "skip" }, { dependsOn: tenant });
 * ```
 */
export class CancelBackup extends CancelBackupOutputs {
  /** The type of the resources of this class, by which the SDK of Pulumi's policies knows it. */
  static readonly __pulumiType: string = dynamicTokenOf("CancelBackup");

  /**
   * @param name the resource's name in the stack
   * @param args whose backups, on which cluster, and when
   * @param options Pulumi's resource options; `dependsOn` decides what a teardown waits for
   */
  constructor(name: string, args: CancelBackupArgs = {}, options?: pulumi.CustomResourceOptions) {
    const { previewJobs, ...others } = args;
    const reach = byDynamicHost(CancelBackup.__pulumiType, "cancelBackup", {
      isPreviewWanted: previewJobs,
      noImport: "a cancel is something that was done, so there is none to import; leave the option out",
    });
    super(reach, name, { ...CANCEL_BACKUP_PROPERTIES, ...withLogin(others) }, options);
  }
}
