import { describe, expect, test } from "vitest";
import { OceanBaseError, serverError } from "../../../../provider/oceanbase/errors.ts";
import type { CancelScope } from "../../../../provider/oceanbase/statements.ts";
import { CancelSender, type Effect } from "../../../../provider/oceanbase/stop/cancelSender.ts";
import { ScriptedSession } from "../../../tools/support/scriptedSession.ts";

/** A session that takes statements, each with the next of these outcomes; after the last one they succeed. */
class SendingSession extends ScriptedSession {
  readonly sent: string[] = [];
  readonly doing: string[] = [];
  private readonly outcomes: (Error | undefined)[];

  constructor(...outcomes: (Error | undefined)[]) {
    super();
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

/** A sender whose questions have these answers. */
function sending(session: SendingSession, effects: Effect[] = [], left: CancelScope = ["one"]) {
  let asked = 0;
  const questions = {
    effect: async () => {
      asked += 1;
      return effects.shift() ?? "none";
    },
    withoutGone: async () => left,
  };
  const sender = new CancelSender(session, questions);
  return { sender, questions: () => asked };
}

describe("the scope of a statement", () => {
  test.each<[CancelScope, string]>([
    ["all", "cancelling the backups of all user tenants"],
    ["own", "cancelling the backups of this tenant"],
    [["a", "b"], "cancelling the backups of a, b"],
    [["a", "b", "c", "d", "e"], "cancelling the backups of a, b, c, d, e"],
    [["a", "b", "c", "d", "e", "f", "g"], "cancelling the backups of a, b, c, d, e and 2 more tenants"],
  ])("%j is named in messages, but not endlessly", async (scope, doing) => {
    const session = new SendingSession();
    await sending(session).sender.send(scope);
    expect(session.doing).toEqual([doing]);
  });

  test("without a tenant is never sent: it would mean all of them", async () => {
    const session = new SendingSession();
    expect(await sending(session).sender.send([])).toBeUndefined();
    expect(session.sent).toEqual([]);
  });
});

describe("a tenant that is gone", () => {
  test("is left out once; one that is still refused then is an error, and nothing has happened", async () => {
    const session = new SendingSession(said(5160), said(5160));
    const { sender } = sending(session);
    await expect(sender.send(["one", "gone"])).rejects.toMatchObject({ errno: 5160 });
    expect(session.sent).toEqual([
      "ALTER SYSTEM CANCEL BACKUP TENANT = `one`, `gone`",
      "ALTER SYSTEM CANCEL BACKUP TENANT = `one`",
    ]);
    expect(sender.issuedAt).toBeUndefined();
  });

  test("and the only one leaves nothing to send", async () => {
    const session = new SendingSession(said(5160));
    const { sender } = sending(session, [], []);
    expect(await sender.send(["gone"])).toBeUndefined();
    expect(session.sent).toHaveLength(1);
  });
});

describe("a statement without a clear answer", () => {
  test.each([
    ["a number that nobody knows", said(9999)],
    ["a refusal that leaves open what was done", said(1142)],
  ])("(%s) is not sent again, and is for the record", async (_, failure) => {
    const session = new SendingSession(failure);
    const { sender, questions } = sending(session);
    expect(await sender.send("all")).toBe(failure);
    expect(session.sent).toHaveLength(1);
    expect(questions()).toBe(0);
    expect(sender.issuedAt).toBeUndefined();
  });

  test("that has marked jobs counts as sent when it was sent, not when that was found out", async () => {
    const session = new SendingSession(lost());
    const { sender } = sending(session, ["marked"]);
    const before = Date.now();
    expect(await sender.send("all")).toBeUndefined();
    // Half a second passes before the jobs are asked.
    expect(Date.parse(sender.issuedAt ?? "") - before).toBeLessThan(Date.now() - before);
    expect(sender.warnings).toEqual([
      "the reply to the statement was lost (cut); the jobs show that it arrived",
    ]);
  });

  test("without a trace is not taken for sent, and not repeated", async () => {
    const session = new SendingSession(lost());
    const { sender } = sending(session, ["none"]);
    expect(await sender.send("all")).toBeUndefined();
    expect(session.sent).toHaveLength(1);
    expect(sender.issuedAt).toBeUndefined();
    expect(sender.warnings).toEqual([
      expect.stringMatching(/nobody knows whether it arrived, but no job is left to cancel$/),
    ]);
  });

  test("is sent again only where a job is left unmarked; the record has the statement that was taken", async () => {
    const session = new SendingSession(lost());
    const { sender, questions } = sending(session, ["left unmarked"]);
    expect(await sender.send(["one"])).toBeUndefined();
    expect(session.sent).toHaveLength(2);
    expect(questions()).toBe(1);
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
