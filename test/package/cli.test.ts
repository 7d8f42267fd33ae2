import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { environmentOf } from "../sdk/cli/cliRun.ts";
import { CONSUMER } from "../tools/support/consumer.ts";
import { useSandbox } from "../tools/support/sandbox.ts";

/*
 * The program of the installed package, as `npx` starts it.
 */
const PROGRAM = join(CONSUMER, "node_modules", ".bin", "pulumi-oceanbase-backup");

const sandbox = useSandbox();

async function run(
  args: readonly string[],
  env: Record<string, string> = {},
  nodeOptions: readonly string[] = [],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { PATH = "" } = process.env;
  const started = promisify(execFile)(process.execPath, [...nodeOptions, PROGRAM, ...args], {
    cwd: CONSUMER,
    env: { PATH, ...env },
  });
  return await started.then(
    (printed) => ({ code: 0, ...printed }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

test("tells its version", async () => {
  const { version } = await import(
    join(CONSUMER, "node_modules", "pulumi-oceanbase-backup", "package.json"),
    {
      with: { type: "json" },
    }
  ).then(({ default: manifest }) => manifest);
  expect(await run(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test("is a program that can be started by itself", async () => {
  const { stdout } = await promisify(execFile)(PROGRAM, ["help"], { cwd: CONSUMER });
  expect(stdout).toMatch(/^usage: pulumi-oceanbase-backup <command>/);
});

describe("against a cluster", () => {
  test("prints what it found and ends by itself, and what was asked for goes to the standard output", async () => {
    const { stdout, ...rest } = await run(["doctor"], environmentOf(sandbox(), sandbox().logins.sys));
    expect(rest).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("\nResult: all that is needed is there\n");
    const jobs = await run(["jobs", "--json"], environmentOf(sandbox(), sandbox().logins.sys));
    expect(jobs).toEqual({ code: 0, stdout: "[]\n", stderr: "" });
  });

  test("ends with 1 where something is missing and with 2 without a login, and complains on the standard error", async () => {
    const { reader } = sandbox().logins;
    expect(await run(["doctor"], environmentOf(sandbox(), reader))).toMatchObject({ code: 1, stderr: "" });
    const wrong = await run(["doctor"], environmentOf(sandbox(), { ...reader, password: "wrong" }));
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toMatch(/^logging in as reader@sys at localhost:\d+: .*\n$/);
  });
});

test("says what Node it needs where that is too old", async () => {
  const old = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.1.0"})';
  expect(await run(["--version"], {}, ["--import", old])).toEqual({
    code: 2,
    stdout: "",
    stderr: "pulumi-oceanbase-backup: Node 22 or newer is needed, this is 20.1.0\n",
  });
});
