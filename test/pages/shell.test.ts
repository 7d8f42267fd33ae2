import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { codeBlocks } from "../tools/pages/blocks.ts";
import { allPages } from "../tools/pages/sections.ts";
import { NOT_RUN, RUN } from "../tools/pages/shellBlocks.ts";
import { copyOfExample } from "../tools/support/consumer.ts";
import { useSandbox } from "../tools/support/sandbox.ts";
import { environmentFor, Stack } from "../tools/support/stack.ts";
import { ROOT, run } from "../tools/toolchain/run.mjs";

const BLOCKS = codeBlocks(allPages(), /^(sh|bash|shell)$/);
const firstLine = (text: string) => text.split("\n")[0] as string;

test("every block of shell is run, or the list says why not, and the list names no other", () => {
  expect([...RUN, ...Object.keys(NOT_RUN)].sort()).toEqual(BLOCKS.map(({ text }) => firstLine(text)).sort());
});

test("every npm script that a page names is there", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const texts = allPages().map((page) => readFileSync(join(ROOT, page), "utf8"));
  const named = texts.flatMap((text) => [...text.matchAll(/npm run (?:--\S+ (?:\.\.\/\S+ )?)*([a-z:]+)/g)]);
  expect(named.length).toBeGreaterThan(10);
  expect(named.map(([, script]) => script as string).filter((script) => !(script in scripts))).toEqual([]);
});

describe("in a stack", () => {
  const sandbox = useSandbox();
  let stack: Stack | undefined;
  afterEach(() => stack?.remove());

  test.each(RUN)("this runs as it stands: %s", async (line) => {
    const block = BLOCKS.find(({ text }) => firstLine(text) === line);
    stack = await Stack.create(copyOfExample("quickstart"), environmentFor(sandbox()));
    expect(await stack.up()).toMatchObject({ code: 0 });
    const environment = stack.environment();
    const PATH = [process.env.TEST_PULUMI_DIRECTORY, environment.PATH].join(delimiter);
    const { code, output } = await run("bash", ["-euo", "pipefail", "-c", block?.text ?? "exit 1"], {
      cwd: stack.directory,
      env: { ...environment, PATH, NEW_PASSWORD: sandbox().logins.sys.password },
      onLine: () => {},
    });
    expect({ code, output }).toMatchObject({ code: 0 });
  });
});
