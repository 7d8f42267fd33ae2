import { afterEach, describe, expect, test } from "vitest";
import type { Sandbox } from "../../sdk/sandbox/sandbox.ts";
import { newProject } from "../tools/support/consumer.ts";
import { FRONTS, type Front, programFor } from "../tools/support/fronts.ts";
import {
  familyOf,
  isRunning,
  killIfRunning,
  type RunningProcess,
  signalUnlessEnded,
} from "../tools/support/processes.ts";
import { untilJobs, useSandbox } from "../tools/support/sandbox.ts";
import { soak } from "../tools/support/soak.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";

/*
 * `up` and `destroy`, killed while the provider is in a known phase, and then what a user runs next. The sandbox holds
 * the phase, and its log says what was sent.
 */
const sandbox = useSandbox();
let stack: Stack;
afterEach(() => stack.remove());

const PROGRAM = `
const { Config } = require("@pulumi/pulumi");
const { CancelBackup } = require("pulumi-oceanbase-backup");
const triggers = [new Config().require("trigger")];
new CancelBackup("stop", { tenants: ["mysql_tenant"], cancelOn: ["create", "delete"], triggers });
`;

/** Holds the provider in a phase: how the log shows that it is there, and how it goes on. */
interface Hold {
  isReached(): boolean;
  release(): void;
}

const LIVE_JOBS = /CDB_OB_BACKUP_JOBS\b/;

const HOLDS = {
  look: (at) => holdReply(at, LIVE_JOBS),
  issue: (at) => holdReply(at, /^ALTER SYSTEM CANCEL BACKUP/),
  watch: (at) => {
    at.setStuck("mysql_tenant", true);
    return {
      isReached: () => at.log.cancels.length > 0 && LIVE_JOBS.test(at.log.entries.at(-1)?.sql ?? ""),
      release: () => at.setStuck("mysql_tenant", false),
    };
  },
  report: (at) => holdReply(at, /CDB_OB_BACKUP_SET_FILES/),
} satisfies Record<string, (at: Sandbox) => Hold>;

type Phase = keyof typeof HOLDS;
const PHASES: readonly Phase[] = ["look", "issue", "watch", "report"];

/** The server has run the statement; its reply waits. */
function holdReply(at: Sandbox, match: RegExp): Hold {
  const { promise, resolve } = Promise.withResolvers<void>();
  at.faults.inject({ match, act: { kind: "reply later", until: promise } });
  return { isReached: () => at.log.matching(match).length > 0, release: resolve };
}

const KILLS = ["SIGKILL of the CLI", "SIGINT", "SIGKILL of the host", "SIGINT twice"] as const;
type Kill = (typeof KILLS)[number];
type Command = "up" | "destroy";

const args = (command: Command) => [command, "--yes", "--skip-preview"];
const HOSTS: Record<Front, RegExp> = {
  dynamic: /\/dynamic-provider\/index\.js /,
  plugin: /\/pulumi-resource-oceanbase-backup /,
};
const LANGUAGE_HOST = /\/pulumi-language-nodejs /;

/** Runs a command, kills it in the phase, and waits until nothing of it is left. */
async function runAndKill(command: Command, { front, kill, phase }: Cell): Promise<void> {
  const hold = HOLDS[phase](sandbox());
  let cli = 0;
  let output = "";
  let hasEnded = false;
  const ended = stack.pulumi(
    args(command),
    {},
    {
      onStart: (pid) => {
        cli = pid;
      },
      onLine: (line) => {
        output += `${line}\n`;
      },
    },
  );
  ended.then(() => {
    hasEnded = true;
  });
  let started: RunningProcess[] | undefined;
  try {
    await expect.poll(() => hold.isReached(), { timeout: 30_000 }).toBe(true);
    started = familyOf(cli);
    const host = started.find((process) => HOSTS[front].test(process.command));
    expect(host).toBeDefined();
    if (kill === "SIGKILL of the CLI") process.kill(cli, "SIGKILL");
    if (kill === "SIGKILL of the host") process.kill(host?.pid as number, "SIGKILL");
    if (kill.startsWith("SIGINT")) {
      process.kill(cli, "SIGINT");
      await expect.poll(() => output).toContain("^C received; cancelling");
      // A plugin gives up at the first one: the command may be at its end before it has the second.
      if (kill === "SIGINT twice") signalUnlessEnded(cli, "SIGINT");
      else if (goesOn({ front, kill })) hold.release();
    }
    await ended;
    // Pulumi's language host looks after a CLI that was killed only every few minutes, and ends itself then.
    const own = started.filter(
      ({ command }) => kill !== "SIGKILL of the CLI" || !LANGUAGE_HOST.test(command),
    );
    const left = () => own.filter(isRunning).map((process) => process.command);
    await expect.poll(left, { timeout: 15_000 }).toEqual([]);
  } finally {
    for (const left of started ?? (hasEnded ? [] : familyOf(cli))) killIfRunning(left);
    hold.release();
    sandbox().faults.clear();
  }
  await expect.poll(() => sandbox().openConnections).toBe(0);
}

/** What a user has to run after a kill, as sdk/pages/cancelBackup.md says, and then the command again. */
async function recover(command: Command, kill: Kill): Promise<void> {
  if (kill === "SIGKILL of the CLI") {
    expect((await stack.pulumi(args(command))).output).toContain("pulumi cancel");
    await stack.must("cancel", "--yes");
  }
  if (JSON.stringify((await deployment()).pending_operations ?? []).includes('"creating"')) {
    await stack.must("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
  }
  await stack.must(...args(command));
}

const deployment = async () => JSON.parse(await stack.export()).deployment;

/** What the server tells of the backups, live and ended. */
const jobs = (table: string) =>
  sandbox().rows(`SELECT job_id, status FROM oceanbase.${table} WHERE tenant_id <> 1 ORDER BY job_id`);

/** What is killed, how, and when. */
interface Cell {
  front: Front;
  kill: Kill;
  phase: Phase;
}

/** A dynamic provider is not told of one SIGINT, and the command waits for it; a plugin is, and gives up. */
const goesOn = ({ front, kill }: Pick<Cell, "front" | "kill">) => kill === "SIGINT" && front === "dynamic";

/**
 * How often the server may have the statement in all. The plugin saves what it has done when it is told of a SIGINT, so that
 * the next `up` only watches; at a second one the engine may be gone before that. The others save nothing.
 */
function sentInAll(cell: Cell, command: Command, sentBefore: number): number[] {
  if (goesOn(cell)) return [1];
  const again = sentBefore + 1;
  if (cell.front === "dynamic" || command === "destroy") return [again];
  return cell.kill === "SIGINT" ? [1] : cell.kill === "SIGINT twice" ? [1, again] : [again];
}

/** Every kill meets every phase; the first ones have each of both once. */
const cells = PHASES.flatMap((_, shift) =>
  KILLS.map((kill, i) => ({ kill, phase: PHASES[(i + shift) % PHASES.length] as Phase })),
);
const cellsOf = (front: Front): Cell[] =>
  cells.slice(0, soak(KILLS.length, cells.length)).map((cell) => ({ front, ...cell }));

/** What is run, and for which trigger: in the long form an update that sends the statement again, too. */
const steps: readonly (readonly [Command, string])[] = [
  ["up", "first"],
  ...Array.from({ length: soak(0, 1) }, () => ["up", "second"] as const),
  ["destroy", "second"],
];

describe.each(FRONTS.flatMap(cellsOf))("$front: after $kill in the phase $phase", (cell) => {
  const { front, kill, phase } = cell;
  const sentBefore = phase === "look" && !goesOn(cell) ? 0 : 1;

  test("every command ends with the truth, and with one more statement at most", async () => {
    stack = await Stack.create(
      newProject("killed", { "index.js": programFor(front, PROGRAM) }),
      environmentFor(sandbox()),
    );
    for (const [command, trigger] of steps) {
      await stack.config("trigger", trigger);
      sandbox().startBackup("mysql_tenant");
      await untilJobs(sandbox(), "DOING");
      sandbox().log.clear();

      await runAndKill(command, cell);
      expect(sandbox().log.cancels).toHaveLength(sentBefore);
      await recover(command, kill);
      expect(sentInAll(cell, command, sentBefore)).toContain(sandbox().log.cancels.length);

      expect(jobs("__all_backup_job")).toEqual([]);
      const ended = jobs("__all_backup_job_history");
      expect(ended.at(-1)).toMatchObject({ status: "CANCELED" });
      expect((await deployment()).pending_operations ?? []).toEqual([]);
      const record = await stack.resource("CancelBackup");
      if (command === "destroy") {
        expect(record).toBeUndefined();
      } else {
        expect(record?.outputs?.outcome).toBe("stopped");
        // Whoever came after the job's end finds none; whoever saw it, how it ended.
        const recorded = (record?.outputs?.jobs ?? []) as { jobId: string; status: string }[];
        for (const job of recorded) {
          expect(ended).toContainEqual({ job_id: Number(job.jobId), status: job.status });
        }
      }
      expect(sandbox().openConnections).toBe(0);
    }
  });
});
