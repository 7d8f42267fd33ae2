import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { CancelBackupArgs } from "../../../sdk/nodejs/index.ts";
import { connectionTo, useSandbox } from "../../tools/support/sandbox.ts";

/*
 * What a preview shows of the jobs that run now. Without an engine Pulumi prints what it would show on a row.
 */
const sandbox = useSandbox();
let sdk: typeof import("../../../sdk/nodejs/index.ts");
let shown: string[];

beforeAll(async () => {
  await pulumi.runtime.setMocks(
    { newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: ({ inputs }) => inputs },
    "project",
    "stack",
    true,
  );
  sdk = await import("../../../sdk/nodejs/index.ts");
});
beforeEach(() => {
  shown = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    shown.push(text.replace("info: [runtime] ", ""));
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  pulumi.runtime.setAllConfig({});
});

/** Arguments for the sandbox, with the password of its administrator. */
function argsFor(changes: Partial<CancelBackupArgs> = {}): CancelBackupArgs {
  const { sys } = sandbox().logins;
  return {
    tenants: ["mysql_tenant"],
    connection: { ...connectionTo(sandbox(), sys), password: sys.password },
    ...changes,
  };
}

/** One run of a program that makes these resources. */
async function run(...all: CancelBackupArgs[]): Promise<void> {
  await pulumi.runtime.runInPulumiStack(async () => {
    all.forEach((args, i) => {
      new sdk.CancelBackup(`stop-${i}`, args);
    });
  });
}

const linesShown = (count: number) => expect.poll(() => shown).toHaveLength(count);
/** Until whatever is under way has been shown: a line of another resource that came later. */
async function afterAnother(): Promise<string[]> {
  await run(argsFor({ tenants: ["oracle_tenant"] }));
  await expect.poll(() => shown.at(-1)).toContain("oracle_tenant");
  return shown.slice(0, -1);
}

describe("a preview", () => {
  test("says what runs in the scope of each resource, and asks the cluster once for all of them", async () => {
    sandbox().startBackup("mysql_tenant");
    await run(argsFor(), argsFor({ tenants: ["oracle_tenant"] }), argsFor({ tenants: "all" }));
    await linesShown(3);
    expect(shown.toSorted()).toEqual([
      expect.stringMatching(/^1 backup job runs now: mysql_tenant job 1 /),
      expect.stringMatching(/^1 backup job runs now: mysql_tenant job 1 /),
      "no backup to cancel runs now in oracle_tenant",
    ]);
    expect(sandbox().log.matching(/CDB_OB_BACKUP_JOBS/)).toHaveLength(1);
    expect(sandbox().log.cancels).toEqual([]);
  });

  test("asks again in the next run of the same process: things may have changed", async () => {
    await run(argsFor());
    await linesShown(1);
    sandbox().startBackup("mysql_tenant");
    await run(argsFor());
    await linesShown(2);
    expect(shown).toEqual([
      "no backup to cancel runs now in mysql_tenant",
      expect.stringMatching(/^1 backup job runs now: /),
    ]);
  });

  test("asks every login for itself: another one may see something else", async () => {
    const { reader } = sandbox().logins;
    await run(
      argsFor(),
      argsFor({ connection: { ...connectionTo(sandbox(), reader), password: reader.password } }),
    );
    await linesShown(2);
    expect(sandbox().log.logins).toBe(2);
  });

  test("takes the password from the configuration, as the provider does", async () => {
    pulumi.runtime.setAllConfig({ "oceanbase-backup:password": sandbox().logins.sys.password });
    await run(argsFor({ connection: connectionTo(sandbox(), sandbox().logins.sys) }));
    await linesShown(1);
    expect(shown).toEqual(["no backup to cancel runs now in mysql_tenant"]);
  });

  test("shows no password when it is wrong", async () => {
    const connection = { ...connectionTo(sandbox(), sandbox().logins.sys), password: "marker-password" };
    await run(argsFor({ connection }));
    await linesShown(1);
    expect(shown[0]).toMatch(/^what runs now cannot be seen from here: .*1045/);
    expect(shown[0]).not.toContain("marker-password");
  });

  test("says that it cannot tell when an input is not known yet, and asks nobody", async () => {
    const unknown = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
    await run(argsFor({ tenants: [unknown] }));
    await linesShown(1);
    expect(shown).toEqual(["what runs now cannot be shown: some inputs are not known yet"]);
    expect(sandbox().log.logins).toBe(0);
  });

  test("leaves out what turned out to be nothing, at any depth", async () => {
    const sys = { ...connectionTo(sandbox(), sandbox().logins.sys), host: "localhost" };
    const nothing = pulumi.output(null) as unknown as pulumi.Output<string>;
    const connection = { ...sys, cluster: nothing, password: sandbox().logins.sys.password };
    await run(argsFor({ connection, reason: nothing }));
    await linesShown(1);
    expect(shown).toEqual(["no backup to cancel runs now in mysql_tenant"]);
  });

  test.each([
    ["false", false],
    ["an output that is false", pulumi.output(false)],
  ])("shows nothing where previewJobs is %s", async (_, previewJobs) => {
    await run(argsFor({ previewJobs }));
    expect(await afterAnother()).toEqual([]);
  });

  test("leaves wrong arguments to the check", async () => {
    await run(argsFor({ timeoutSeconds: -1 }));
    expect(await afterAnother()).toEqual([]);
  });
});

test("nobody is asked outside of a preview", async () => {
  const isDryRun = vi.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(false);
  await run(argsFor());
  isDryRun.mockRestore();
  expect(await afterAnother()).toEqual([]);
  expect(sandbox().log.logins).toBe(1);
});

test("a preview that cannot show its line goes on without it", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {
    throw new Error("the output is closed");
  });
  await run(argsFor());
  await expect.poll(() => sandbox().log.logins).toBe(1);
});
