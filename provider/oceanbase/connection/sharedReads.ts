import { type TimeLimit, withinTime } from "./withinTime";

/** A read that several callers wait for. */
interface SharedRead {
  /** Ids of what is asked for; more may come until it is sent. */
  ids: Set<string>;
  answer: Promise<unknown>;
  /** When it was sent, in milliseconds since 1970; undefined before. */
  sentAtMs(): number | undefined;
  /** How many callers have not left. */
  waiting: number;
  /** Aborted when no caller waits for it any more. */
  unused: AbortController;
}

/** How a shared answer is read. */
export interface ReadOptions<T> {
  /** Ids of what this caller asks for. @default none: the key says it all */
  ids?: readonly string[];
  /** How old the answer may be; 0: it has to be sent after this call. */
  maxAgeMs: number;
  /** For how long this caller waits. */
  limit: TimeLimit;
  /** The error for a caller that waits no longer. */
  leave(why: "late" | "aborted"): Error;
  /** Reads; says when the read is sent, for the ids of all callers then, and stops when the signal is aborted. */
  run(sent: () => void, unused: AbortSignal, idsOfAll: () => readonly string[]): Promise<T>;
}

/**
 * Answers that callers share: one that asks what another is about to ask waits for the same answer. A read that was sent
 * already serves no caller that comes later, because its answer may not know what that caller has done since; unless the
 * caller says how old an answer may be.
 */
export class SharedReads {
  private readonly latest = new Map<string, SharedRead>();

  /** @param key the same for callers that want the same answer */
  join<T>(key: string, options: ReadOptions<T>): Promise<T> {
    const { ids = [], maxAgeMs } = options;
    const read = this.joinable(key, ids, maxAgeMs) ?? this.start(key, options);
    for (const id of ids) read.ids.add(id);
    read.waiting += 1;
    return withinTime(read.answer as Promise<T>, options.limit, (why) => {
      read.waiting -= 1;
      if (read.waiting === 0) {
        this.remove(key, read);
        read.unused.abort();
      }
      return options.leave(why);
    });
  }

  /** Forgets every answer: the server may have come back another one. */
  forget(): void {
    this.latest.clear();
  }

  private joinable(key: string, ids: readonly string[], maxAgeMs: number): SharedRead | undefined {
    const read = this.latest.get(key);
    const sentAtMs = read?.sentAtMs();
    if (read === undefined || sentAtMs === undefined) return read;
    const isYoung = maxAgeMs > 0 && Date.now() - sentAtMs <= maxAgeMs;
    return isYoung && ids.every((id) => read.ids.has(id)) ? read : undefined;
  }

  private start<T>(key: string, { ids: given, maxAgeMs, run }: ReadOptions<T>): SharedRead {
    const unused = new AbortController();
    const ids = new Set(given);
    let sentAtMs: number | undefined;
    const sent = () => {
      sentAtMs = Date.now();
    };
    const answer = run(sent, unused.signal, () => [...ids]);
    const read: SharedRead = { ids, answer, sentAtMs: () => sentAtMs, waiting: 0, unused };
    const forget = () => this.remove(key, read);
    answer.then(maxAgeMs === 0 ? forget : undefined, forget);
    this.latest.set(key, read);
    return read;
  }

  private remove(key: string, read: SharedRead): void {
    if (this.latest.get(key) === read) this.latest.delete(key);
  }
}
