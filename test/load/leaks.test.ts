import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { MAX_CONNECTIONS } from "../../provider/oceanbase/connection/sharedLogin.ts";
import { FRONTS } from "../tools/support/fronts.ts";
import { ProviderHost } from "../tools/support/providerHost.ts";
import { connectionTo, useSandbox } from "../tools/support/sandbox.ts";
import { soak } from "../tools/support/soak.ts";

/*
 * One provider process of Pulumi's real host through some thousand operations, good and bad: what it holds afterwards is
 * what it held when it was warm.
 */
const sandbox = useSandbox();
let host: ProviderHost;
afterEach(() => host.stop());

const TENANTS = Array.from({ length: 20 }, (_, i) => `tenant_${i}`);
const AT_ONCE = 20;
const TIMERS = ["Timeout", "Immediate"];

/** What the process holds. */
interface Held {
  heapMegabytes: number;
  /** Open files, sockets among them. */
  files: number;
  /** What keeps its event loop going, by kind. */
  resources: Record<string, number>;
}

async function probe(): Promise<Held> {
  // Connections are kept for a moment; what is asked is what stays.
  await expect.poll(() => sandbox().openConnections, { timeout: 10_000 }).toBe(0);
  await pause(500);
  const before = host.output.length;
  process.kill(host.pid, "SIGUSR2");
  await expect.poll(() => host.output.slice(before), { timeout: 10_000 }).toContain("\n");
  return JSON.parse(/PROBE (.*)/.exec(host.output.slice(before))?.[1] as string);
}

type Operation = (i: number) => Promise<unknown>;

/** Ten in a row have the same one, and all of them are through before it is anybody's turn again. */
const tenantOf = (i: number) => TENANTS[Math.floor(i / 10) % TENANTS.length] as string;

function inputs(i: number, changes: object = {}) {
  return {
    connection: connectionTo(sandbox(), sandbox().logins.sys),
    password: sandbox().logins.sys.password,
    tenants: [tenantOf(i)],
    timeoutSeconds: 15,
    ...changes,
  };
}

const record = (i: number, changes: object = {}) => ({
  ...inputs(i, changes),
  jobs: [],
  warnings: [],
  summary: "",
  outcome: "stopped",
  server: { cluster: "obdemo", clusterId: "1001", tenant: "sys", mode: "MYSQL", version: "4.2.5.1" },
});

async function fails(work: Promise<unknown>): Promise<void> {
  const failed = await work.then(
    () => false,
    () => true,
  );
  expect(failed).toBe(true);
}

/** The good and the bad of a day, ten in a row. */
const OPERATIONS: readonly Operation[] = [
  (i) => host.create(inputs(i)),
  (i) => host.update("id", record(i), inputs(i, { triggers: [i] })),
  (i) => host.read("id", record(i, { keepStopped: true })),
  (i) => host.delete("id", record(i, { cancelOn: ["delete"] })),
  (i) => host.diff("id", record(i), inputs(i, { triggers: [i] })),
  // A login of its own each time: a pool of its own.
  (i) => fails(host.create(inputs(i, { password: `wrong-${i}` }))),
  (i) => fails(host.create(inputs(i, { tenants: ["nowhere"] }))),
  (i) => fails(host.create(inputs(i, { connection: { ...inputs(i).connection, port: 1 } }))),
  async (i) => {
    sandbox().startBackup(tenantOf(i));
    await host.create(inputs(i));
  },
  async (i) => {
    if (i % 50 !== 9) return await host.check(inputs(i, { tenants: [] }));
    // Somebody's statement has no reply; the others only have another connection.
    sandbox().faults.inject({ match: /CANCEL BACKUP/, act: { kind: "cut after" } });
    await host.create(inputs(i));
    return await fails(host.create(inputs(i, { tenants: ["stuck"], timeoutSeconds: 1 })));
  },
];

async function operate(count: number): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let i = next++; i < count; i = next++) await OPERATIONS[i % OPERATIONS.length]?.(i);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  sandbox().faults.clear();
}

/** How many operations: of ten, seven have a connection to the cluster, so of these more than 2,000 or 10,000 do. */
const MEASURED = soak(3000, 15_000);
/** A heap that has grown by less has no leak: garbage, and code that was compiled meanwhile. */
const HEAP_BYTES_FOR_EACH = 2000;

test.each(FRONTS)(
  "after thousands of operations a %s provider's process holds no more than when it was warm",
  async (front) => {
    for (const name of [...TENANTS, "stuck"]) sandbox().addTenant(name);
    sandbox().startBackup("stuck");
    sandbox().setStuck("stuck", true);
    host = await ProviderHost.start(front, {
      NODE_OPTIONS: `--require ${join(import.meta.dirname, "probe.cjs")}`,
    });
    await host.configure({});
    await operate(400);
    const warm = await probe();
    const startedAt = Date.now();
    await operate(MEASURED);
    const after = await probe();
    const seconds = (Date.now() - startedAt) / 1000;
    console.log(JSON.stringify({ front, seconds, connections: sandbox().mostConnections, warm, after }));

    expect(after.files).toBeLessThanOrEqual(warm.files);
    for (const [kind, count] of Object.entries(after.resources)) {
      // Timers come and go by themselves: the host and its gRPC have some.
      if (TIMERS.includes(kind)) continue;
      expect({ kind, count }).toSatisfy(() => count <= (warm.resources[kind] ?? 0));
    }
    expect(after.heapMegabytes - warm.heapMegabytes).toBeLessThan((MEASURED * HEAP_BYTES_FOR_EACH) / 2 ** 20);
    // Every wrong password is a login of its own, with one connection while it is refused.
    expect(sandbox().mostConnections).toBeLessThanOrEqual(MAX_CONNECTIONS + AT_ONCE);
  },
);
