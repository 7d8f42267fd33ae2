import type { Clock } from "../clock.ts";
import { parseControlStatement } from "../sql/controlStatements.ts";
import type { Mode } from "../sql/tokens.ts";
import { type Features, featuresOf, type VersionName } from "../versions.ts";
import type { BackupParts } from "./backupParts.ts";
import { BackupService } from "./backupService.ts";
import { BackupSets } from "./backupSets.ts";
import { type Catalog, createCatalog } from "./catalog.ts";
import { CleanupService } from "./cleanupService.ts";
import { CleanupTables } from "./cleanupTables.ts";
import { Controls } from "./controls.ts";
import { DeletePolicies } from "./deletePolicies.ts";
import { Destinations } from "./destinations.ts";
import { errors } from "./errors.ts";
import { type Flavor, type FlavorName, flavorOf } from "./flavors.ts";
import { Ids } from "./ids.ts";
import { JobTables } from "./jobTables.ts";
import { Leaders } from "./leaders.ts";
import { TENANT_TABLES } from "./tables.ts";
import { type Tenant, Tenants, type User } from "./tenants.ts";
import { type Timing, timingOf } from "./timing.ts";

/** What a cluster is made with. */
export interface ClusterOptions {
  clock: Clock;
  name: string;
  id: number;
  flavor: FlavorName;
  version: VersionName;
  sysUsers: User[];
  timing?: Partial<Timing>;
}

/** Statements that no privilege is asked for in Oracle mode (inferred): every login may run them. */
const FREE_IN_ORACLE_MODE: readonly string[] = [
  "cancelBackup",
  "cancelDeleteBackup",
  "addDeletePolicy",
  "dropDeletePolicy",
];

/** One cluster: its tenants, their backups and cleanups, and what its control statements do. */
export class Cluster {
  readonly name: string;
  readonly id: number;
  readonly version: Features;
  readonly flavor: Flavor;
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly tenants: Tenants;
  readonly destinations: Destinations;
  readonly leaders = new Leaders();
  readonly backups: BackupService;
  readonly policies: DeletePolicies;
  readonly cleanups: CleanupService;
  private readonly controls: Controls;

  constructor(options: ClusterOptions) {
    const { clock } = options;
    this.name = options.name;
    this.id = options.id;
    this.clock = clock;
    const version = featuresOf(options.version);
    this.version = version;
    this.flavor = flavorOf(options.flavor, version);
    this.catalog = createCatalog(clock, version, this.flavor.functions);
    const { database } = this.catalog;
    this.tenants = new Tenants(database, clock);
    this.destinations = new Destinations(database);
    this.policies = new DeletePolicies(database, version);
    const parts: BackupParts = {
      clock,
      version,
      timing: timingOf(version, options.timing),
      tables: new JobTables(database),
      sets: new BackupSets(database),
      tenants: this.tenants,
      destinations: this.destinations,
      leaders: this.leaders,
      ids: new Ids(),
    };
    this.backups = new BackupService(parts);
    this.cleanups = new CleanupService(parts, new CleanupTables(database), this.policies);
    this.controls = new Controls(this);
    this.tenants.createSys(options.sysUsers);
  }

  /**
   * Runs everything that is due by now, in order of time. What a cleanup does depends on the backups and never the
   * other way round, so at every moment of a cleanup the backups come first.
   */
  settle(): void {
    const now = this.clock.now();
    for (let at = this.cleanups.nextAt(); at <= now; at = this.cleanups.nextAt()) {
      this.backups.settle(at);
      this.cleanups.settle(at);
    }
    this.backups.settle(now);
    this.cleanups.settle(now);
  }

  /**
   * Runs a control statement for a login. The order of checks is the server's: parse, resolve the tenant names,
   * then the privilege. So a wrong name is reported even to a user who may not run the statement at all.
   */
  control(sql: string, login: { tenant: Tenant; user: User }): void {
    const statement = parseControlStatement(sql, login.tenant.mode);
    if (!this.flavor.tenantBackups) throw errors.notSupported();
    const act = this.controls.resolve(statement, login.tenant);
    const isFree = login.tenant.mode === "ORACLE" && FREE_IN_ORACLE_MODE.includes(statement.kind);
    if (!login.user.alterSystem && !isFree) throw errors.noAlterSystem();
    act();
  }

  /** Does something to a tenant's own tables, which needs its leader. */
  reach(tenant: Tenant, act: () => void): void {
    this.leaders.check(tenant.id);
    act();
  }

  /** Adds a cleanup policy; newer versions clean up at once. */
  changePolicy(tenant: Tenant, add: () => void): void {
    this.reach(tenant, add);
    if (this.version.cleansUpAtAdd) this.cleanups.startObsolete(tenant.id, this.clock.now());
  }

  /** Where the tenant's data backups go from now on; undefined: nowhere. */
  setDataDestination(tenant: Tenant, uri: string | undefined): void {
    if (uri !== undefined) this.policies.checkMaySetDestination(tenant);
    this.destinations.setData(tenant, uri);
  }

  /** Makes a user tenant, with one destination for its data and one for its log archive. */
  createTenant(name: string, mode: Mode, users: User[]): Tenant {
    const tenant = this.tenants.create(name, mode, users);
    this.destinations.setDefaults(tenant);
    this.cleanups.threadStarts(tenant);
    return tenant;
  }

  /** Removes a tenant with everything that belongs to it. */
  removeTenant(tenant: Tenant): void {
    this.tenants.remove(tenant);
    for (const table of TENANT_TABLES) {
      this.catalog.database.run(`DELETE FROM oceanbase.${table} WHERE tenant_id = ?`, tenant.id);
    }
    this.backups.forget(tenant);
    this.cleanups.forget(tenant);
    this.destinations.forget(tenant.id);
    this.leaders.regain(tenant);
  }

  /** The tenant loses its leader, or, without a number, has one again. */
  setLeader(tenant: Tenant, errno: Parameters<Leaders["lose"]>[1] | undefined): void {
    if (errno !== undefined) {
      this.leaders.lose(tenant, errno);
      return;
    }
    this.leaders.regain(tenant);
    this.backups.wakeAtOnce(tenant.id);
    this.cleanups.threadStarts(tenant);
  }
}
