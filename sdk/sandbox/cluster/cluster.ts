import type { Clock } from "../clock.ts";
import { type ControlStatement, parseControlStatement } from "../sql/controlStatements.ts";
import { BackupService } from "./backupService.ts";
import { type Catalog, createCatalog } from "./catalog.ts";
import { CleanupService } from "./cleanupService.ts";
import { CleanupTables } from "./cleanupTables.ts";
import { DeletePolicies } from "./deletePolicies.ts";
import { errors } from "./errors.ts";
import { FLAVORS, type Flavor, type FlavorName } from "./flavors.ts";
import { JobTables } from "./jobTables.ts";
import { SYS_TENANT_ID, type Tenant, Tenants, type User } from "./tenants.ts";
import { DEFAULT_TIMING, type Timing } from "./timing.ts";

export interface ClusterOptions {
  clock: Clock;
  name: string;
  id: number;
  flavor: FlavorName;
  sysUsers: User[];
  timing?: Partial<Timing>;
}

/** One cluster: its tenants, their backups and cleanups, and what its control statements do. */
export class Cluster {
  readonly name: string;
  readonly id: number;
  readonly flavor: Flavor;
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly tenants: Tenants;
  readonly backups: BackupService;
  readonly policies: DeletePolicies;
  readonly cleanups: CleanupService;

  constructor(options: ClusterOptions) {
    this.name = options.name;
    this.id = options.id;
    this.flavor = FLAVORS[options.flavor];
    this.clock = options.clock;
    this.catalog = createCatalog(options.clock, this.flavor.functions);
    this.tenants = new Tenants(this.catalog.db, options.clock);
    this.policies = new DeletePolicies(this.catalog.db);
    const timing = { ...DEFAULT_TIMING, ...options.timing };
    const jobTables = new JobTables(this.catalog.db);
    this.backups = new BackupService(jobTables, options.clock, this.tenants, timing);
    const cleanupTables = new CleanupTables(this.catalog.db);
    this.cleanups = new CleanupService(cleanupTables, this.policies, options.clock, this.tenants, timing);
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
    const act = this.resolve(statement, login.tenant);
    if (!login.user.alterSystem) throw errors.noAlterSystem();
    act();
  }

  /** Checks the names of a statement and returns what it will do. */
  private resolve(statement: ControlStatement, loginTenant: Tenant): () => void {
    const inSys = loginTenant.id === SYS_TENANT_ID;
    switch (statement.kind) {
      case "cancelBackup": {
        const targets = this.targets(statement.tenants, loginTenant);
        return () => this.backups.cancel(targets);
      }
      case "cancelDeleteBackup": {
        const targets = this.targets(statement.tenants, loginTenant);
        return () => this.cleanups.cancel(targets);
      }
      case "backup": {
        if (!inSys) {
          if (statement.tenants !== undefined) throw errors.notSupported();
          return () => this.backups.startInTenant(loginTenant, statement);
        }
        const executors =
          statement.tenants === undefined
            ? this.tenants.userTenants().filter((tenant) => tenant.status === "NORMAL")
            : this.named(statement.tenants);
        return () => this.backups.startInSys(executors, statement);
      }
      case "addDeletePolicy": {
        const tenant = this.policyTenant(statement.tenants, loginTenant);
        return this.policies.resolveAdd(tenant, statement);
      }
      case "dropDeletePolicy": {
        const tenant = this.policyTenant(statement.tenants, loginTenant);
        return this.policies.resolveDrop(tenant, statement.policy);
      }
      case "createTenant":
        return () => this.createTenant(statement, inSys);
      case "dropTenant":
        return () => this.dropTenant(statement, inSys);
      case "lockTenant":
        if (!inSys) throw errors.notSupported();
        return () => this.tenants.setLocked(statement.tenant, statement.locked);
      case "retired":
        throw errors.notSupported();
    }
  }

  /** The tenants a CANCEL statement is for: in sys the named ones or all, elsewhere the login's own. */
  private targets(names: string[] | undefined, loginTenant: Tenant): Tenant[] {
    if (loginTenant.id !== SYS_TENANT_ID) {
      if (names !== undefined) throw errors.notSupported();
      return [loginTenant];
    }
    return names === undefined ? this.tenants.all() : this.named(names);
  }

  /** Names in the sys tenant's TENANT clause; the first bad one fails the whole statement before it did anything. */
  private named(names: string[]): Tenant[] {
    return [...new Set(names)].map((name) => {
      if (name === "") throw errors.invalidArgument();
      const tenant = this.tenants.byName(name);
      if (tenant === undefined) throw errors.invalidTenantName();
      if (tenant.locked) throw errors.tenantLocked();
      if (tenant.id === SYS_TENANT_ID) throw errors.unexpected();
      return tenant;
    });
  }

  private policyTenant(names: string[] | undefined, loginTenant: Tenant): Tenant {
    if (loginTenant.id !== SYS_TENANT_ID) {
      if (names === undefined) return loginTenant;
      throw errors.notSupported("user tenant cannot specify tenant names not supported");
    }
    const [tenant, another] = this.named(names ?? []);
    const onlyOne = "only one tenant name can be specified not supported";
    if (tenant === undefined) throw errors.notSupported(`Too little tenant names specified, ${onlyOne}`);
    if (another !== undefined) throw errors.notSupported(`Too many tenant names specified, ${onlyOne}`);
    return tenant;
  }

  private createTenant(statement: Extract<ControlStatement, { kind: "createTenant" }>, inSys: boolean): void {
    if (!inSys) throw errors.notSupported();
    if (statement.ifNotExists && this.tenants.byName(statement.tenant) !== undefined) return;
    const administrator = statement.mode === "ORACLE" ? "SYS" : "root";
    this.tenants.create(statement.tenant, statement.mode, [
      { name: administrator, password: "", alterSystem: true },
    ]);
  }

  private dropTenant(statement: Extract<ControlStatement, { kind: "dropTenant" }>, inSys: boolean): void {
    if (!inSys) throw errors.notSupported();
    const tenant = this.tenants.byName(statement.tenant);
    if (tenant === undefined) {
      if (statement.ifExists) return;
      throw errors.unknownTenant(statement.tenant);
    }
    this.removeTenant(tenant);
  }

  /** Removes a tenant with everything that belongs to it. */
  removeTenant(tenant: Tenant): void {
    this.tenants.remove(tenant);
    this.backups.forget(tenant);
    this.cleanups.forget(tenant);
  }
}
