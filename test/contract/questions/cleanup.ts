import { destinationIn, isSamePlace } from "../../../provider/oceanbase/cleanup/destinations.ts";
import { windowMicroseconds } from "../../../provider/oceanbase/cleanup/recoveryWindow.ts";
import { pathIn } from "../../../provider/oceanbase/cluster/views.ts";
import { secondsBetween } from "../../../provider/oceanbase/cluster/viewTimes.ts";
import type { Row } from "../../../provider/oceanbase/connection/driver.ts";
import { type Inquiry, type Question, rowsOf, valuesIn } from "./question.ts";

const SETS = "OB_BACKUP_SET_FILES";

/** What policies, cleanups and what is left behind tell. */
export const CLEANUP_QUESTIONS: readonly Question[] = [
  {
    fact: "log-only",
    about: "names of policies",
    believed: ({ policyNames }) => policyNames,
    find: (inquiry) => valuesIn(inquiry, ["OB_BACKUP_DELETE_POLICY"], "POLICY_NAME"),
  },
  {
    fact: "destinations",
    about: "where destinations stand",
    believed: () => ["data_backup_dest", "path"],
    find: async (inquiry) => [
      ...(await valuesIn(inquiry, ["OB_BACKUP_PARAMETER"], "NAME", "NAME LIKE '%backup_dest'")),
      ...(await valuesIn(inquiry, ["OB_ARCHIVE_DEST"], "NAME", "NAME LIKE '%path%'")),
    ],
  },
  {
    fact: "leftovers-words",
    about: "FILE_STATUS of sets",
    believed: () => ["AVAILABLE", "COPYING", "INCOMPLETE", "DELETING", "EXPIRED", "BROKEN", "DELETED"],
    find: (inquiry) => valuesIn(inquiry, [SETS], "FILE_STATUS"),
  },
  {
    fact: "leftovers-words",
    about: "FILE_STATUS of sets of cancelled jobs",
    believed: () => ["INCOMPLETE", "DELETING", "DELETED"],
    find: async (inquiry) => (await cancelledSets(inquiry)).flatMap(({ set }) => set?.FILE_STATUS ?? []),
  },
  {
    fact: "early-cancel",
    about: "whether cancelled jobs have a set",
    believed: () => ["a set", "none"],
    find: async (inquiry) =>
      (await cancelledSets(inquiry)).map(({ set }) => (set === undefined ? "none" : "a set")),
  },
  {
    fact: "removed-set",
    about: "what becomes of the row of a removed set",
    believed: () => ["stays as DELETED", "vanishes"],
    find: async (inquiry) => {
      const [deleted] = await valuesIn(inquiry, [SETS], "FILE_STATUS", "FILE_STATUS = 'DELETED'");
      if (deleted !== undefined) return ["stays as DELETED"];
      const done = await rowsOf(
        inquiry,
        "OB_BACKUP_DELETE_JOB_HISTORY",
        "1 AS ONE",
        "SUCCESS_TASK_COUNT > 0",
      );
      return done.length === 0 ? [] : ["vanishes"];
    },
  },
  {
    fact: "leftovers-window",
    about: "INCOMPLETE sets at the present destination, two hours and more beyond the window",
    believed: () => ["none"],
    find: async (inquiry) => {
      const sets = await rowsOf(
        inquiry,
        SETS,
        "TENANT_ID, PATH, END_TIMESTAMP",
        "FILE_STATUS = 'INCOMPLETE'",
      );
      const now = (await inquiry.asker.rows(inquiry.subject.sys, "SELECT NOW() AS N"))[0]?.N ?? "";
      const [windows, destinations] = [await windowsOf(inquiry), await destinationsOf(inquiry)];
      return sets.flatMap(({ TENANT_ID: id, PATH: path, END_TIMESTAMP: end }) => {
        const window = windows.get(id);
        const age = secondsBetween(end ?? "", now);
        const isHere = pathIn(path) === pathIn(destinations.get(id));
        if (window === undefined || age === undefined || !isHere) return [];
        // Two hours: one until the next look, one for the cleanup itself.
        return age > window + 7200 ? ["some"] : ["none"];
      });
    },
  },
  {
    fact: "leftovers-window",
    about: "PARAMETER of a cleanup",
    believed: ({ cleanupParameterPrefix }) =>
      cleanupParameterPrefix.map((prefix) => `${prefix}start - window`),
    find: async (inquiry) => {
      const windows = await windowsOf(inquiry);
      return (await newestCleanups(inquiry)).flatMap(([row]) => {
        const { TENANT_ID: id, PARAMETER: parameter, START_TIMESTAMP: start } = row as Row;
        const [, prefix = "", time = ""] = /^([a-z_]+:)?(.*)$/.exec(parameter ?? "") ?? [];
        const before = secondsBetween(time, start ?? "");
        const window = windows.get(id);
        if (window === undefined) return [];
        const isWindow = before !== undefined && Math.abs(before - window) <= 2;
        return [`${prefix}${isWindow ? "start - window" : "something else"}`];
      });
    },
  },
  {
    fact: "leftovers-path",
    about: "PATH of the newest complete set and the present destination",
    believed: () => ["the same text", "another place"],
    find: async (inquiry) => {
      const sets = await rowsOf(
        inquiry,
        SETS,
        "TENANT_ID, PATH",
        "STATUS = 'SUCCESS' ORDER BY BACKUP_SET_ID",
      );
      const newest = new Map(sets.map((row) => [row.TENANT_ID, row.PATH]));
      const destinations = await destinationsOf(inquiry);
      return [...newest].flatMap(([id, path]) => {
        const present = destinations.get(id);
        if (!present) return [];
        if (pathIn(path) === pathIn(present)) return ["the same text"];
        const isSame = isSamePlace(destinationIn(path ?? ""), destinationIn(present));
        return [isSame ? "the same place, written otherwise" : "another place"];
      });
    },
  },
  {
    fact: "cleanup-hourly",
    about: "time between two cleanups of a tenant",
    believed: () => ["60 min", "61 min"],
    find: async (inquiry) =>
      (await newestCleanups(inquiry)).flatMap(([last, before]) => {
        const seconds = secondsBetween(before?.START_TIMESTAMP ?? "", last?.START_TIMESTAMP ?? "");
        return seconds === undefined ? [] : [`${Math.round(seconds / 60)} min`];
      }),
  },
  {
    fact: "cleanup-hourly",
    about: "INITIATOR_JOB_ID of a cleanup",
    believed: ({ cleanupInitiator }) => cleanupInitiator,
    find: async (inquiry) =>
      (await newestCleanups(inquiry)).map(([row]) =>
        row?.INITIATOR_JOB_ID === row?.JOB_ID ? "own job" : (row?.INITIATOR_JOB_ID ?? "NULL"),
      ),
  },
  {
    fact: "cleanup-archive-dests",
    about: "STATUS of a cleanup without exactly one archive destination",
    believed: ({ cleanupWithOtherDests }) => cleanupWithOtherDests,
    find: async (inquiry) => {
      const paths = await rowsOf(inquiry, "OB_ARCHIVE_DEST", "TENANT_ID", "NAME = 'path'");
      const count = (id: string | null | undefined) => paths.filter((row) => row.TENANT_ID === id).length;
      return (await newestCleanups(inquiry))
        .filter(([row]) => count(row?.TENANT_ID) !== 1)
        .map(([row]) => row?.STATUS ?? "");
    },
  },
];

/** Cancelled jobs of tenants, each with the row of its set. */
async function cancelledSets(inquiry: Inquiry): Promise<{ set: Row | undefined }[]> {
  const where = "STATUS = 'CANCELED' AND TENANT_ID <> 1";
  const jobs = await rowsOf(inquiry, "OB_BACKUP_JOB_HISTORY", "TENANT_ID, BACKUP_SET_ID", where);
  const sets = await rowsOf(inquiry, SETS, "TENANT_ID, BACKUP_SET_ID, FILE_STATUS");
  const key = (row: Row) => `${row.TENANT_ID}/${row.BACKUP_SET_ID}`;
  const byKey = new Map(sets.map((row) => [key(row), row]));
  return jobs.map((job) => ({ set: byKey.get(key(job)) }));
}

/** The recovery windows of policies that clean backup sets, in seconds, by the tenant's id. */
async function windowsOf(inquiry: Inquiry): Promise<ReadonlyMap<string | null | undefined, number>> {
  const columns = "TENANT_ID, RECOVERY_WINDOW";
  const rows = await rowsOf(inquiry, "OB_BACKUP_DELETE_POLICY", columns, "POLICY_NAME = 'default'");
  const seconds = (window: string) => Number((windowMicroseconds(window) ?? 0n) / 1_000_000n);
  return new Map(rows.map((row) => [row.TENANT_ID, seconds(row.RECOVERY_WINDOW ?? "")] as const));
}

/** The present backup destinations by the tenant's id; not to be shown, they may hold keys. */
async function destinationsOf(inquiry: Inquiry): Promise<ReadonlyMap<string | null | undefined, string>> {
  const where = "NAME = 'data_backup_dest'";
  const rows = await rowsOf(inquiry, "OB_BACKUP_PARAMETER", "TENANT_ID, VALUE", where);
  return new Map(rows.map((row) => [row.TENANT_ID, row.VALUE ?? ""]));
}

/** The ended cleanups by policy of each tenant that has one now, newest first. */
async function newestCleanups(inquiry: Inquiry): Promise<readonly (readonly Row[])[]> {
  const rows = await rowsOf(
    inquiry,
    "OB_BACKUP_DELETE_JOB_HISTORY",
    "TENANT_ID, JOB_ID, INITIATOR_JOB_ID, PARAMETER, START_TIMESTAMP, STATUS",
    "TYPE = 'DELETE OBSOLETE BACKUP' ORDER BY TENANT_ID, JOB_ID DESC",
  );
  const windows = await windowsOf(inquiry);
  const byTenant = Map.groupBy(rows, (row) => row.TENANT_ID);
  return [...byTenant].filter(([id]) => windows.has(id)).map(([, of]) => of);
}
