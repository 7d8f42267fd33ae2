import { describe, expect, test } from "vitest";
import { PolicySender } from "../../../../provider/oceanbase/cleanup/policySender.ts";
import { serverError } from "../../../../provider/oceanbase/connection/failures.ts";
import { OceanBaseError } from "../../../../provider/oceanbase/errors.ts";
import { scriptedCluster, serverInSys, tenant } from "../../../tools/support/scriptedSession.ts";

const said = (errno: number) => serverError("setting", { errno, sqlMessage: "no" }, "statement");
const AWAY = new OceanBaseError("unreachable", "nothing listens there");
const CANCELLED = AbortSignal.abort();

/** What the view shows: windows by the names of the policies, or a failure. */
type Look = Readonly<Record<string, string>> | Error;

/** What one look after the other shows, the last of them for good, and what each statement fails with. */
interface Script {
  looks: [Look, ...Look[]];
  failures?: (Error | undefined)[];
  signal?: AbortSignal;
}

async function sending({ looks, failures = [], signal }: Script) {
  let looksSoFar = 0;
  const { cluster, session } = scriptedCluster(serverInSys(), [
    /DELETE_POLICY/,
    () => {
      const look = looks[Math.min(looksSoFar, looks.length - 1)] ?? {};
      looksSoFar += 1;
      if (look instanceof Error) throw look;
      return Object.entries(look).map(([name, window]) => ({
        TENANT_ID: "1002",
        POLICY_NAME: name,
        RECOVERY_WINDOW: window,
      }));
    },
  ]);
  const answers = failures.values();
  const send = async () => {
    const { value: failure } = answers.next();
    if (failure !== undefined) throw failure;
  };
  const sender = await PolicySender.lookingAt({
    cluster: { ...cluster, send },
    tenant: tenant("1002", "one"),
    signal,
  });
  return {
    sender,
    add: () => sender.add({ recoveryWindow: "7d" }, "setting"),
    drop: () => sender.drop({ recoveryWindow: "7d" }, "setting"),
    looked: () => session.asked.length,
  };
}

describe("a statement", () => {
  test("that is taken leaves the policy that it says, and nothing is asked", async () => {
    const { sender, add, drop, looked } = await sending({ looks: [{}] });
    await add();
    expect(sender.shown).toStrictEqual({ recoveryWindow: "7d" });
    await drop();
    expect(sender.shown).toBeUndefined();
    await sender.add({ redundancy: 1 }, "setting");
    expect(sender.shown).toStrictEqual({});
    expect(looked()).toBe(1);
  });

  test("that is refused before it has done anything fails, and nothing is asked", async () => {
    const { add, looked } = await sending({ looks: [{}, { default: "7d" }], failures: [said(1235)] });
    await expect(add()).rejects.toMatchObject({ kind: "unsupported", errno: 1235 });
    expect(looked()).toBe(1);
  });

  test("that ends with no OceanBaseError throws what it ends with, and nothing is asked", async () => {
    // Failures of Node have numbers, too.
    const bug = Object.assign(new Error("read EIO"), { errno: -5 });
    const { add, looked } = await sending({ looks: [{}], failures: [bug] });
    await expect(add()).rejects.toBe(bug);
    expect(looked()).toBe(1);
  });

  test("that was never sent is tried again, and leaves no doubt while the server is away", async () => {
    const back = await sending({ looks: [{}], failures: [AWAY] });
    await back.add();
    expect(back.looked()).toBe(2);
    await back.add();
    const away = await sending({ looks: [{}, AWAY], failures: [AWAY] });
    await expect(away.add()).rejects.toBe(AWAY);
    expect(away.sender.inDoubt).toBeUndefined();
  });

  test("that may have had an effect leaves a doubt while the server is away", async () => {
    const { sender, add } = await sending({ looks: [{}, AWAY], failures: [said(4012)] });
    await expect(add()).rejects.toBe(AWAY);
    expect(sender.inDoubt).toEqual({ policy: { recoveryWindow: "7d" } });
  });

  test("that may have had an effect is waited for before the view is asked", async () => {
    const { add, looked } = await sending({ looks: [{}], failures: [said(4012)], signal: CANCELLED });
    await expect(add()).rejects.toMatchObject({ kind: "aborted" });
    expect(looked()).toBe(1);
  });
});

describe("an error number that says nothing of the effect", () => {
  test("is a success of an ADD when the policy is there, and of a DROP when it is gone", async () => {
    const added = await sending({ looks: [{}, { default: "7d" }], failures: [said(9999)] });
    await added.add();
    expect(added.sender.shown).toEqual({ recoveryWindow: "7d" });
    const dropped = await sending({ looks: [{ default: "7d" }, {}], failures: [said(9999)] });
    await dropped.drop();
    expect(dropped.sender.shown).toBeUndefined();
  });

  test.each([4017, 9999])("(%i) is the failure of a DROP when the policy is still there", async (errno) => {
    const { drop } = await sending({ looks: [{ default: "7d" }], failures: [said(errno)] });
    await expect(drop()).rejects.toMatchObject({ errno });
  });

  test.each([4018, 9999])("(%i) is the failure of an ADD when there is no policy", async (errno) => {
    const { add } = await sending({ looks: [{}], failures: [said(errno)] });
    await expect(add()).rejects.toMatchObject({ errno });
  });
});

describe.each([1062, 4017])("the answer of an ADD that there is a policy already (%i)", (errno) => {
  test("has the view asked at once", async () => {
    const looks: Script["looks"] = [{}, { default: "8d" }];
    // A pause would end with the cancellation.
    const { sender, add } = await sending({ looks, failures: [said(errno)], signal: CANCELLED });
    await add();
    expect(sender.shown).toEqual({ recoveryWindow: "8d" });
  });

  test("is a failure the third time that there is none, unless the count starts anew", async () => {
    const failures = Array.from({ length: 4 }, () => said(errno));
    const { sender, add } = await sending({ looks: [{}], failures });
    await add();
    await add();
    await expect(add()).rejects.toMatchObject({ kind: "refused", errno });
    sender.startAnew();
    await add();
    expect(sender.shown).toBeUndefined();
    await add();
    expect(sender.shown).toEqual({ recoveryWindow: "7d" });
  });

  test("is a refusal when it is one of another name", async () => {
    const { add } = await sending({ looks: [{}, { log_only: "1d" }], failures: [said(errno)] });
    await expect(add()).rejects.toMatchObject({
      kind: "refused",
      errno,
      answer: { number: String(errno), text: "no" },
      message: expect.stringContaining("tenant one has the policy log_only already"),
    });
  });

  test("is none when it is there beside one of another name", async () => {
    const looks: Script["looks"] = [{}, { default: "7d", log_only: "1d" }];
    const { sender, add } = await sending({ looks, failures: [said(errno)] });
    await add();
    expect(sender.shown).toEqual({ recoveryWindow: "7d" });
  });
});

test("a DROP without a clear answer has succeeded when only a policy of another name is there", async () => {
  const { sender, drop } = await sending({
    looks: [{ default: "7d" }, { log_only: "1d" }],
    failures: [said(4012)],
  });
  await drop();
  expect(sender.shown).toBeUndefined();
});
