import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

/*
 * The line in the state that asks for the code of a resource: where it finds the package, and what it says where it does not.
 */
let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "stack-")));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const ADVICE = () => `install pulumi-oceanbase-backup in ${folder}: destroy runs its code from there`;

/** Puts a package of this name in the folder. */
function install(provider: string): void {
  const place = join(folder, "node_modules", "pulumi-oceanbase-backup");
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), JSON.stringify({ exports: { "./provider": "./provider.js" } }));
  writeFileSync(join(place, "provider.js"), provider);
}

/** The module as it is in a process that was started in the folder. */
async function load(): Promise<typeof import("../../../sdk/nodejs/codeReference.ts")> {
  vi.spyOn(process, "cwd").mockReturnValue(folder);
  vi.resetModules();
  return await import("../../../sdk/nodejs/codeReference.ts");
}

describe("the line in the state", () => {
  /** What a process in the folder prints that evaluates it as Pulumi's host does, and asks it for the code. */
  async function evaluated(): Promise<unknown> {
    const { codeReference } = await load();
    const calls = "try { console.log(exports.handler()) } catch (e) { console.log(String(e), [e.stack]) }";
    const code = `${codeReference("cancelBackup")};${calls}`;
    return execFileSync(process.execPath, ["-e", code], { cwd: folder, encoding: "utf8" });
  }

  test("gives the code of the package that is installed there", async () => {
    install('exports.cancelBackup = "the code"');
    expect(await evaluated()).toBe("the code\n");
  });

  test("says in one line what to install where, without a stack", async () => {
    expect(await evaluated()).toBe(`Error: ${ADVICE()} [ '' ]\n`);
  });

  test("leaves a failure of the package itself as it is", async () => {
    install('require("its-own-dependency")');
    expect(await evaluated()).toMatch(/Cannot find module 'its-own-dependency'/);
  });

  test.each(["cancelBackup", "backupCleanupPolicy"])("takes at most 256 bytes for %s", async (provider) => {
    const { codeReference } = await load();
    expect(Buffer.byteLength(codeReference(provider))).toBeLessThanOrEqual(256);
  });
});

describe("making a resource", () => {
  const runBy = (program: string) => {
    vi.spyOn(process, "argv", "get").mockReturnValue(["node", program]);
  };
  const RUNNER = "/stack/node_modules/@pulumi/pulumi/cmd/run/index.js";

  test("is refused when Pulumi's host will not find the package later", async () => {
    const { requireCodeForHost } = await load();
    runBy(RUNNER);
    expect(requireCodeForHost).toThrow(ADVICE());
  });

  test("goes on when it will", async () => {
    install("");
    const { requireCodeForHost } = await load();
    runBy(RUNNER);
    expect(requireCodeForHost).not.toThrow();
  });

  test("looks the package up once, however many resources there are", async () => {
    install("");
    const { requireCodeForHost } = await load();
    runBy(RUNNER);
    requireCodeForHost();
    rmSync(join(folder, "node_modules"), { recursive: true });
    expect(requireCodeForHost).not.toThrow();
  });

  test("goes on where it cannot be known, in a process that is not a Pulumi program's", async () => {
    const { requireCodeForHost } = await load();
    runBy("/stack/automation.js");
    expect(requireCodeForHost).not.toThrow();
  });
});
