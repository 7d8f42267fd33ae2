import type { Clock } from "./clock.ts";
import type { Failure } from "./cluster/backupService.ts";
import type { Cluster } from "./cluster/cluster.ts";
import type { LeaderErrno } from "./cluster/leaders.ts";
import type { LogArchiveStatus, Tenant, User } from "./cluster/tenants.ts";
import type { Mode } from "./sql/tokens.ts";
import type { PasswordMethod, VersionName } from "./versions.ts";

/** What a test does to a cluster behind the back of its clients. */
export class ClusterOperations {
  readonly cluster: Cluster;
  /** The version of OceanBase that is played. */
  readonly version: VersionName;

  constructor(cluster: Cluster, version: VersionName) {
    this.cluster = cluster;
    this.version = version;
  }

  get clock(): Clock {
    return this.cluster.clock;
  }

  /** A further user tenant with one administrator. */
  addTenant(name: string, mode: Mode = "MYSQL", password = ""): Tenant {
    const user = mode === "ORACLE" ? "SYS" : "root";
    return this.cluster.createTenant(name, mode, [{ name: user, password, alterSystem: true }]);
  }

  tenant(name: string): Tenant {
    const tenant = this.cluster.tenants.byName(name);
    if (tenant === undefined) throw new Error(`the sandbox has no tenant ${name}`);
    return tenant;
  }

  /** A further account of a tenant. */
  addUser(tenantName: string, user: User): void {
    this.checkMethod(user.method);
    this.tenant(tenantName).users.push(user);
  }

  /** Lets an account log in by another method; one that the version does not have is refused. */
  setPasswordMethod(tenantName: string, userName: string, method: PasswordMethod): void {
    this.checkMethod(method);
    this.cluster.tenants.user(tenantName, userName).method = method;
  }

  private checkMethod(method: PasswordMethod = "mysql_native_password"): void {
    if (this.cluster.version.passwordMethods.includes(method)) return;
    throw new Error(`OceanBase ${this.version} has no accounts with ${method}`);
  }

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

  /** Drops a tenant with everything that belongs to it, as DROP TENANT does. */
  dropTenant(tenantName: string): void {
    this.cluster.settle();
    this.cluster.removeTenant(this.tenant(tenantName));
  }

  /** Gives a tenant another name. */
  renameTenant(tenantName: string, newName: string): void {
    this.cluster.settle();
    this.cluster.tenants.rename(tenantName, newName);
  }

  /** Puts a tenant into the recycle bin, where its STATUS stays NORMAL, or takes it out. */
  setInRecycleBin(tenantName: string, inRecycleBin = true): void {
    this.cluster.settle();
    this.cluster.tenants.setInRecycleBin(tenantName, inRecycleBin);
  }

  /** Another STATUS of the tenant, such as CREATING_STANDBY; one that the version does not have is refused. */
  setTenantStatus(tenantName: string, status: string): void {
    if (status === "CREATING_STANDBY" && !this.cluster.version.hasCreatingStandby) {
      throw new Error(`OceanBase ${this.version} has no tenants that are ${status}`);
    }
    this.cluster.settle();
    this.cluster.tenants.setStatus(tenantName, status);
  }

  /** Whether the tenant restores its data from a remote place; its STATUS stays NORMAL. */
  setRestoreDataMode(tenantName: string, mode: "NORMAL" | "REMOTE"): void {
    this.cluster.settle();
    this.cluster.tenants.setRestoreDataMode(tenantName, mode);
  }

  /** What the tenant's log archive is doing; a data backup needs it DOING. */
  setLogArchiveStatus(tenantName: string, status: LogArchiveStatus): void {
    this.cluster.settle();
    this.cluster.tenants.setLogArchiveStatus(tenantName, status);
  }

  /** The tenant has no leader any more: statements and reads that need its tables fail with this number. */
  loseLeader(tenantName: string, errno: LeaderErrno = 4012): void {
    this.cluster.settle();
    this.cluster.setLeader(this.tenant(tenantName), errno);
  }

  /** The tenant has a leader again, and its threads start anew. */
  regainLeader(tenantName: string): void {
    this.cluster.settle();
    this.cluster.setLeader(this.tenant(tenantName), undefined);
  }

  /** Where the tenant's data backups go from now on, as the view shows it; undefined: no destination is set. */
  setDataBackupDest(tenantName: string, uri: string | undefined): void {
    this.cluster.settle();
    this.cluster.setDataDestination(this.tenant(tenantName), uri);
  }

  /** Where the tenant's log archive goes: none, one or several destinations. */
  setArchiveDests(tenantName: string, uris: readonly string[]): void {
    this.cluster.settle();
    this.cluster.destinations.setArchives(this.tenant(tenantName), uris);
  }

  /** Whether new backups and cleanups of the tenant can reach its destinations. A cancel does not touch them. */
  setDestinationsReachable(tenantName: string, reachable: boolean): void {
    this.cluster.settle();
    this.cluster.destinations.setReachable(this.tenant(tenantName), reachable);
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
