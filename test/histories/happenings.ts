import { runStatement } from "../../sdk/sandbox/runStatement.ts";
import type { Sandbox } from "../../sdk/sandbox/sandbox.ts";
import type { WorldEvent } from "./steps.ts";
import { OPERATOR, type World } from "./world.ts";

/** Most user tenants that there are at a time. */
const MOST_TENANTS = 6;

/** What each event does; `name` is that of the tenant it is about. */
const HAPPENINGS: {
  [Name in WorldEvent["event"]]: (
    sandbox: Sandbox,
    event: Extract<WorldEvent, { event: Name }>,
    about: { name: string; world: World },
  ) => void;
} = {
  backup: (sandbox, { incremental = false }, { name }) => sandbox.startBackup(name, { incremental }),
  "cluster backup": (sandbox, { tenants }, { world }) => {
    sandbox.startClusterBackup(tenants && world.namesOf(tenants));
  },
  finish: (sandbox, { fails }, { name }) => {
    sandbox.finishBackup(name, fails ? { result: -4009, comment: "IO error" } : undefined);
  },
  hang: (sandbox, { hangs }, { name }) => sandbox.setStuck(name, hangs),
  "add tenant": (sandbox, _, { world }) => {
    if (world.names.length < MOST_TENANTS) sandbox.addTenant(world.newName());
  },
  "drop tenant": (sandbox, _, { name, world }) => {
    if (world.names.length > 1) sandbox.dropTenant(name);
  },
  "rename tenant": (sandbox, _, { name, world }) => sandbox.renameTenant(name, world.newName()),
  lock: (sandbox, { locked }, { name }) => sandbox.cluster.tenants.setLocked(name, locked),
  "recycle bin": (sandbox, { inBin }, { name }) => sandbox.setInRecycleBin(name, inBin),
  status: (sandbox, { status }, { name }) => sandbox.setTenantStatus(name, status),
  "log archive": (sandbox, { works }, { name }) => {
    sandbox.setLogArchiveStatus(name, works ? "DOING" : "INTERRUPTED");
  },
  leader: (sandbox, { lost }, { name }) => {
    if (lost === undefined) sandbox.regainLeader(name);
    else sandbox.loseLeader(name, lost);
  },
  destination: (sandbox, { reachable }, { name }) => sandbox.setDestinationsReachable(name, reachable),
  restart: (sandbox) => sandbox.cutConnections(),
  "operator cancels": (sandbox, { tenants }, { world }) => {
    const names = tenants && world.namesOf(tenants).map((one) => `\`${one}\``);
    const clause = names === undefined ? "" : ` TENANT = ${names.join(", ")}`;
    runStatement(sandbox, "sys", `ALTER SYSTEM CANCEL BACKUP${clause}`, OPERATOR);
  },
  "operator sets policy": (sandbox, { window }, { name, world }) => {
    world.touchPolicy(sandbox.tenant(name).id);
    sandbox.setPolicy(name, window);
  },
  password: (sandbox, { told }, { world }) => {
    const real = `${sandbox.logins.sys.password}-${world.secrets.length}`;
    world.secrets.push(real);
    sandbox.cluster.tenants.setPassword("sys", "root", real);
    world.password = { real, believed: told ? real : world.password.believed };
  },
  time: (sandbox, { seconds }) => sandbox.clock.advance(seconds),
};

/** Something happens to a world; the server refuses what cannot happen as things are. */
export function happen(world: World, event: WorldEvent): void {
  const name = "tenant" in event ? world.name(event.tenant) : "";
  if (name === undefined) return;
  const act = HAPPENINGS[event.event] as (sandbox: Sandbox, event: WorldEvent, about: object) => void;
  act(world.sandbox, event, { name, world });
}
