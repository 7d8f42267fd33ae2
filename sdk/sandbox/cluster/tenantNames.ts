import type { Features } from "../versions.ts";
import { errors } from "./errors.ts";
import { SYS_TENANT_ID, type Tenant, type Tenants } from "./tenants.ts";

const ONLY_ONE = "only one tenant name can be specified not supported";

/** Finds the tenants of a statement's TENANT clause, with the server's errors. P: get_tenant_ids. */
export class TenantNames {
  private readonly tenants: Tenants;
  private readonly version: Features;

  constructor(tenants: Tenants, version: Features) {
    this.tenants = tenants;
    this.version = version;
  }

  /** The tenants a CANCEL statement is for: in sys the named ones or all, elsewhere the login's own. */
  targets(names: readonly string[] | undefined, loginTenant: Tenant): Tenant[] {
    if (loginTenant.id !== SYS_TENANT_ID) {
      if (names !== undefined) throw errors.notSupported();
      return [loginTenant];
    }
    return names === undefined ? this.tenants.all() : this.named(names);
  }

  /** Names in the sys tenant's TENANT clause; the first bad one fails the whole statement before it did anything. */
  named(names: readonly string[]): Tenant[] {
    return [...new Set(names)].map((name) => {
      if (name === "") throw errors.invalidArgument();
      const tenant = this.tenants.byName(name);
      if (tenant === undefined) throw errors.invalidTenantName();
      if (tenant.locked) throw errors.tenantLocked();
      if (tenant.id === SYS_TENANT_ID) throw errors.unexpected(this.version.sysInTenantListText);
      return tenant;
    });
  }

  /** The one tenant that a policy or a cleanup is for: from sys it has to be named, elsewhere it must not be. */
  one(names: readonly string[] | undefined, loginTenant: Tenant): Tenant {
    if (loginTenant.id !== SYS_TENANT_ID) {
      if (names === undefined) return loginTenant;
      throw errors.notSupported("user tenant cannot specify tenant names not supported");
    }
    const [tenant, another] = this.named(names ?? []);
    if (tenant === undefined) throw errors.notSupported(`Too little tenant names specified, ${ONLY_ONE}`);
    if (another !== undefined) throw errors.notSupported(`Too many tenant names specified, ${ONLY_ONE}`);
    return tenant;
  }

  /** The tenants of CANCEL DELETE BACKUP, of which newer versions take one. */
  cleanupTargets(names: readonly string[] | undefined, loginTenant: Tenant): Tenant[] {
    const targets = this.targets(names, loginTenant);
    if (names !== undefined && targets.length > 1 && !this.version.cancelDeleteTakesTenantList) {
      throw errors.notSupported(`Too many tenant names specified, ${ONLY_ONE}`);
    }
    return targets;
  }
}
