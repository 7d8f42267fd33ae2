import type { Clock } from "./clock.ts";
import type { Cluster } from "./cluster/cluster.ts";
import type { LeaderErrno } from "./cluster/leaders.ts";
import type { LogArchiveStatus, Tenant, User } from "./cluster/tenants.ts";
import type { Mode } from "./sql/tokens.ts";
import type { PasswordMethod, VersionName } from "./versions.ts";

/** What a test does to the tenants of a cluster: their users, status, leaders and destinations. */
export class TenantOperations {
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
}
