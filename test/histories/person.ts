import { given } from "../../provider/given.ts";
import type { Program, Properties } from "../tools/support/pulumiEngine.ts";
import type { Change } from "./steps.ts";
import type { World } from "./world.ts";

/** What a program asks of its CancelBackup. */
interface StopSettings {
  name: string;
  isPresent: boolean;
  tenants: readonly string[] | "all";
  triggers: number;
  cancelOn: readonly ("create" | "delete")[];
  timeoutSeconds: number;
  onTimeout: "fail" | "warn";
  /** Which of the cluster's addresses, and whether the other one is given, too. */
  address: number;
  andOther: boolean;
  /** `sys`, or the tenant that cancels its own backups. */
  login: string;
  passwordInProgram: boolean;
  options: Properties;
}

interface PolicySettings {
  name: string;
  tenant: string;
  inputs: Properties;
}

/** How long a login may take, in seconds. */
const CONNECT_SECONDS = 5;

/** The names that a resource is given one after the other, so that none comes twice. */
const withNumber = (name: string, number: number) => `${name.replace(/-\d+$/, "")}-${number}`;

/** A tenant that one can log in to: a login name takes no blank. */
const loginName = (tenant: string | undefined) =>
  tenant === undefined || /\s/.test(tenant) ? "sys" : tenant;

/** Who writes a program and runs it. */
export class Person {
  readonly user: string;
  stop: StopSettings;
  readonly policies: (PolicySettings | undefined)[] = [undefined, undefined];
  private readonly world: World;
  private renames = 0;

  constructor(world: World, user: string) {
    this.world = world;
    this.user = user;
    this.stop = {
      name: "stop",
      isPresent: true,
      tenants: world.namesOf([0]),
      triggers: 0,
      cancelOn: ["create"],
      timeoutSeconds: world.level.waitSeconds.usual,
      onTimeout: "fail",
      address: 0,
      andOther: false,
      login: "sys",
      passwordInProgram: false,
      options: {},
    };
  }

  /** The environment in which commands are run. */
  get env(): Record<string, string> {
    return { OCEANBASE_PASSWORD: this.sysPassword };
  }

  private get sysPassword(): string {
    if (this.user === "root") return this.world.password.believed;
    return `${this.world.sandbox.logins.sys.password}-${this.user}`;
  }

  /** The program as it is now. */
  get program(): Program {
    const { stop } = this;
    const policies = this.policies.flatMap((policy) => {
      if (policy === undefined) return [];
      const { name, tenant, inputs } = policy;
      const declared = { connection: this.connection("sys"), tenant, ...inputs };
      return [[name, { kind: "BackupCleanupPolicy", inputs: declared }] as const];
    });
    return Object.fromEntries([
      ...(stop.isPresent ? [[stop.name, { kind: "CancelBackup", inputs: this.stopInputs() }] as const] : []),
      ...policies,
    ]);
  }

  private stopInputs(): Properties {
    const { stop, world } = this;
    const { login, tenants, triggers, cancelOn, timeoutSeconds, onTimeout, options } = stop;
    const isOwn = login !== "sys";
    const own = world.sandbox.cluster.tenants.byName(login)?.users[0]?.password ?? "of a tenant that is gone";
    const password = isOwn ? own : this.sysPassword;
    return {
      connection: this.connection(login),
      ...(isOwn ? {} : { tenants }),
      ...(isOwn || stop.passwordInProgram ? { password } : {}),
      triggers: [triggers],
      cancelOn,
      timeoutSeconds,
      onTimeout,
      // What was taken back is not in the program.
      ...given(options),
    };
  }

  /** The address that the program uses. */
  get proxy(): World["proxies"][0] {
    return this.world.proxies[this.stop.address % 2] as World["proxies"][0];
  }

  private connection(login: string): Properties {
    const { proxy, stop, world } = this;
    const host = world.level.hostOf(proxy);
    const others = stop.andOther ? world.proxies.filter((one) => one !== proxy) : [];
    const endpoints = others.map((one) => `${world.level.hostOf(one)}:${one.port}`);
    const tenant = world.sandbox.cluster.tenants.byName(login);
    const user = login === "sys" ? this.user : (tenant?.users[0]?.name ?? "root");
    return {
      ...{ host, port: proxy.port, tenant: login, user, connectTimeoutSeconds: CONNECT_SECONDS },
      ...(endpoints.length > 0 ? { endpoints } : {}),
    };
  }

  /** Changes the program. @returns the name that a resource had and its new one, where an alias says so */
  change(change: Change): [string, string] | undefined {
    const { stop, world } = this;
    const set = (settings: Partial<StopSettings>) => {
      this.stop = { ...stop, ...settings };
    };
    switch (change.set) {
      case "tenants":
        set({ tenants: change.to === "all" ? "all" : world.namesOf(change.to) });
        return undefined;
      case "triggers":
        set({ triggers: stop.triggers + 1 });
        return undefined;
      case "cancelOn":
        set({ cancelOn: change.to });
        return undefined;
      case "wait":
        set({ timeoutSeconds: change.timeoutSeconds, onTimeout: change.onTimeout });
        return undefined;
      case "address":
        set({ address: change.to, andOther: change.andOther ?? false });
        return undefined;
      case "login":
        set({ login: change.to === "sys" ? "sys" : loginName(world.name(change.to)) });
        return undefined;
      case "password":
        set({ passwordInProgram: change.inProgram });
        return undefined;
      case "option":
        set({ options: { ...stop.options, [change.name]: change.value } });
        return undefined;
      case "present":
        set({ isPresent: change.present });
        return undefined;
      case "rename": {
        const name = this.newName(stop.name);
        set({ name });
        return change.alias ? [stop.name, name] : undefined;
      }
      default:
        return this.changePolicy(change);
    }
  }

  private changePolicy(change: Extract<Change, { slot: number }>): [string, string] | undefined {
    const slot = change.slot % 2;
    const before = this.policies[slot];
    if (change.set === "no policy") {
      this.policies[slot] = undefined;
      return undefined;
    }
    if (change.set === "rename policy") {
      if (before === undefined) return undefined;
      const name = this.newName(before.name);
      this.policies[slot] = { ...before, name };
      return change.alias ? [before.name, name] : undefined;
    }
    const { window: recoveryWindow, overwrite, redundancy } = change;
    this.policies[slot] = {
      name: before?.name ?? this.newName("policy"),
      tenant: this.world.name(change.tenant) ?? "mysql_tenant",
      inputs: { recoveryWindow, overwrite, ...(redundancy === undefined ? {} : { redundancy }) },
    };
    return undefined;
  }

  private newName(name: string): string {
    this.renames += 1;
    return withNumber(name, this.renames);
  }

  /** What a person does who wants it to work: names what there is, and asks for nothing that cannot be had. */
  repair(): void {
    const { stop, world } = this;
    const { sandbox } = world;
    const { onlyTypes, onlyOlderThanSeconds, keepStopped, reason, onUnreachable } = stop.options;
    const named = stop.login === "sys" ? (stop.tenants === "all" ? [] : stop.tenants) : [stop.login];
    for (const name of named) {
      if (sandbox.cluster.tenants.byName(name) === undefined) sandbox.addTenant(name);
    }
    this.stop = {
      ...stop,
      timeoutSeconds: stop.timeoutSeconds === 0 ? 0 : world.level.waitSeconds.long,
      options: { onlyTypes, onlyOlderThanSeconds, reason, onUnreachable, ...this.keptStopped(keepStopped) },
    };
    const [one, other] = this.policies;
    if (one !== undefined && one.tenant === other?.tenant) this.policies[1] = undefined;
    for (const [i, policy] of this.policies.entries()) {
      if (policy === undefined) continue;
      const exists = sandbox.cluster.tenants.byName(policy.tenant) !== undefined;
      this.policies[i] = exists ? { ...policy, inputs: { ...policy.inputs, overwrite: true } } : undefined;
    }
  }

  /** It makes no sense for what is only to be done at the deletion. */
  private keptStopped(keepStopped: unknown): Properties {
    return this.stop.cancelOn.includes("create") ? { keepStopped } : {};
  }
}
