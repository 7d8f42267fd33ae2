import { test } from "vitest";
import { live } from "./live.ts";

/*
 * Histories in which something has happened once that must never happen. Each was found by chance and made as short as it
 * can be; what was wrong stands above it.
 */

// A job that a cluster backup starts late in a tenant in the recycle bin was taken for one that the server had passed over,
// before any statement had been sent for it.
test("state says stopped while a job of the target is live: late, in the recycle bin", () =>
  live({
    version: "4.2.1",
    seed: 2147483627,
    steps: [
      { do: "world", world: { event: "recycle bin", tenant: 3, inBin: true } },
      { do: "up", changes: [{ set: "present", present: false }], strikes: [] },
      { do: "world", world: { event: "cluster backup", tenants: [0, 2] } },
      {
        do: "up",
        changes: [],
        strikes: [{ at: "query", nth: 7, trouble: { kind: "error", errno: 8001, after: false, times: 3 } }],
        besideSecond: true,
      },
    ],
  }));

// A job that a cluster backup has started late, and that was COMPLETED in the live view at the next look, was not taken in.
test("state says stopped while a job of the target is live: late, and done between two looks", () =>
  live({
    version: "4.3.5",
    seed: 955648301,
    steps: [
      { do: "up", changes: [], strikes: [] },
      { do: "world", world: { event: "cluster backup" } },
      { do: "destroy", strikes: [] },
      {
        do: "up",
        changes: [],
        strikes: [
          {
            at: "query",
            nth: 7,
            trouble: { kind: "world", world: { event: "finish", tenant: 0, fails: false } },
          },
        ],
      },
    ],
  }));

// A cluster backup had started its job in a tenant that could not be read any more by the next look: there was none to be seen,
// and so none to be waited for.
test("state says stopped while a job of the target is live: late, in a tenant that has lost its leader", () =>
  live({
    version: "4.0.0",
    seed: 0,
    steps: [
      { do: "world", world: { event: "cluster backup" } },
      {
        do: "second",
        command: "up",
        tenants: [0],
        strikes: [
          {
            at: "query",
            nth: 10,
            trouble: { kind: "world", world: { event: "leader", tenant: 0, lost: 4722 } },
          },
          { at: "query", nth: 1, trouble: { kind: "world", world: { event: "restart" } } },
        ],
      },
    ],
  }));

// The deletion of a policy looked for its tenant by name, and took it for gone after a rename.
test("a destroy leaves nothing: the policy of a tenant that was renamed", () =>
  live({
    version: "4.5.0",
    seed: 1844016662,
    steps: [
      {
        do: "up",
        changes: [{ set: "policy", slot: 1, tenant: 0, window: "1d", overwrite: true, redundancy: 2 }],
        strikes: [],
      },
      { do: "world", world: { event: "rename tenant", tenant: 3 } },
    ],
  }));

// An attempt that was taken up waited for a job of a tenant that another one had the name of by now: no statement was for it, so
// that every up ran into its timeout.
test("after the last fault a fault-free up succeeds: a target's tenant was renamed, and its name given to another", () =>
  live({
    version: "4.2.5",
    seed: 787152184,
    steps: [
      { do: "up", changes: [{ set: "tenants", to: [3, 1, 2] }], strikes: [], besideSecond: true },
      { do: "world", world: { event: "backup", tenant: 3, incremental: false } },
      {
        do: "up",
        changes: [],
        strikes: [
          {
            at: "query",
            nth: 5,
            trouble: { kind: "world", world: { event: "leader", tenant: 0, lost: 4721 } },
          },
        ],
        besideSecond: true,
      },
      {
        do: "up",
        changes: [{ set: "tenants", to: [0, 3] }],
        strikes: [
          { at: "query", nth: 11, trouble: { kind: "world", world: { event: "rename tenant", tenant: 0 } } },
        ],
        besideSecond: false,
      },
    ],
  }));
