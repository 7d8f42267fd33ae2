interface Entry {
  tenantId: number;
  atMs: number;
}

/**
 * When something is due for each tenant, with the earliest at hand: a binary heap, so that many tenants cost little
 * more than one. A tenant has one time; what a later `set` replaced is dropped when it comes to the top.
 */
export class DueTimes {
  /** How often two times were compared: what the heap costs, whatever machine it runs on. */
  comparisons = 0;
  private readonly current = new Map<number, Entry>();
  private readonly heap: Entry[] = [];

  get(tenantId: number): number | undefined {
    return this.current.get(tenantId)?.atMs;
  }

  set(tenantId: number, atMs: number): void {
    const entry = { tenantId, atMs };
    this.current.set(tenantId, entry);
    this.heap.push(entry);
    this.rise(this.heap.length - 1);
  }

  delete(tenantId: number): void {
    this.current.delete(tenantId);
  }

  /** The earliest, or undefined when nothing is due at all. Of equal times the lower tenant id is first. */
  earliest(): Readonly<Entry> | undefined {
    for (let top = this.heap[0]; top !== undefined; top = this.heap[0]) {
      if (this.current.get(top.tenantId) === top) return top;
      this.dropTop();
    }
    return undefined;
  }

  private dropTop(): void {
    const last = this.heap.pop() as Entry;
    if (this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink();
  }

  private rise(start: number): void {
    for (let at = start; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let first = at;
      if (left < this.heap.length && this.isBefore(left, first)) first = left;
      if (right < this.heap.length && this.isBefore(right, first)) first = right;
      if (first === at) return;
      this.swap(at, first);
      at = first;
    }
  }

  private isBefore(a: number, b: number): boolean {
    this.comparisons += 1;
    const [left, right] = [this.heap[a] as Entry, this.heap[b] as Entry];
    return left.atMs === right.atMs ? left.tenantId < right.tenantId : left.atMs < right.atMs;
  }

  private swap(a: number, b: number): void {
    const entry = this.heap[a] as Entry;
    this.heap[a] = this.heap[b] as Entry;
    this.heap[b] = entry;
  }
}
