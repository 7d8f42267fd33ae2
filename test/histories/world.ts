import { type Sandbox, startSandbox } from "../../sdk/sandbox/sandbox.ts";
import type { VersionName } from "../../sdk/sandbox/versions.ts";
import { FaultProxy } from "../faults/proxy.ts";
import { happen } from "./happenings.ts";
import { type Job, Ledger } from "./ledger.ts";
import type { Level } from "./level.ts";
import type { WorldEvent } from "./steps.ts";

/** Times of the cluster, in its own seconds. No backup ends by itself. */
const TIMING = { backupSeconds: 10_000_000, parentInitSeconds: 40, wakeSeconds: 5 };

/** Behind the `?` of a destination; nothing of this package may show it. */
const ACCESS_KEY = "ACCESS-KEY-OF-A-DESTINATION";

/** Another stack's user, and a person's; both in sys. */
export const SECOND_USER = "second";
export const OPERATOR = "operator";

/** A cluster with everything that may happen to it, and two addresses of it. */
export class World {
  readonly level: Level;
  readonly sandbox: Sandbox;
  readonly proxies: readonly [FaultProxy, FaultProxy];
  readonly ledger: Ledger;
  /** Every secret there is or was. */
  readonly secrets: string[];
  /** The password of root in sys, and the one that the person believes in. */
  password: { real: string; believed: string };
  /** Ids of tenants whose policy was changed by another hand since a command has set it. */
  readonly touchedPolicies = new Set<number>();
  /** Those of them that were changed during the command under way. */
  readonly touchedNow = new Set<number>();
  private namesMade = 0;

  static async start(version: VersionName, level: Level): Promise<World> {
    const sandbox = await startSandbox({ version, speed: level.speed, timing: TIMING });
    const proxies = [await FaultProxy.to(sandbox.port), await FaultProxy.to(sandbox.port)] as const;
    return new World(sandbox, proxies, level);
  }

  private constructor(sandbox: Sandbox, proxies: World["proxies"], level: Level) {
    this.level = level;
    this.sandbox = sandbox;
    this.proxies = proxies;
    const { sys, mysqlTenant, oracleTenant } = sandbox.logins;
    for (const name of [SECOND_USER, OPERATOR]) {
      sandbox.addUser("sys", { name, password: `${sys.password}-${name}`, alterSystem: true });
    }
    sandbox.addTenant("third tenant", "MYSQL", `${sys.password}-third`);
    sandbox.setDataBackupDest(
      "third tenant",
      `s3://bucket/data?host=s3.test&access_id=${ACCESS_KEY}&access_key=${ACCESS_KEY}`,
    );
    this.password = { real: sys.password, believed: sys.password };
    this.secrets = [
      ACCESS_KEY,
      sys.password,
      mysqlTenant.password,
      oracleTenant.password,
      `${sys.password}-${SECOND_USER}`,
    ];
    this.ledger = new Ledger(sandbox);
  }

  /** Names of the user tenants, oldest first. */
  get names(): readonly string[] {
    return this.sandbox.cluster.tenants.userTenants().map(({ name }) => name);
  }

  /** The tenant of this number; undefined when there is none at all. */
  name(number: number): string | undefined {
    const { names } = this;
    return names[number % names.length];
  }

  /** Live jobs, or ended ones. */
  jobs(where: "live" | "history"): readonly Job[] {
    return this.ledger.jobs(where);
  }

  /** Something happens; what cannot happen as things are does not. */
  apply(event: WorldEvent): void {
    this.ledger.note();
    try {
      happen(this, event);
    } catch (error) {
      // The server refuses it to whoever has tried.
      if ((error as { errno?: number }).errno === undefined) throw error;
    }
    this.ledger.note();
  }

  /** The names of these numbers, each once. */
  namesOf(numbers: readonly number[]): readonly string[] {
    return [...new Set(numbers.flatMap((number) => this.name(number) ?? []))];
  }

  /** A name that no tenant has had. */
  newName(): string {
    this.namesMade += 1;
    return `tenant_${this.namesMade}`;
  }

  /** Another hand changes a tenant's policy. */
  touchPolicy(tenantId: number): void {
    this.touchedPolicies.add(tenantId);
    this.touchedNow.add(tenantId);
  }

  /** Whatever was wrong is not any more. */
  async mend(): Promise<void> {
    const { sandbox, proxies } = this;
    this.ledger.note();
    sandbox.faults.clear();
    for (const proxy of proxies) {
      proxy.disarm();
      await proxy.restore();
    }
    this.password.believed = this.password.real;
    for (const name of this.names) {
      sandbox.regainLeader(name);
      sandbox.setStuck(name, false);
      sandbox.cluster.tenants.setLocked(name, false);
      sandbox.setTenantStatus(name, "NORMAL");
      sandbox.setInRecycleBin(name, false);
      sandbox.setLogArchiveStatus(name, "DOING");
      sandbox.setDestinationsReachable(name, true);
    }
    this.ledger.note();
  }

  async stop(): Promise<void> {
    for (const proxy of this.proxies) await proxy.close();
    await this.sandbox.stop();
  }
}
