import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { CancelBackupInputs } from "../../provider/resources/cancelBackupInputs.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { connectionTo, FAST } from "../support/sandbox.ts";
import type { Saved } from "./engine.ts";
import { type Expected, LONG_WAIT, SHORT_WAIT } from "./expectations.ts";
import type { Fault, Target } from "./faults.ts";
import { type Attempt, OPERATIONS, type Operation } from "./operations.ts";
import { MOMENTS, type Phase } from "./phases.ts";
import { FaultProxy } from "./proxy.ts";

/** One place of the matrix. */
export interface Cell {
  fault: Fault;
  phase: Phase;
  operation: Operation;
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
export async function runCell(cell: Cell): Promise<Observed> {
  const sandbox = await startSandbox({ speed: FAST, timing: { backupSeconds: 1_000_000 } });
  const proxy = await FaultProxy.to(sandbox.port);
  try {
    return await observe(cell, { sandbox, proxy });
  } finally {
    await proxy.close();
    await sandbox.stop();
  }
}

async function observe({ fault, phase, operation }: Cell, target: Target): Promise<Observed> {
  const { sandbox, proxy } = target;
  const inputs = inputsFor(target, fault);
  const attempt = await OPERATIONS[operation](target, inputs);
  await nobodyConnected(sandbox);
  const before = attempt.stack.saved;
  const copy = structuredClone(before);
  sandbox.log.clear();

  // What is away in the look is away before the login, so that there is no query to strike at.
  const isAwayFromTheStart = fault.class === "away" && phase === "look";
  await fault.strike(target, isAwayFromTheStart ? undefined : MOMENTS[phase]);
  const startedAt = Date.now();
  const failure = await failureOf(attempt);
  const seconds = (Date.now() - startedAt) / 1000;
  const sent = sandbox.log.cancels.length;
  const after = attempt.stack.saved;
  expect(before).toEqual(copy);
  const ending = failure === undefined ? "done" : endingOf(before, after);
  checkState(ending, inputs, after, operation);
  if (failure === undefined) checkTruth(sandbox, attempt);

  await proxy.restore();
  await nobodyConnected(sandbox);
  sandbox.log.clear();
  const nextActed = await attempt.run();
  checkTruth(sandbox, attempt);
  // And then there is nothing left to do.
  expect(await attempt.run()).toBe(false);
  return { ending, sent, seconds, message: failure?.message, nextActed, next: sandbox.log.cancels.length };
}

function inputsFor({ sandbox, proxy }: Target, fault: Fault): CancelBackupInputs {
  const { sys } = sandbox.logins;
  return {
    connection: { ...connectionTo(sandbox, sys), host: proxy.host, port: proxy.port },
    password: sys.password,
    tenants: ["mysql_tenant"],
    timeoutSeconds: fault.class === "away" ? SHORT_WAIT : LONG_WAIT,
  };
}

async function failureOf(attempt: Attempt): Promise<Error | undefined> {
  return await attempt.run().then(
    () => undefined,
    (error: Error) => error,
  );
}

/** A command is a process of its own, and takes no connection over from the one before. */
async function nobodyConnected(sandbox: Sandbox): Promise<void> {
  while (sandbox.openConnections > 0) await pause(20);
}

function endingOf(before: Saved | undefined, after: Saved | undefined): Exclude<Expected["ending"], "done"> {
  if (after === before) return "thrown";
  return after?.state.issuedAt === undefined ? "lost" : "issued";
}

/** The state says no more than is known, and all of that. */
function checkState(
  ending: Expected["ending"],
  inputs: CancelBackupInputs,
  saved: Saved | undefined,
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

/** The backup has stopped, and what the state says of it is what the server says. */
function checkTruth(sandbox: Sandbox, { stack }: Attempt): void {
  expect(sandbox.rows("SELECT job_id FROM oceanbase.__all_backup_job")).toEqual([]);
  const [ended] = sandbox.rows(
    "SELECT job_id, status, result FROM oceanbase.__all_backup_job_history ORDER BY job_id DESC",
  );
  expect(ended).toMatchObject({ status: "CANCELED" });
  if (stack.saved === undefined) return;
  const { state } = stack.saved;
  expect(state).toMatchObject({
    outcome: "stopped",
    issuedAt: expect.any(String),
    stoppedAt: expect.any(String),
    jobs: [
      {
        jobId: String(ended?.job_id),
        status: ended?.status,
        result: Number(ended?.result),
        endedAt: expect.any(String),
      },
    ],
  });
}
