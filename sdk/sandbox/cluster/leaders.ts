import { errorOf } from "./errorTexts.ts";
import type { Tenant } from "./tenants.ts";

/**
 * What a statement that needs a tenant without a leader fails with: 4012, or 4654, 4721, 4722. Which of them arrives
 * was not found out; 4012 is the one that looks like mere slowness.
 */
export type LeaderErrno = 4012 | 4654 | 4721 | 4722;

/**
 * Which tenants have no leader of their meta tenant. The backup tables of a tenant live there, so nothing that needs
 * them works, and the threads of the tenant stand still.
 */
export class Leaders {
  private readonly lost = new Map<number, LeaderErrno>();

  lose(tenant: Tenant, errno: LeaderErrno): void {
    this.lost.set(tenant.id, errno);
  }

  regain(tenant: Tenant): void {
    this.lost.delete(tenant.id);
  }

  has(tenantId: number): boolean {
    return !this.lost.has(tenantId);
  }

  /** Fails when the tenant's tables cannot be reached. */
  check(tenantId: number): void {
    const errno = this.lost.get(tenantId);
    if (errno !== undefined) throw errorOf(errno);
  }

  /**
   * Fails when a read needs a tenant whose tables cannot be reached: it asks one tenant after the other, and the first
   * that does not answer fails the whole. P: ObIteratePrivateVirtualTable::next_tenant_.
   *
   * @param tenantIds those the read is limited to; undefined: all
   */
  checkRead(tenantIds: ReadonlySet<number> | undefined): void {
    for (const tenantId of this.lost.keys()) {
      if (tenantIds === undefined || tenantIds.has(tenantId)) this.check(tenantId);
    }
  }
}
