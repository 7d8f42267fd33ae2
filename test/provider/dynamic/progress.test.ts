import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EngineClient, EngineServer, type Shown } from "../../tools/support/engineServer.ts";
import { asHostStartedWith } from "./startedHost.ts";

/*
 * What the engine is told to show. The module keeps its connection for the life of the process, so every test loads it anew.
 */
let engine: EngineServer;
let errors: string[];

beforeEach(async () => {
  vi.resetModules();
  errors = [];
  vi.spyOn(console, "error").mockImplementation((text: string) => {
    errors.push(text);
  });
  engine = await EngineServer.start();
});
afterEach(() => {
  engine.stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** The module as it is in a host that was started with these arguments. */
async function startedWith(...args: string[]) {
  asHostStartedWith(...args);
  return await import("../../../provider/dynamic/progress.ts");
}

test("a status line is sent as ephemeral, and a warning is not", async () => {
  const { showStatus, showWarning } = await startedWith("--flag", engine.address);
  showStatus("waiting");
  showWarning("careful");
  await expect.poll(() => engine.shown).toHaveLength(2);
  const by = (a: Shown, b: Shown) => a.severity - b.severity;
  expect(engine.shown.toSorted(by)).toMatchObject([
    { message: "waiting", severity: 1, ephemeral: true },
    { message: "careful", severity: 2, ephemeral: false },
  ]);
  expect(errors).toEqual([]);
});

test("a status line is dropped within five seconds of the last one", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  const { showStatus } = await startedWith(engine.address);
  showStatus("first");
  vi.setSystemTime(1_004_999);
  showStatus("too soon");
  vi.setSystemTime(1_005_000);
  showStatus("second");
  await expect.poll(() => engine.shown.map(({ message }) => message)).toEqual(["first", "second"]);
});

test.each([[[]], [["not-an-address"]], [["http://127.0.0.1:1/"]]])(
  "a warning without an engine (%j) goes to the error output, and a status line is dropped",
  async (args) => {
    const { showStatus, showWarning } = await startedWith(...args);
    showStatus("waiting");
    showWarning("careful");
    expect(errors).toEqual(["warning: careful"]);
    expect(engine.shown).toEqual([]);
  },
);

test("a warning goes to the error output when the engine cannot be reached", async () => {
  const { showWarning } = await startedWith(engine.address);
  vi.spyOn(EngineClient.prototype, "log").mockImplementation(() => {
    throw new Error("the channel is closed");
  });
  showWarning("careful");
  expect(errors).toEqual(["warning: careful"]);
});
