import { describe, expect, test } from "vitest";
import { clusterOf } from "../../../../provider/oceanbase/cluster/cluster.ts";
import { serverError } from "../../../../provider/oceanbase/connection/failures.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import type { TenantSelection } from "../../../../provider/oceanbase/statements.ts";
import { CancelSender } from "../../../../provider/oceanbase/stop/cancelSender.ts";
import { JobWatch } from "../../../../provider/oceanbase/stop/jobWatch.ts";
import type { StopRequest } from "../../../../provider/oceanbase/stop/stopRequest.ts";
import { backupJob } from "../../../tools/support/backupJob.ts";
import { ScriptedSession, serverInSys } from "../../../tools/support/scriptedSession.ts";
import { planOn } from "../../../tools/support/stopRequest.ts";

/** A session that takes statements, each with the next of these outcomes; after the last one they succeed. */
class SendingSession extends ScriptedSession {
  readonly sent: string[] = [];
  readonly doing: string[] = [];
  /** What the job views and the tenants show when they are asked. */
  live: Record<string, string>[] = [];
  ended: Record<string, string>[] = [];
  tenants = ["sys", "one", "two"];
  private readonly outcomes: (Error | undefined)[];

  constructor(...outcomes: (Error | undefined)[]) {
    super(
      [/BACKUP_JOBS/, () => this.live],
      [/BACKUP_JOB_HISTORY/, () => this.ended],
      [
        /DBA_OB_TENANTS/,
        () =>
          this.tenants.map((name, i) => ({
            TENANT_ID: ["1", "1002", "1004"][i] ?? "",
            TENANT_NAME: name,
            TENANT_TYPE: name === "sys" ? "SYS" : "USER",
            STATUS: "NORMAL",
          })),
      ],
    );
    this.outcomes = outcomes;
  }

  override async send(sql: string, doing = ""): Promise<void> {
    this.sent.push(sql);
    this.doing.push(doing);
    const outcome = this.outcomes.shift();
    if (outcome !== undefined) throw outcome;
  }
}

const said = (errno: number) => serverError("cancelling", { errno, sqlMessage: "no" }, "statement");
const lost = () => new OceanBaseError("unreachable", "cut", { outcomeUnknown: true });

/** A job of tenant `one` that ran before the statement, as the views show it afterwards. */
const job = (status: string) => ({ TENANT_ID: "1002", JOB_ID: "5", STATUS: status });

/** A sender for both tenants, in one of which a job runs. */
function sending(session: SendingSession, changes: Partial<StopRequest> = {}) {
  const cluster = clusterOf(session, serverInSys());
  const plan = planOn(cluster, { selection: "all", ignoreMissing: true, ...changes });
  const { scope } = plan;
  const watch = new JobWatch(cluster, scope);
  watch.addRecorded([backupJob({ status: "DOING" })], []);
  const sender = new CancelSender(plan, { selection: scope.selection, scope, excluded: [], watch });
  return { sender, looks: () => session.asked.filter(({ sql }) => /BACKUP_JOBS/.test(sql)).length };
}

describe("the tenants of a statement", () => {
  test.each<[TenantSelection, string]>([
    ["all", "cancelling the backups of all user tenants"],
    ["own", "cancelling the backups of this tenant"],
    [["a", "b"], "cancelling the backups of a, b"],
    [["a", "b", "c", "d", "e"], "cancelling the backups of a, b and 3 more tenants"],
    [["a", "b", "c", "d", "e", "f", "g"], "cancelling the backups of a, b and 5 more tenants"],
  ])("%j are named in messages, two of them at most", async (selection, doing) => {
    const session = new SendingSession();
    await sending(session).sender.send(selection);
    expect(session.doing).toEqual([doing]);
  });

  test("that are none are never sent, because the statement would mean all tenants", async () => {
    const session = new SendingSession();
    expect(await sending(session).sender.send([])).toBeUndefined();
    expect(session.sent).toEqual([]);
  });
});

describe("a tenant that is gone", () => {
  test("is left out once, and a second refusal is thrown", async () => {
    const session = new SendingSession(said(5160), said(5160));
    session.tenants = ["sys", "one"];
    const { sender } = sending(session);
    await expect(sender.send(["one", "two"])).rejects.toMatchObject({ errno: 5160 });
    expect(session.sent).toEqual([
      "ALTER SYSTEM CANCEL BACKUP TENANT = `one`, `two`",
      "ALTER SYSTEM CANCEL BACKUP TENANT = `one`",
    ]);
    expect(sender.issuedAt).toBeUndefined();
  });

  test("and was the only one leaves nothing to send", async () => {
    const session = new SendingSession(said(5160));
    session.tenants = ["sys", "one"];
    const { sender } = sending(session);
    expect(await sender.send(["two"])).toBeUndefined();
    expect(session.sent).toHaveLength(1);
  });
});

describe("a statement without a clear answer", () => {
  test.each([
    ["an unknown number", said(9999)],
    ["a refusal that leaves open what was done", said(1142)],
  ])(
    "with %s is not sent again when no job shows an effect, and its error is part of the report",
    async (_, failure) => {
      const session = new SendingSession(failure);
      const { sender, looks } = sending(session);
      expect(await sender.send("all")).toBe(failure);
      expect(session.sent).toHaveLength(1);
      expect(looks()).toBe(1);
      expect(sender.issuedAt).toBeUndefined();
    },
  );

  test("that has marked jobs is recorded with the time of its send, not of the look", async () => {
    const session = new SendingSession(lost());
    session.live = [job("CANCELING")];
    const { sender } = sending(session);
    const before = Date.now();
    expect(await sender.send("all")).toBeUndefined();
    // Half a second passes before the jobs are asked.
    expect(Date.parse(sender.issuedAt ?? "") - before).toBeLessThan(Date.now() - before);
    expect(sender.warnings).toEqual([
      "the reply to the statement was lost (cut); the jobs show that it arrived",
    ]);
  });

  test("that has left no trace is neither recorded as issued nor repeated", async () => {
    const session = new SendingSession(lost());
    const { sender } = sending(session);
    expect(await sender.send("all")).toBeUndefined();
    expect(session.sent).toHaveLength(1);
    expect(sender.issuedAt).toBeUndefined();
    expect(sender.warnings).toEqual([
      expect.stringMatching(/it is unknown whether the server received it, but no job is left to cancel$/),
    ]);
  });

  test("is sent again when a job is left unmarked, and is then recorded as issued", async () => {
    const session = new SendingSession(lost());
    session.live = [job("DOING")];
    const { sender, looks } = sending(session);
    expect(await sender.send(["one"])).toBeUndefined();
    expect(session.sent).toHaveLength(2);
    expect(looks()).toBe(1);
    expect(sender.issuedAt).toBeDefined();
  });
});

test("a later statement for single jobs leaves the first one in the record", async () => {
  const session = new SendingSession();
  const { sender } = sending(session);
  await sender.send("all");
  const issuedAt = sender.issuedAt;
  await sender.send(["one"]);
  expect(sender.statement).toBe("ALTER SYSTEM CANCEL BACKUP");
  expect(sender.issuedAt).toBe(issuedAt);
});

test("an action sends five times and no more", async () => {
  const session = new SendingSession();
  const { sender } = sending(session);
  for (let i = 1; i <= 5; i += 1) {
    expect(sender.mayStillSend).toBe(true);
    await sender.send(["one"]);
  }
  expect(sender.mayStillSend).toBe(false);
});

test("a failure of this package itself is thrown as it is", async () => {
  const bug = new TypeError("a bug");
  await expect(sending(new SendingSession(bug)).sender.send("all")).rejects.toBe(bug);
});
