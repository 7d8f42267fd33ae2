import { describe, expect, test } from "vitest";
import type { CancelBackupInputs } from "../../../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import { NO_LISTS } from "../../../../provider/resources/cancelBackup/outputs.ts";
import { PartialFailure } from "../../../../provider/resources/defineResource.ts";
import { useCancelBackup } from "../../../tools/support/cancelBackup.ts";
import { connectionTo, FEATURES, MYSQL_TENANT, recordingContext } from "../../../tools/support/sandbox.ts";

const { sandbox, inputs, created, unfinished, running, cancels, liveJobs } = useCancelBackup();

describe("a create", () => {
  test("stops the backup and keeps inputs and outcome in the state", async () => {
    sandbox().startBackup("mysql_tenant");
    const { id, state } = await cancelBackup.create(inputs({ reason: "maintenance" }), recordingContext());
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(state).toMatchObject({
      ...inputs({ reason: "maintenance" }),
      outcome: "stopped",
      statement: "ALTER SYSTEM CANCEL BACKUP TENANT = `mysql_tenant`",
      jobs: [{ tenant: "mysql_tenant", status: "CANCELED" }],
      summary: "1 backup job: mysql_tenant job 1 CANCELED",
      server: { version: FEATURES.build, cluster: "obdemo", clusterId: "1001", tenant: "sys", mode: "MYSQL" },
    });
  });

  test("says in its summary when no backup was running", async () => {
    const { state } = await cancelBackup.create(inputs(), recordingContext());
    expect(state).toMatchObject({ outcome: "stopped", jobs: [], summary: "no backup was running" });
  });

  test("shows its warnings and keeps them in the state", async () => {
    const context = recordingContext();
    const { state } = await cancelBackup.create(inputs(), context);
    expect(context.warnings).toEqual(state.warnings);
    expect(state.warnings.join()).toContain("no automatic cleanup policy");
  });

  test("takes the password from the environment or the configuration and keeps it out of the state", async () => {
    const { password } = sandbox().logins.sys;
    const { password: _, ...withoutPassword } = inputs();
    for (const context of [
      recordingContext({ env: { OCEANBASE_PASSWORD: password } }),
      recordingContext({ config: () => password }),
    ]) {
      const { state } = await cancelBackup.create(withoutPassword, context);
      expect(state.outcome).toBe("stopped");
      expect(JSON.stringify(state)).not.toContain(password);
    }
  });

  test("with a wrong tenant name fails before the statement and leaves no record", async () => {
    await expect(
      cancelBackup.create(inputs({ tenants: ["Mysql_tenant"] }), recordingContext()),
    ).rejects.toThrow(/did you mean mysql_tenant/);
    expect(cancels()).toEqual([]);
  });

  test("without the privilege fails in one line and leaves no record", async () => {
    const { reader } = sandbox().logins;
    const asReader = { connection: connectionTo(sandbox(), reader), password: reader.password };
    const failure = await cancelBackup.create(inputs(asReader), recordingContext()).catch((error) => error);
    expect(failure).not.toBeInstanceOf(PartialFailure);
    expect(failure.message).toContain("reader@sys");
    expect(failure.message).toContain("mysql_tenant");
    expect(failure.message).toContain("ALTER SYSTEM privilege");
  });

  test("that is interrupted leaves a record of the statement and of the job as it was last seen", async () => {
    const failure = await unfinished();
    expect(failure.message).toContain("after 1 s not yet stopped: mysql_tenant job 1 CANCELING");
    expect(failure.state).toMatchObject({
      ...inputs({ timeoutSeconds: 1 }),
      outcome: "unfinished",
      issuedAt: expect.any(String),
      jobs: [{ status: "CANCELING" }],
    });
    expect(failure.state).not.toHaveProperty("stoppedAt");
  });

  test('that reaches its timeout succeeds with a warning when onTimeout is "warn"', async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const context = recordingContext();
    const { state } = await cancelBackup.create(inputs({ timeoutSeconds: 1, onTimeout: "warn" }), context);
    expect(state.outcome).toBe("timedOut");
    expect(context.warnings.join()).toContain("not yet stopped");
    expect(state.warnings).toEqual(context.warnings);
    expect(cancelBackup.diff(state, inputs({ timeoutSeconds: 1, onTimeout: "warn" }))).toEqual({
      changed: [],
    });
  });

  test("does not wait when the timeout is 0", async () => {
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    const { state } = await cancelBackup.create(inputs({ timeoutSeconds: 0 }), recordingContext());
    expect(state).toMatchObject({ outcome: "issued", jobs: [{ status: "CANCELING" }] });
    expect(cancelBackup.diff(state, inputs({ timeoutSeconds: 0 }))).toMatchObject({ changed: [] });
  });

  test("records a backup that starts while the action settles, with its initiator", async () => {
    await running("mysql_tenant");
    const creating = cancelBackup.create(inputs({ settleSeconds: 2 }), recordingContext());
    await expect.poll(cancels).toHaveLength(1);
    await expect.poll(() => liveJobs()).toEqual([]);
    sandbox().startBackup("mysql_tenant");
    const { state } = await creating;
    expect(state.restarted).toMatchObject([{ tenant: "mysql_tenant", jobId: "2", initiator: "tenant" }]);
  });
});

describe("a create with a filter", () => {
  test("that excludes every tenant leaves a record with the reasons", async () => {
    await running("mysql_tenant");
    const { state } = await created({ onlyTypes: ["incremental"] });
    expect(state).toMatchObject({
      outcome: "excluded",
      jobs: [],
      excluded: [{ tenant: "mysql_tenant", reason: "job 1 is a full backup" }],
      summary: "nothing cancelled; excluded mysql_tenant (job 1 is a full backup)",
    });
    expect(state).not.toHaveProperty("statement");
    expect(cancelBackup.diff(state, inputs({ onlyTypes: ["incremental"] }))).toMatchObject({ changed: [] });
  });

  test("that excludes some tenants names them in the summary", async () => {
    await running("mysql_tenant");
    await running("oracle_tenant");
    sandbox().clock.advance(10_000);
    sandbox().startClusterBackup(["mysql_tenant"]);
    await expect.poll(() => liveJobs(MYSQL_TENANT)).toHaveLength(2);
    const { state } = await created({ tenants: "all", onlyOlderThanSeconds: 5000 });
    expect(state.summary).toMatch(
      /^1 backup job: oracle_tenant job 1 CANCELED; excluded mysql_tenant \(job 2 is \d+ s old/,
    );
  });
});

test("a create without the restore point that is required fails before the statement and leaves no record", async () => {
  await running("mysql_tenant");
  await expect(
    cancelBackup.create(inputs({ requireRestorePoint: true }), recordingContext()),
  ).rejects.toThrow(/no complete full backup to restore mysql_tenant from/);
  expect(cancels()).toEqual([]);
});

describe("a create for the deletion alone", () => {
  test("resolves the tenants and sends no statement", async () => {
    sandbox().startBackup("mysql_tenant");
    const context = recordingContext();
    const { state } = await cancelBackup.create(inputs({ cancelOn: ["delete"] }), context);
    expect(state).toMatchObject({ outcome: "deferred", jobs: [], server: { cluster: "obdemo" } });
    expect(state).not.toHaveProperty("statement");
    expect(context.warnings.join()).toContain("cleanup policy");
    expect(cancels()).toEqual([]);
  });

  test.each<[string, Partial<CancelBackupInputs>, string]>([
    ["an unknown tenant", { tenants: ["nowhere"] }, "nowhere does not exist"],
    ["a wrong password", { password: "not-the-password" }, "1045"],
  ])("with %s warns that the teardown would fail", async (_, change, message) => {
    const context = recordingContext();
    const { state } = await cancelBackup.create(inputs({ cancelOn: ["delete"], ...change }), context);
    expect(state).toMatchObject({ outcome: "wouldFail", jobs: [] });
    expect(state).not.toHaveProperty("server");
    expect(state.warnings).toEqual([expect.stringContaining(message)]);
    expect(context.warnings).toEqual(state.warnings);
    expect(cancels()).toEqual([]);
  });

  test("warns when the cluster cannot be reached, and the delete cancels once it can be", async () => {
    await sandbox().stop();
    const { state } = await cancelBackup.create(inputs({ cancelOn: ["delete"] }), recordingContext());
    expect(state.warnings.join()).toContain("nothing could be cancelled at deletion");
    await sandbox().start();
    sandbox().startBackup("mysql_tenant");
    await cancelBackup.delete(state, recordingContext());
    expect(cancels()).toHaveLength(1);
  });

  test("without the restore point that is required warns that the teardown would fail", async () => {
    const { state } = await created({ requireRestorePoint: true, cancelOn: ["delete"] });
    expect(state).toMatchObject({
      outcome: "wouldFail",
      warnings: [expect.stringContaining("no complete full backup to restore mysql_tenant")],
    });
  });
});

describe("with very many tenants", () => {
  const names = Array.from({ length: 500 }, (_, i) => `tenant_with_a_long_name_${i}`);

  test("lines for people name a few and count the rest, and lists are complete", async () => {
    for (const name of names) sandbox().addTenant(name);
    for (const name of names) sandbox().startBackup(name);
    const context = recordingContext();
    const { state } = await cancelBackup.create(inputs({ tenants: names, timeoutSeconds: 60 }), context);
    expect(state.jobs).toHaveLength(500);
    expect(state.leftovers).toHaveLength(500);
    for (const line of [state.summary, ...state.warnings, ...context.warnings, ...context.status]) {
      expect(line.length).toBeLessThan(700);
    }
    expect(state.summary).toMatch(/^500 backup jobs: .* and 492 more$/);
    expect(state.warnings.join()).toMatch(/ and 492 more: what a cancelled backup leaves behind stays/);
    const { text = "" } = await cancelBackup.preview(inputs({ tenants: names }), recordingContext());
    expect(text.length).toBeLessThan(1000);
    expect(text).toContain("and 492 more");
  });
});

test("lists of the record that have nothing to tell are empty, so that a stack output of one shows nothing", async () => {
  const { state } = await cancelBackup.create(inputs(), recordingContext());
  expect(state).toMatchObject({
    jobs: [],
    leftovers: [],
    excluded: [],
    notCancelled: [],
    restarted: [],
    drift: [],
  });
  const deferred = await cancelBackup.create(inputs({ cancelOn: ["delete"] }), recordingContext());
  expect(deferred.state).toMatchObject({
    leftovers: [],
    excluded: [],
    notCancelled: [],
    restarted: [],
    drift: [],
  });
  const failing = inputs({ cancelOn: ["delete"], tenants: ["none"] });
  const { state: failed } = await cancelBackup.create(failing, recordingContext());
  expect(failed).toMatchObject({ outcome: "wouldFail", ...NO_LISTS });
});
