import type { Clock } from "../clock.ts";
import type { ControlStatement } from "../sql/controlStatements.ts";
import type { Mode } from "../sql/tokens.ts";
import type { Features } from "../versions.ts";
import type { BackupService } from "./backupService.ts";
import type { CleanupService } from "./cleanupService.ts";
import type { DeletePolicies } from "./deletePolicies.ts";
import { errors } from "./errors.ts";
import { TenantNames } from "./tenantNames.ts";
import { SYS_TENANT_ID, type Tenant, type Tenants, type User } from "./tenants.ts";

/** How many backup sets DELETE BACKUPSET takes. MID: OB_MAX_BACKUP_DELETE_IDS_COUNT. */
const MOST_IDS = 32;

type Kind<K extends ControlStatement["kind"]> = Extract<ControlStatement, { kind: K }>;

/** A cluster, as far as control statements change it. */
interface Controlled {
  readonly clock: Clock;
  readonly version: Features;
  readonly tenants: Tenants;
  readonly backups: BackupService;
  readonly policies: DeletePolicies;
  readonly cleanups: CleanupService;
  reach(tenant: Tenant, act: () => void): void;
  changePolicy(tenant: Tenant, add: () => void): void;
  setDataDestination(tenant: Tenant, uri: string | undefined): void;
  createTenant(name: string, mode: Mode, users: User[]): void;
  removeTenant(tenant: Tenant): void;
}

/** What control statements do to the cluster. */
export class Controls {
  private readonly cluster: Controlled;
  private readonly names: TenantNames;

  constructor(cluster: Controlled) {
    this.cluster = cluster;
    this.names = new TenantNames(cluster.tenants, cluster.version);
  }

  /** Checks the names of a statement and returns what it will do. */
  resolve(statement: ControlStatement, loginTenant: Tenant): () => void {
    const { backups, cleanups, policies } = this.cluster;
    switch (statement.kind) {
      case "cancelBackup": {
        const targets = this.names.targets(statement.tenants, loginTenant);
        return () => backups.cancel(targets);
      }
      case "cancelDeleteBackup": {
        const targets = this.names.cleanupTargets(statement.tenants, loginTenant);
        return () => cleanups.cancel(targets);
      }
      case "backup":
        return this.backup(statement, loginTenant);
      case "addDeletePolicy": {
        policies.checkName(statement.policy);
        const tenant = this.names.one(statement.tenants, loginTenant);
        const add = policies.resolveAdd(tenant, statement);
        return () => this.cluster.changePolicy(tenant, add);
      }
      case "dropDeletePolicy": {
        policies.checkName(statement.policy);
        const tenant = this.names.one(statement.tenants, loginTenant);
        return () => this.cluster.reach(tenant, () => policies.drop(tenant, statement.policy));
      }
      case "deleteByHand":
        return this.deleteByHand(statement, loginTenant);
      case "setDataDestination": {
        const tenant = this.names.one(statement.tenants, loginTenant);
        return () => this.cluster.reach(tenant, () => this.cluster.setDataDestination(tenant, statement.uri));
      }
      case "createTenant":
        return () => this.createTenant(statement, loginTenant);
      case "dropTenant":
        return () => this.dropTenant(statement, loginTenant);
      case "lockTenant":
        checkInSys(loginTenant);
        return () => this.cluster.tenants.setLocked(statement.tenant, statement.locked);
      case "retired":
        return () => {
          throw errors.notSupported();
        };
    }
  }

  private backup(statement: Kind<"backup">, loginTenant: Tenant): () => void {
    const { backups } = this.cluster;
    if (loginTenant.id !== SYS_TENANT_ID) {
      if (statement.tenants !== undefined) throw errors.notSupported();
      return () => backups.startInTenant(loginTenant, statement);
    }
    const executors = statement.tenants && this.names.named(statement.tenants);
    return () => backups.startInSys(executors, statement);
  }

  private deleteByHand(statement: Kind<"deleteByHand">, loginTenant: Tenant): () => void {
    const { version, cleanups, policies } = this.cluster;
    if (!version.deletesByHand) throw errors.notSupported("manual backup clean not supported");
    if (statement.ids.length > MOST_IDS) {
      throw errors.notSupported("the number of ids to be deleted more than 32 not supported");
    }
    if (statement.tenants === undefined && loginTenant.id === SYS_TENANT_ID) {
      throw errors.notSupported("need to specify a tenant name not supported");
    }
    const tenant = this.names.one(statement.tenants, loginTenant);
    switch (statement.what) {
      case "BACKUPSET":
        return () => cleanups.startByHand(tenant, statement.ids);
      case "BACKUPPIECE":
        throw errors.notSupported("the sandbox has no backup pieces: deleting them is not supported");
      case "OBSOLETE":
        return () => {
          if (policies.of(tenant.id) === undefined) throw errors.noSuchPolicy();
          cleanups.startObsolete(tenant.id, this.cluster.clock.now());
        };
    }
  }

  private createTenant(statement: Kind<"createTenant">, loginTenant: Tenant): void {
    checkInSys(loginTenant);
    const { tenants } = this.cluster;
    if (statement.ifNotExists && tenants.byName(statement.tenant) !== undefined) return;
    const administrator = statement.mode === "ORACLE" ? "SYS" : "root";
    this.cluster.createTenant(statement.tenant, statement.mode, [
      { name: administrator, password: "", alterSystem: true },
    ]);
  }

  private dropTenant(statement: Kind<"dropTenant">, loginTenant: Tenant): void {
    checkInSys(loginTenant);
    const tenant = this.cluster.tenants.byName(statement.tenant);
    if (tenant !== undefined) this.cluster.removeTenant(tenant);
    else if (!statement.ifExists) throw errors.unknownTenant(statement.tenant);
  }
}

function checkInSys(loginTenant: Tenant): void {
  if (loginTenant.id !== SYS_TENANT_ID) throw errors.notSupported();
}
