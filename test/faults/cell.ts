import { expect } from "vitest";
import { given } from "../../provider/given.ts";
import type { CancelBackupInputs } from "../../provider/resources/cancelBackup/inputs.ts";
import type { VersionName } from "../../sdk/sandbox/versions.ts";
import type { Front } from "../tools/support/fronts.ts";
import type { SavedResource } from "./engine.ts";
import { type Expected, LONG_WAIT, SHORT_WAIT } from "./expectations.ts";
import type { Fault, Moment } from "./faults.ts";
import { type Attempt, OPERATIONS, type Operation } from "./operations.ts";
import { MOMENTS, type Phase } from "./phases.ts";
import { checkTruth, inputsFor, nobodyConnected, type Target, withTarget } from "./target.ts";

/** One place of the matrix. */
export interface Cell {
  fault: Fault;
  phase: Phase;
  operation: Operation;
  /** @default "dynamic" */
  front?: Front;
  /** What the cluster plays; default: what the project does. */
  version?: VersionName;
  /** Default: the query that the phase begins with. */
  moment?: Moment;
}

/** What has come of a cell. */
export interface Observed extends Pick<Expected, "ending" | "sent" | "next"> {
  /** The operation took this long. */
  seconds: number;
  /** Whether the next command had anything to do. */
  nextActed: boolean;
  /** What the failure said. */
  message: string | undefined;
}

/** Runs one operation with its fault, mends the fault, and runs the same command again. */
export function runCell(cell: Cell): Promise<Observed> {
  return withTarget((target) => observe(cell, target), given({ version: cell.version }));
}

async function observe({ fault, phase, operation, front, moment }: Cell, target: Target): Promise<Observed> {
  const { sandbox, proxy } = target;
  const inputs = inputsFor(target, { timeoutSeconds: fault.class === "away" ? SHORT_WAIT : LONG_WAIT });
  const attempt = await OPERATIONS[operation](target, inputs, front);
  await nobodyConnected(sandbox);
  const before = attempt.stack.saved;
  const copy = structuredClone(before);
  sandbox.log.clear();

  // What is away in the look is away before the login, so that there is no query to strike at.
  const isAwayFromTheStart = fault.class === "away" && phase === "look";
  await fault.strike(target, isAwayFromTheStart ? undefined : (moment ?? MOMENTS[phase]));
  const startedAt = Date.now();
  const failure = await failureOf(attempt);
  const seconds = (Date.now() - startedAt) / 1000;
  const sent = sandbox.log.cancels.length;
  expect(sandbox.faults.waiting + proxy.waiting, "faults that did not strike").toBe(0);
  const after = attempt.stack.saved;
  expect(before).toEqual(copy);
  const ending = failure === undefined ? "done" : endingOf(before, after);
  checkState(ending, inputs, after, operation);
  if (failure === undefined) checkTruth(sandbox, attempt.stack);

  await proxy.restore();
  await nobodyConnected(sandbox);
  sandbox.log.clear();
  const nextActed = await attempt.run();
  checkTruth(sandbox, attempt.stack);
  // And then there is nothing left to do.
  expect(await attempt.run()).toBe(false);
  return { ending, sent, seconds, message: failure?.message, nextActed, next: sandbox.log.cancels.length };
}

async function failureOf(attempt: Attempt): Promise<Error | undefined> {
  return await attempt.run().then(
    () => undefined,
    (error: Error) => error,
  );
}

function endingOf(
  before: SavedResource | undefined,
  after: SavedResource | undefined,
): Exclude<Expected["ending"], "done"> {
  if (after === before) return "thrown";
  return after?.state.issuedAt === undefined ? "lost" : "issued";
}

/** The state says no more than is known, and all of that. */
function checkState(
  ending: Expected["ending"],
  inputs: CancelBackupInputs,
  saved: SavedResource | undefined,
  operation: Operation,
): void {
  if (ending === "done") expect(saved?.hasFailed).toBe(operation === "delete" ? undefined : false);
  if (ending !== "lost" && ending !== "issued") return;
  expect(saved).toMatchObject({ id: expect.stringMatching(/./), hasFailed: true });
  expect(saved?.state).toMatchObject({
    ...inputs,
    outcome: "unfinished",
    statement: "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`",
    server: { clusterId: "1001", tenant: "sys" },
    jobs: [{ tenant: "mysql_tenant" }],
  });
  expect(saved?.state).not.toHaveProperty("stoppedAt");
  expect(saved?.state.jobs[0]).not.toHaveProperty("endedAt");
}
