import type { LeaderErrno } from "../../sdk/sandbox/cluster/leaders.ts";
import type { VersionName } from "../../sdk/sandbox/versions.ts";

/*
 * What a history is made of. All of it is data, so that a history can be kept, shortened and run again. Tenants are meant by
 * their number among those that exist at that moment.
 */

/** Something that happens on the cluster. */
export type WorldEvent =
  | { event: "backup"; tenant: number; incremental?: boolean }
  /** @param tenants the numbers of some; absent: of all that can */
  | { event: "cluster backup"; tenants?: readonly number[] | undefined }
  | { event: "finish"; tenant: number; fails?: boolean }
  | { event: "hang"; tenant: number; hangs: boolean }
  | { event: "add tenant" }
  | { event: "drop tenant"; tenant: number }
  | { event: "rename tenant"; tenant: number }
  | { event: "lock"; tenant: number; locked: boolean }
  | { event: "recycle bin"; tenant: number; inBin: boolean }
  | { event: "status"; tenant: number; status: "NORMAL" | "RESTORE" }
  | { event: "log archive"; tenant: number; works: boolean }
  | { event: "leader"; tenant: number; lost: LeaderErrno | undefined }
  | { event: "destination"; tenant: number; reachable: boolean }
  | { event: "restart" }
  | { event: "operator cancels"; tenants?: readonly number[] | undefined }
  | { event: "operator sets policy"; tenant: number; window: string | undefined }
  | { event: "password"; told: boolean }
  /** In seconds of the cluster's time. */
  | { event: "time"; seconds: number };

/** What becomes of a query of a command, or happens right before it. */
export type Trouble =
  | { kind: "world"; world: WorldEvent }
  | { kind: "cut before" | "cut after" | "truncate" | "stall" }
  | { kind: "delay"; ms: number }
  /** @param after whether the statement does its work all the same */
  | { kind: "error"; errno: number; after?: boolean; times?: number }
  /** The address answers no more; for so long, or until the command has ended. */
  | { kind: "away"; how: "refuse" | "forget" | "silence"; ms?: number | undefined }
  | { kind: "kill" | "interrupt" };

/** At which query of a command something happens. */
export interface Strike {
  /** Counted among all queries, or among those that change something; or among logins, to which only an error can be done. */
  at: "query" | "statement" | "login";
  nth: number;
  trouble: Trouble;
}

/** Something a person changes in the program. */
export type Change =
  | { set: "tenants"; to: readonly number[] | "all" }
  | { set: "triggers" }
  | { set: "cancelOn"; to: readonly ("create" | "delete")[] }
  | { set: "wait"; timeoutSeconds: number; onTimeout: "fail" | "warn" }
  /** @param andOther whether the cluster's other address is given as a further endpoint */
  | { set: "address"; to: number; andOther?: boolean }
  | { set: "login"; to: "sys" | number }
  | { set: "password"; inProgram: boolean }
  | { set: "option"; name: OptionName; value: unknown }
  | { set: "rename"; alias: boolean }
  | { set: "present"; present: boolean }
  | {
      set: "policy";
      slot: number;
      tenant: number;
      window: string;
      overwrite: boolean;
      redundancy?: number | undefined;
    }
  | { set: "no policy"; slot: number }
  | { set: "rename policy"; slot: number; alias: boolean };

/** Options of a CancelBackup that ask for nothing by themselves. */
export type OptionName =
  | "keepStopped"
  | "onlyTypes"
  | "onlyOlderThanSeconds"
  | "settleSeconds"
  | "requireRestorePoint"
  | "waitForCleanup"
  | "onUnreachable"
  | "reason";

/** One step of a history. */
export type Step =
  | { do: "world"; world: WorldEvent }
  | { do: "up"; changes: readonly Change[]; strikes: readonly Strike[]; besideSecond?: boolean }
  | { do: "preview"; changes: readonly Change[]; strikes: readonly Strike[] }
  | { do: "refresh" | "destroy"; strikes: readonly Strike[] }
  /** Another stack, for the same cluster. */
  | { do: "second"; command: "up" | "destroy"; tenants: readonly number[]; strikes: readonly Strike[] };

/** A world and what comes to pass in it. */
export interface History {
  version: VersionName;
  /** For what is chance in the package itself. */
  seed: number;
  steps: readonly Step[];
}
