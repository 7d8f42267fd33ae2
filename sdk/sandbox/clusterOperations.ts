import type { Failure } from "./cluster/tenantBackups.ts";
import { TenantOperations } from "./tenantOperations.ts";

/** What a test does to a cluster behind the back of its clients: to its tenants, its backups and its cleanups. */
export class ClusterOperations extends TenantOperations {
  /** Starts a backup the way the tenant's own administrator would. */
  startBackup(
    tenantName: string,
    options: { incremental?: boolean; plusArchivelog?: boolean; path?: string } = {},
  ): void {
    this.cluster.settle();
    this.cluster.backups.startInTenant(this.tenant(tenantName), options);
  }

  /** Starts a cluster backup from sys, of these user tenants or of all that can. */
  startClusterBackup(tenantNames?: readonly string[]): void {
    this.cluster.settle();
    this.cluster.backups.startInSys(
      tenantNames?.map((name) => this.tenant(name)),
      {},
    );
  }

  /** The tenant's running backup is done now, or has failed. */
  finishBackup(tenantName: string, failure?: Failure): void {
    this.cluster.settle();
    this.cluster.backups.finishNow(this.tenant(tenantName), failure);
  }

  /** Leaves a row of a job that has ended and not moved to the history: a third beside a tenant's own job and a child. */
  addEndedJobRow(tenantName: string): void {
    this.cluster.settle();
    this.cluster.backups.addEndedRow(this.tenant(tenantName));
  }

  /** The next look at the cleanup policies is due now, instead of within the hour. */
  cleanUpNow(): void {
    this.cluster.settle();
    this.cluster.cleanups.checkNow();
    this.cluster.settle();
  }

  /** Adds, replaces or removes (without a window) a tenant's cleanup policy, as another client would. */
  setPolicy(tenantName: string, recoveryWindow: string | undefined, policy = "default"): void {
    this.cluster.settle();
    const tenant = this.tenant(tenantName);
    const set = () => this.cluster.policies.set(tenant, recoveryWindow, policy);
    if (recoveryWindow === undefined) set();
    else this.cluster.changePolicy(tenant, set);
  }

  /** Leaves the tenant with a policy from before an upgrade, which this version may not take any more. */
  inheritPolicy(tenantName: string, recoveryWindow: string): void {
    this.cluster.settle();
    this.cluster.policies.inherit(this.tenant(tenantName), recoveryWindow);
  }

  /** Lets the tenant's log stream tasks hold its backup up in CANCELING, from this moment on, or no longer. */
  setStuck(tenantName: string, stuck: boolean): void {
    // Rounds that were due before have seen it as it was.
    this.cluster.settle();
    this.cluster.backups.setStuck(this.tenant(tenantName), stuck);
  }

  /** Rows of an inner table, for tests that look behind the views. */
  rows(sql: string): Record<string, unknown>[] {
    this.cluster.settle();
    return this.cluster.catalog.db.prepare(sql).all();
  }

  /** Moves a clock that stands still, until a query finds something; fails after a day of cluster time. */
  advanceUntilThereIs(sql: string): void {
    for (let seconds = 0; seconds < 24 * 3600; seconds += 0.1) {
      if (this.rows(sql).length > 0) return;
      this.clock.advance(0.1);
    }
    throw new Error(`after a day of cluster time there is nothing for: ${sql}`);
  }
}
