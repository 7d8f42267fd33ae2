import { createRequire } from "node:module";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

/*
 * What the engine is told to show, by a gRPC server in the engine's place. The module keeps its connection for the life of
 * the process, so every test loads it anew.
 */
const pulumiRequire = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));
const grpc = pulumiRequire("@grpc/grpc-js");
const { EngineService } = pulumiRequire("@pulumi/pulumi/proto/engine_grpc_pb");
const empty = pulumiRequire("google-protobuf/google/protobuf/empty_pb");

interface Shown {
  message: string;
  severity: number;
  ephemeral: boolean;
}

let shown: Shown[];
let engine: {
  addService(...all: unknown[]): void;
  bindAsync(...all: unknown[]): void;
  forceShutdown(): void;
};
let address: string;
let errors: string[];

beforeEach(async () => {
  vi.resetModules();
  shown = [];
  errors = [];
  vi.spyOn(console, "error").mockImplementation((text: string) => {
    errors.push(text);
  });
  engine = new grpc.Server();
  engine.addService(EngineService, {
    log: (call: { request: { toObject(): Shown } }, done: (error: null, reply: unknown) => void) => {
      shown.push(call.request.toObject());
      done(null, new empty.Empty());
    },
  });
  const port = await new Promise((resolve, reject) => {
    const bound = (error: Error | null, given: number) => (error ? reject(error) : resolve(given));
    engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), bound);
  });
  address = `127.0.0.1:${port}`;
});
afterEach(() => {
  engine.forceShutdown();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** The module as it is in a host that was started with these arguments. */
async function startedWith(...args: string[]) {
  vi.stubGlobal("process", Object.assign(Object.create(process), { argv: ["node", "host.js", ...args] }));
  return await import("../../../provider/dynamic/progress.ts");
}

test("a status line leaves no trace, a warning stays", async () => {
  const { showStatus, showWarning } = await startedWith("--flag", address);
  showStatus("waiting");
  showWarning("careful");
  await expect.poll(() => shown).toHaveLength(2);
  const by = (a: Shown, b: Shown) => a.severity - b.severity;
  expect(shown.toSorted(by)).toMatchObject([
    { message: "waiting", severity: 1, ephemeral: true },
    { message: "careful", severity: 2, ephemeral: false },
  ]);
  expect(errors).toEqual([]);
});

test("status lines come no more often than every five seconds", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000 });
  const { showStatus } = await startedWith(address);
  showStatus("first");
  vi.setSystemTime(1_004_999);
  showStatus("too soon");
  vi.setSystemTime(1_005_000);
  showStatus("second");
  await expect.poll(() => shown.map(({ message }) => message)).toEqual(["first", "second"]);
});

test.each([[[]], [["not-an-address"]], [["http://127.0.0.1:1/"]]])(
  "without an engine (%j) a warning goes to the error output, and a status line nowhere",
  async (args) => {
    const { showStatus, showWarning } = await startedWith(...args);
    showStatus("waiting");
    showWarning("careful");
    expect(errors).toEqual(["warning: careful"]);
    expect(shown).toEqual([]);
  },
);

test("an engine that cannot be told anything costs a line and nothing else", async () => {
  const { showWarning } = await startedWith(address);
  const client = pulumiRequire("@pulumi/pulumi/proto/engine_grpc_pb").EngineClient.prototype;
  vi.spyOn(client, "log").mockImplementation(() => {
    throw new Error("the channel is closed");
  });
  showWarning("careful");
  expect(errors).toEqual(["warning: careful"]);
});
