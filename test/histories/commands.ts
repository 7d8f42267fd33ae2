import type { CommandEnd } from "../tools/support/pulumiEngine.ts";
import { TooLate } from "../tools/support/virtualTime.ts";
import { isPolicyChange } from "./ledger.ts";
import type { AnyStack, Process } from "./level.ts";
import { type Observed, watching } from "./observed.ts";
import { Person } from "./person.ts";
import { checkPolicyCommand, checkPolicyIsThere, checkPolicyStatements, noteTouches } from "./policyRules.ts";
import { checkSecrets } from "./secretRules.ts";
import { checkStatements } from "./statementRules.ts";
import { checkBound, checkDeleted, checkEnd, checkTruth } from "./stateRules.ts";
import type { Strike } from "./steps.ts";
import { arm, disarm } from "./strikes.ts";
import { must, Violation } from "./violation.ts";
import type { World } from "./world.ts";

export type CommandName = "up" | "preview" | "refresh" | "destroy";

/** No command may take longer, in milliseconds. */
const COMMAND_MS = 7_200_000;

/** How long connections may stay after a command, and a preview's own limit. */
const REST_MS = { up: 1_000, preview: 6_000, refresh: 1_000, destroy: 1_000 };

/** A person with a stack of their own. */
export interface Side {
  person: Person;
  stack: AnyStack;
  /** What the command under way has done so far. */
  observed: Observed[];
  /** The process of the last command. */
  process: Process | undefined;
  isKilled: boolean;
}

/** A command that somebody gives. */
export interface Given {
  side: Side;
  name: CommandName;
  strikes: readonly Strike[];
}

/** A person of this user, who has done nothing yet. */
export function newSide(world: World, user: string): Side {
  const person = new Person(world, user);
  const side: Side = {
    person,
    observed: [],
    isKilled: false,
    process: undefined,
    stack: world.level.newStack(
      watching(
        world,
        () => side.isKilled,
        (one) => side.observed.push(one),
      ),
    ),
  };
  return side;
}

/** Runs commands at the same time, each in a process of its own, and checks everything that must hold afterwards. */
export async function runCommands(world: World, commands: readonly Given[]): Promise<CommandEnd[]> {
  const { time } = world.level;
  world.touchedNow.clear();
  const running = commands.map((command) => begin(world, command));
  const ends = await time.until(Promise.all(running), COMMAND_MS).catch((error: unknown) => {
    if (!(error instanceof TooLate)) throw error;
    throw new Violation("an operation outlives its bound", error.message);
  });
  await disarm(world);
  const strikes = commands.flatMap((command) => command.strikes);
  const delayMs = Math.max(0, ...strikes.map(({ trouble }) => ("ms" in trouble ? (trouble.ms ?? 0) : 0)));
  await time.pass(Math.max(...commands.map(({ name }) => REST_MS[name])) + delayMs);
  for (const { side, name } of commands) checkSide(world, side, name);
  checkLeaks(world, commands);
  for (const [i, { side }] of commands.entries()) {
    checkSecrets(world, side, (ends[i] as CommandEnd).failures);
  }
  world.sandbox.log.clear();
  return ends;
}

async function begin(world: World, { side, name, strikes }: Given): Promise<CommandEnd> {
  const { person, stack } = side;
  const process = await world.level.startProcess(person.env);
  side.process = process;
  side.isKilled = false;
  side.observed.length = 0;
  const kill = () => {
    side.isKilled = true;
    process.kill();
  };
  const struck = { world, proxy: person.proxy, process: { kill, interrupt: () => process.interrupt() } };
  for (const strike of strikes) arm(strike, struck);
  try {
    if (name === "up" || name === "preview") return await stack[name](process, person.program);
    return await stack[name](process);
  } finally {
    await process.end();
  }
}

function checkSide(world: World, { stack, observed, person }: Side, command: CommandName): void {
  for (const one of observed) {
    checkBound(one);
    if (one.kind === "BackupCleanupPolicy") {
      checkPolicyStatements(one);
      noteTouches(world, one);
      continue;
    }
    checkStatements(one);
    checkEnd(one);
    checkDeleted(one);
  }
  const changes = world.sandbox.log.matching(/^/).filter(isPolicyChange);
  // Only these run the program.
  const program = command === "up" || command === "preview" ? person.program : {};
  checkPolicyCommand(world, program, observed, changes);
  for (const saved of stack.saved.values()) {
    checkTruth(world, saved);
    checkPolicyIsThere(world, saved, [...stack.saved.values()]);
  }
}

/** Nothing is left of a process that has done its work. */
function checkLeaks({ sandbox, level }: World, commands: readonly Given[]): void {
  const processes = commands.flatMap(({ side }) => side.process ?? []);
  const left = { connections: sandbox.openConnections, ...level.leftBy(processes) };
  const isClean = Object.values(left).every((count) => count === 0);
  must(isClean, "a connection, timer or listener is left", () => left);
}
