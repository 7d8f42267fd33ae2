import { expect, test } from "vitest";
import { manualClock } from "../../../sdk/sandbox/clock.ts";
import { runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { Sandbox } from "../../../sdk/sandbox/sandbox.ts";

/** What the sandbox itself did: statements that it ran, and times that it compared. */
interface Work {
  statements: number;
  comparisons: number;
}

const workOf = ({ cluster }: Sandbox): Work => ({
  statements: cluster.catalog.database.statements,
  comparisons: cluster.backups.threads.rounds.comparisons,
});

/** The work of each step for this many tenants. The cluster's time goes on by a second with every start. */
function workFor(count: number): Record<string, Work> {
  const sandbox = new Sandbox({ clock: manualClock(), timing: { backupSeconds: 1e9 } });
  const work: Record<string, Work> = {};
  const measure = (step: string, act: () => void) => {
    const before = workOf(sandbox);
    act();
    const after = workOf(sandbox);
    work[step] = {
      statements: after.statements - before.statements,
      comparisons: after.comparisons - before.comparisons,
    };
  };
  const names = Array.from({ length: count }, (_, i) => `t${i}`);
  measure("making the tenants", () => {
    for (const name of names) sandbox.addTenant(name);
  });
  measure("starting a backup in each", () => {
    for (const name of names) {
      sandbox.startBackup(name);
      sandbox.clock.advance(1);
    }
    sandbox.cluster.settle();
  });
  measure("letting them run for an hour", () => {
    sandbox.clock.advance(3600);
    sandbox.cluster.settle();
  });
  measure("reading one of them", () => {
    runStatement(sandbox, "sys", "SELECT * FROM oceanbase.CDB_OB_BACKUP_TASKS WHERE TENANT_ID = 1006");
  });
  measure("cancelling all of them", () => {
    runStatement(sandbox, "sys", "ALTER SYSTEM CANCEL BACKUP");
    sandbox.clock.advance(60);
    sandbox.cluster.settle();
  });
  expect(sandbox.rows("SELECT 1 FROM oceanbase.__all_backup_job_history")).toHaveLength(count);
  return work;
}

test("twice as many tenants cost at most a little more than twice the work", () => {
  const [few, many] = [workFor(400), workFor(800)];
  const growth = Object.keys(few).map((step) => {
    const [less, more] = [few[step] as Work, many[step] as Work];
    // Work that does not depend on the number at all divides 0 by 0.
    const ratio = (a: number, b: number) => (a === b ? 1 : b / Math.max(1, a));
    return [step, ratio(less.statements, more.statements), ratio(less.comparisons, more.comparisons)];
  });
  for (const [step, statements, comparisons] of growth) {
    expect({ step, statements }).toEqual({ step, statements: expect.toSatisfy((n: number) => n <= 2.05) });
    // A heap of twice the size is one level higher.
    expect({ step, comparisons }).toEqual({ step, comparisons: expect.toSatisfy((n: number) => n <= 2.4) });
  }
});

test("backups that only write their data cost nothing while they run", () => {
  const { statements } = workFor(100)["letting them run for an hour"] as Work;
  expect(statements).toBe(0);
});

test("ten thousand tenants with a job each are not more than a test can take", () => {
  const work = workFor(10_000);
  expect(work["starting a backup in each"]?.statements).toBeLessThan(10_000 * 30);
});
