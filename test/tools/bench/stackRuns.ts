import { readdirSync, readFileSync } from "node:fs";
import { type Sandbox, startSandbox } from "../../../sdk/sandbox/sandbox.ts";
import { newProject } from "../support/consumer.ts";
import type { Front } from "../support/fronts.ts";
import { languageEnvironment } from "../support/languages.ts";
import { Stack } from "../support/stack.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { PROGRAMS, type Variant } from "./programs.ts";

/** What one kind of program costs with so many resources. */
export interface StackFigures {
  variant: Variant;
  resources: number;
  /** Whether a backup was running in every tenant, or in none. */
  isBusy: boolean;
  upSeconds: Figures;
  destroySeconds: Figures;
  /** One resource in the exported state, as compact JSON. */
  stateBytes: number;
  /** Its `__provider`; 0 when it has none. */
  providerBytes: number;
  /** Largest resident memory of the provider's process during `up`. */
  providerMegabytes: Figures;
}

interface Sample {
  upSeconds: number;
  destroySeconds: number;
  stateBytes: number;
  providerBytes: number;
  providerMegabytes: number;
}

/** So fast that a stop takes a second at most, and slow enough that the sandbox has little to do meanwhile. */
const SPEED = 30;

/**
 * Runs `up` and `destroy` of every program on the same cluster, taking turns: what slows the machine down for a while
 * slows all of them. A backup is running in every tenant each time, or in none: only then all programs do the same,
 * because only ours looks at what it stops.
 */
export async function measureStacks(
  variants: readonly Variant[],
  isBusy: boolean,
  sizes: readonly number[],
  rounds: number,
  say: (text: string) => void,
): Promise<StackFigures[]> {
  const sandbox = await startSandbox({ speed: SPEED, timing: { backupSeconds: 1_000_000 } });
  for (let i = 0; i < Math.max(...sizes); i += 1) sandbox.addTenant(`tenant_${i}`);
  const samples = new Map<string, Sample[]>();
  try {
    for (const size of sizes) {
      for (let round = 0; round <= rounds; round += 1) {
        for (const variant of variants) {
          if (isBusy) startBackups(sandbox, size);
          const sample = await runOnce(variant, size, languageEnvironment(sandbox));
          say(
            `${isBusy ? "busy" : "idle"} N=${size} round ${round}/${rounds} ${variant}: up ${sample.upSeconds.toFixed(2)} s, destroy ${sample.destroySeconds.toFixed(2)} s`,
          );
          // The first round fills caches, for each of them.
          const key = `${variant} ${size}`;
          if (round > 0) samples.set(key, [...(samples.get(key) ?? []), sample]);
        }
      }
    }
  } finally {
    await sandbox.stop();
  }
  return sizes.flatMap((resources) =>
    variants.map((variant) => {
      const all = samples.get(`${variant} ${resources}`) ?? [];
      return {
        variant,
        resources,
        isBusy,
        upSeconds: figuresOf(all.map((sample) => sample.upSeconds)),
        destroySeconds: figuresOf(all.map((sample) => sample.destroySeconds)),
        stateBytes: Math.max(...all.map((sample) => sample.stateBytes)),
        providerBytes: Math.max(...all.map((sample) => sample.providerBytes)),
        providerMegabytes: figuresOf(all.map((sample) => sample.providerMegabytes)),
      };
    }),
  );
}

/** Starts a backup in each of the first tenants that has none. */
function startBackups(sandbox: Sandbox, tenants: number): void {
  const rows = sandbox.rows("SELECT DISTINCT tenant_id FROM oceanbase.__all_backup_job");
  const busy = new Set(rows.map((row) => row.tenant_id));
  for (let i = 0; i < tenants; i += 1) {
    const name = `tenant_${i}`;
    if (!busy.has(sandbox.tenant(name).id)) sandbox.startBackup(name);
  }
}

/** What many waits at the same time need by a front, and what the same number of resources that do nothing needs. */
export interface ConcurrencyFigures {
  front: Front;
  resources: number;
  waitingMegabytes: Figures;
  nothingMegabytes: Figures;
  /** How long `up` took with all of them waiting at once. */
  upSeconds: Figures;
  connections: number;
}

const WAITING: Record<Front, { waiting: Variant; nothing: Variant }> = {
  dynamic: { waiting: "ours-wait", nothing: "null" },
  plugin: { waiting: "plugin-wait", nothing: "nothing-plugin" },
};

/** With as many operations at a time as there are resources, which is more than the engine does by itself. */
export async function measureConcurrency(
  front: Front,
  resources: number,
  rounds: number,
): Promise<ConcurrencyFigures> {
  const variants = WAITING[front];
  const sandbox = await startSandbox({ speed: SPEED, timing: { backupSeconds: 1_000_000 } });
  for (let i = 0; i < resources; i += 1) sandbox.addTenant(`tenant_${i}`);
  const waiting: Sample[] = [];
  const nothing: Sample[] = [];
  let connections = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      startBackups(sandbox, resources);
      sandbox.log.clear();
      waiting.push(await runOnce(variants.waiting, resources, languageEnvironment(sandbox), resources));
      connections = Math.max(connections, sandbox.log.logins);
      nothing.push(await runOnce(variants.nothing, resources, languageEnvironment(sandbox), resources));
    }
  } finally {
    await sandbox.stop();
  }
  return {
    front,
    resources,
    waitingMegabytes: figuresOf(waiting.map((sample) => sample.providerMegabytes)),
    nothingMegabytes: figuresOf(nothing.map((sample) => sample.providerMegabytes)),
    upSeconds: figuresOf(waiting.map((sample) => sample.upSeconds)),
    connections,
  };
}

async function runOnce(
  variant: Variant,
  size: number,
  environment: Record<string, string>,
  parallel?: number,
): Promise<Sample> {
  const stack = await Stack.create(newProject("bench", PROGRAMS[variant](size)), environment);
  const atOnce = parallel === undefined ? [] : ["--parallel", String(parallel)];
  try {
    const memory = watchProviderMemory();
    const upSeconds = await timed(() => stack.must("up", "--yes", "--skip-preview", ...atOnce));
    const providerMegabytes = memory.stop();
    const resource = (await stack.resources()).find(({ urn }) => urn.endsWith("::stop-0"));
    const destroySeconds = await timed(() => stack.must("destroy", "--yes", "--skip-preview"));
    return {
      upSeconds,
      destroySeconds,
      providerMegabytes,
      stateBytes: JSON.stringify(resource).length,
      providerBytes: String(resource?.inputs?.__provider ?? "").length,
    };
  } finally {
    stack.remove();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

/** The command line of a provider's process. */
const PROVIDER = /dynamic-provider|pulumi-resource-(oceanbase-backup|command|nothing)\b/;

/** Looks at the high-water mark of every provider process that is started meanwhile. Linux only. */
function watchProviderMemory(): { stop(): number } {
  const processes = () => readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const before = new Set(processes());
  let kilobytes = 0;
  const timer = setInterval(() => {
    for (const pid of processes()) {
      if (before.has(pid)) continue;
      try {
        if (!PROVIDER.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"))) continue;
        const mark = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
        kilobytes = Math.max(kilobytes, Number(mark?.[1] ?? 0));
      } catch {
        // It has ended meanwhile.
      }
    }
  }, 100);
  return {
    stop() {
      clearInterval(timer);
      return kilobytes / 1024;
    },
  };
}
