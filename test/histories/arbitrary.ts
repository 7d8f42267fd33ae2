import fc from "fast-check";
import { VERSIONS } from "../../sdk/sandbox/versions.ts";
import type { Change, History, Step, Strike, Trouble, WorldEvent } from "./steps.ts";

/*
 * Chance. Everything shrinks towards nothing: fewer steps, fewer troubles, the first tenant, the first query.
 */

const tenant = fc.nat(3);
const tenants = fc.uniqueArray(tenant, { minLength: 1, maxLength: 3 });
const orAll = fc.option(tenants, { nil: undefined, freq: 2 });
const windows = fc.constantFrom("7d", "168h", "30d", "1d");

/** One of several kinds, each as often as its weight. */
function weighted<T>(...kinds: [number, fc.Arbitrary<T>][]): fc.Arbitrary<T> {
  return fc.oneof(...kinds.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** A record of a fixed kind with chance in it. */
const kind = <T extends object, const K extends object>(
  fixed: K,
  chance: { [Name in keyof T]: fc.Arbitrary<T[Name]> },
) => fc.record(chance).map((given) => ({ ...fixed, ...given }) as K & T);

const happening: fc.Arbitrary<WorldEvent> = weighted<WorldEvent>(
  [14, kind({ event: "backup" }, { tenant, incremental: fc.boolean() })],
  [6, kind({ event: "cluster backup" }, { tenants: orAll })],
  [4, kind({ event: "finish" }, { tenant, fails: fc.boolean() })],
  [5, kind({ event: "hang" }, { tenant, hangs: fc.boolean() })],
  [1, fc.constant({ event: "add tenant" })],
  [2, kind({ event: "drop tenant" }, { tenant })],
  [1, kind({ event: "rename tenant" }, { tenant })],
  [3, kind({ event: "lock" }, { tenant, locked: fc.boolean() })],
  [3, kind({ event: "recycle bin" }, { tenant, inBin: fc.boolean() })],
  [2, kind({ event: "status" }, { tenant, status: fc.constantFrom("NORMAL", "RESTORE") })],
  [1, kind({ event: "log archive" }, { tenant, works: fc.boolean() })],
  [4, kind({ event: "leader" }, { tenant, lost: fc.constantFrom(undefined, 4012, 4654, 4721, 4722) })],
  [1, kind({ event: "destination" }, { tenant, reachable: fc.boolean() })],
  [3, fc.constant({ event: "restart" })],
  [3, kind({ event: "operator cancels" }, { tenants: orAll })],
  [3, kind({ event: "operator sets policy" }, { tenant, window: fc.option(windows, { nil: undefined }) })],
  [2, kind({ event: "password" }, { told: fc.boolean() })],
  [4, kind({ event: "time" }, { seconds: fc.constantFrom(1, 10, 60, 600, 4000) })],
) as fc.Arbitrary<WorldEvent>;

const TRANSIENT = [4012, 4023, 4038, 4109, 4124, 4550, 4638, 4654, 4722, 8001, 8002, 4064, 5066];
const REFUSALS = [1227, 1235, 5160, 5260, 4016, 1210];

const trouble: fc.Arbitrary<Trouble> = weighted<Trouble>(
  [10, happening.map((world) => ({ kind: "world", world }) as const)],
  [6, fc.constantFrom("cut before", "cut after", "truncate", "stall").map((one) => ({ kind: one }) as const)],
  [1, kind({ kind: "delay" }, { ms: fc.constantFrom(300, 3_000, 20_000, 45_000) })],
  [
    4,
    kind(
      { kind: "error" },
      { errno: fc.constantFrom(...TRANSIENT), after: fc.boolean(), times: fc.integer({ min: 1, max: 4 }) },
    ),
  ],
  [1, kind({ kind: "error" }, { errno: fc.constantFrom(...REFUSALS) })],
  [
    3,
    kind(
      { kind: "away" },
      {
        how: fc.constantFrom("refuse", "forget", "silence"),
        ms: fc.constantFrom(undefined, 300, 4_000, 20_000),
      },
    ),
  ],
  [2, fc.constant({ kind: "kill" } as const)],
  [1, fc.constant({ kind: "interrupt" } as const)],
) as fc.Arbitrary<Trouble>;

/** What a server that starts, is full or thinks better of it says to a login. */
const loginError = kind(
  { kind: "error" },
  { errno: fc.constantFrom(8001, 1203, 1226, 4012, 4669, 1045), times: fc.integer({ min: 1, max: 4 }) },
);

const strike: fc.Arbitrary<Strike> = weighted<Strike>(
  [8, kind({ at: "query" }, { nth: fc.integer({ min: 1, max: 16 }), trouble })],
  [4, kind({ at: "statement" }, { nth: fc.integer({ min: 1, max: 3 }), trouble })],
  [1, kind({ at: "login" }, { nth: fc.integer({ min: 1, max: 2 }), trouble: loginError })],
) as fc.Arbitrary<Strike>;
const strikes = fc.array(strike, { maxLength: 3, size: "max" });

const cancelOn = fc.constantFrom(["create"], ["delete"], ["create", "delete"]) as fc.Arbitrary<
  ("create" | "delete")[]
>;

const option = fc.constantFrom(
  ["keepStopped", true],
  ["keepStopped", true],
  ["keepStopped", false],
  ["onlyTypes", ["full"]],
  ["onlyTypes", undefined],
  ["onlyOlderThanSeconds", 300],
  ["onlyOlderThanSeconds", undefined],
  ["settleSeconds", 5],
  ["requireRestorePoint", true],
  ["requireRestorePoint", undefined],
  ["waitForCleanup", true],
  ["waitForCleanup", undefined],
  ["onUnreachable", "skip"],
  ["onUnreachable", undefined],
  ["reason", "for a reason"],
) as fc.Arbitrary<[Extract<Change, { set: "option" }>["name"], unknown]>;

const slot = fc.nat(1);
const change: fc.Arbitrary<Change> = weighted<Change>(
  [5, kind({ set: "tenants" }, { to: weighted<number[] | "all">([3, tenants], [1, fc.constant("all")]) })],
  [6, fc.constant({ set: "triggers" })],
  [3, kind({ set: "cancelOn" }, { to: cancelOn })],
  [
    2,
    kind(
      { set: "wait" },
      { timeoutSeconds: fc.constantFrom(0, 3, 20, 40), onTimeout: fc.constantFrom("fail", "warn") },
    ),
  ],
  [2, kind({ set: "address" }, { to: fc.nat(1), andOther: fc.boolean() })],
  [1, kind({ set: "login" }, { to: weighted<"sys" | number>([2, fc.constant("sys")], [1, fc.nat(1)]) })],
  [1, kind({ set: "password" }, { inProgram: fc.boolean() })],
  [4, option.map(([name, value]) => ({ set: "option", name, value }) as const)],
  [1, kind({ set: "rename" }, { alias: fc.boolean() })],
  [1, kind({ set: "present" }, { present: fc.boolean() })],
  [
    4,
    kind(
      { set: "policy" },
      {
        slot,
        tenant,
        window: windows,
        overwrite: fc.boolean(),
        redundancy: fc.constantFrom(undefined, 1, 2),
      },
    ),
  ],
  [1, kind({ set: "no policy" }, { slot })],
  [1, kind({ set: "rename policy" }, { slot, alias: fc.boolean() })],
) as fc.Arbitrary<Change>;
const changes = fc.array(change, { maxLength: 2, size: "max" });

const step: fc.Arbitrary<Step> = weighted<Step>(
  [10, kind({ do: "world" }, { world: happening })],
  [
    8,
    kind(
      { do: "up" },
      { changes, strikes, besideSecond: weighted<boolean>([7, fc.constant(false)], [1, fc.constant(true)]) },
    ),
  ],
  [1, kind({ do: "preview" }, { changes, strikes })],
  [4, kind({ do: "refresh" }, { strikes })],
  [2, kind({ do: "destroy" }, { strikes })],
  [2, kind({ do: "second" }, { command: fc.constantFrom("up", "destroy"), tenants, strikes })],
) as fc.Arbitrary<Step>;

/** Fewest and most steps of a history. */
const LENGTH = { minLength: 12, maxLength: 15 };

/** Histories of at least twelve steps; one that fails becomes shorter. */
export const histories: fc.Arbitrary<History> = fc.record({
  version: fc.constantFrom(...VERSIONS),
  seed: fc.nat(),
  steps: fc
    // A step shrinks to nothing before anything else does, so that what is left is what it takes.
    .array(fc.option(step, { nil: undefined, freq: 1_000_000_000 }), { ...LENGTH, size: "max" })
    .map((some) => some.filter((one) => one !== undefined)),
});
