import { type Sandbox, startSandbox } from "../../../sdk/sandbox/sandbox.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { createCancelBackup } from "./lifecycle.ts";

/** What one statement costs, for one tenant and for a thousand. */
export interface StatementFigures {
  oneTenantMs: Figures;
  thousandTenantsMs: Figures;
  /** The sandbox's own time for what it was asked, which is no part of this package. */
  oneTenantSandboxMs: Figures;
  thousandTenantsSandboxMs: Figures;
  /** Round trips of a create when nothing runs, the login left out. */
  roundTrips: number;
}

/** Takes turns between the two; nothing runs in any tenant. */
export async function measureStatements(rounds: number): Promise<StatementFigures> {
  const sandbox = await startSandbox({ speed: 30 });
  const names = Array.from({ length: 1000 }, (_, i) => `tenant_${i}`);
  for (const name of names) sandbox.addTenant(name);
  const samples = { one: [] as Sample[], thousand: [] as Sample[] };
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const one = await create(sandbox, ["tenant_0"]);
      const thousand = await create(sandbox, names);
      if (round === 0) continue;
      samples.one.push(one);
      samples.thousand.push(thousand);
    }
  } finally {
    await sandbox.stop();
  }
  const sandboxMs = (all: Sample[]) => figuresOf(all.map((sample) => sample.sandboxMs));
  const ownMs = (all: Sample[]) => figuresOf(all.map((sample) => sample.allMs - sample.sandboxMs));
  return {
    oneTenantMs: ownMs(samples.one),
    thousandTenantsMs: ownMs(samples.thousand),
    oneTenantSandboxMs: sandboxMs(samples.one),
    thousandTenantsSandboxMs: sandboxMs(samples.thousand),
    roundTrips: Math.max(...[...samples.one, ...samples.thousand].map((sample) => sample.roundTrips)),
  };
}

interface Sample {
  allMs: number;
  sandboxMs: number;
  roundTrips: number;
}

async function create(sandbox: Sandbox, tenants: string[]): Promise<Sample> {
  sandbox.log.clear();
  const sandboxMsBefore = sandbox.log.workMs;
  const startedAt = performance.now();
  await createCancelBackup(sandbox, tenants);
  return {
    allMs: performance.now() - startedAt,
    sandboxMs: sandbox.log.workMs - sandboxMsBefore,
    roundTrips: sandbox.log.entries.length,
  };
}
