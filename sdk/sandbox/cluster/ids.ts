/** What is counted, for each tenant by itself. */
export type Counted = "job" | "set" | "task" | "cleanup job";

/** The ids that a tenant has given away. */
export class Ids {
  private readonly last = new Map<string, bigint>();

  next(kind: Counted, tenantId: number): bigint {
    const id = (this.last.get(`${kind} ${tenantId}`) ?? 0n) + 1n;
    this.last.set(`${kind} ${tenantId}`, id);
    return id;
  }

  /** The tenant's next id of this kind is the one after `id`. */
  continueAfter(kind: Counted, tenantId: number, id: bigint): void {
    this.last.set(`${kind} ${tenantId}`, id);
  }
}
