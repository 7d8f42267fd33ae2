import type { Cluster } from "../cluster/cluster.ts";
import { errors } from "../cluster/errors.ts";
import type { Tenant, User } from "../cluster/tenants.ts";
import { type Faults, faultError } from "../faults.ts";
import type { StatementLog } from "../statementLog.ts";
import {
  decryptedPassword,
  FAST_AUTH_SUCCESS,
  FULL_AUTH_NEEDED,
  fastAnswerMatches,
  PUBLIC_KEY_REQUEST,
  publicKeyPacket,
  zeroTerminated,
} from "./cachingSha2.ts";
import {
  AUTH_PLUGIN,
  authSwitch,
  CAPABILITY,
  type LoginName,
  type LoginRequest,
  newSalt,
  parseLoginName,
  passwordMatches,
} from "./handshake.ts";

/** Passwords that a running server has seen in full; a restart forgets them. */
export class KnownPasswords {
  private readonly known = new Set<string>();

  has(tenant: Tenant, user: User): boolean {
    return this.known.has(key(tenant, user));
  }

  add(tenant: Tenant, user: User): void {
    this.known.add(key(tenant, user));
  }

  clear(): void {
    this.known.clear();
  }
}

const key = (tenant: Tenant, user: User) => `${user.name}@${tenant.name} ${user.password}`;

/** What a login needs to know of its surroundings. */
export interface LoginSettings {
  cluster: Cluster;
  log: StatementLog;
  faults: Faults;
  knownPasswords: KnownPasswords;
  /** The salt of the greeting. */
  salt: Buffer;
  isSecure: boolean;
}

/** What to send next, and who has logged in when that is settled. */
export interface LoginStep {
  packets: Buffer[];
  account?: Account;
}

/** A user of a tenant who has shown the password. */
export interface Account {
  tenant: Tenant;
  user: User;
}

type NextAnswer = "password" | "fast answer" | "full password" | "key request" | "encrypted password";

/**
 * One login, from the client's first answer on. The greeting names mysql_native_password for everybody; an account
 * with another method gets an AuthSwitch. Errors of a login have MySQL's numbers in every mode.
 */
export class Login {
  private readonly settings: LoginSettings;
  private readonly request: LoginRequest;
  private readonly name: LoginName;
  private readonly account: Account | undefined;
  private salt: Buffer;
  private next: NextAnswer = "password";

  constructor(request: LoginRequest, settings: LoginSettings) {
    this.settings = settings;
    this.request = request;
    this.salt = settings.salt;
    this.name = parseLoginName(request.user);
    this.account = this.find();
  }

  /** Takes the client's first answer. */
  begin(): LoginStep {
    const { faults, log, cluster } = this.settings;
    log.logins += 1;
    const fault = faults.take(`login ${this.name.user}@${this.name.tenant}`);
    if (fault?.kind === "error") throw faultError(fault);
    if (this.name.cluster !== undefined && this.name.cluster !== cluster.name) {
      throw errors.unknownCluster(this.name.cluster);
    }
    const method = this.account?.user.method ?? AUTH_PLUGIN;
    if (method !== AUTH_PLUGIN && this.account?.user.password !== "") {
      this.salt = newSalt();
      this.next = "fast answer";
      return { packets: [authSwitch(this.salt, method)] };
    }
    if (this.request.plugin === AUTH_PLUGIN || method !== AUTH_PLUGIN) {
      return this.answer(this.request.authResponse);
    }
    return { packets: [authSwitch(this.salt)] };
  }

  /** Takes every further packet of the client. */
  answer(payload: Buffer): LoginStep {
    const account = this.account;
    if (account === undefined) throw this.denied(payload);
    const { tenant, user } = account;
    const isRight = (password: string | undefined) => {
      if (password !== user.password) throw this.denied(payload);
      this.settings.knownPasswords.add(tenant, user);
      return this.done(account);
    };
    switch (this.next) {
      case "password":
        if (!passwordMatches(user.password, this.salt, payload)) throw this.denied(payload);
        return this.done(account);
      case "fast answer":
        return this.fastAnswer(account, payload);
      case "full password":
        return isRight(zeroTerminated(payload));
      case "key request":
        if (payload.length !== 1 || payload[0] !== PUBLIC_KEY_REQUEST) throw this.denied(payload);
        this.next = "encrypted password";
        return { packets: [publicKeyPacket()] };
      case "encrypted password":
        return isRight(decryptedPassword(payload, this.salt));
    }
  }

  private fastAnswer(account: Account, payload: Buffer): LoginStep {
    const { tenant, user } = account;
    // No driver has ob_sm3_password, so no answer is right.
    if (user.method === "ob_sm3_password" || payload.length !== 32) throw this.denied(payload);
    const isKnown = this.settings.knownPasswords.has(tenant, user);
    if (isKnown && fastAnswerMatches(user.password, this.salt, payload)) {
      return { ...this.done(account), packets: [FAST_AUTH_SUCCESS] };
    }
    this.next = this.settings.isSecure ? "full password" : "key request";
    return { packets: [FULL_AUTH_NEEDED] };
  }

  private done(account: Account): LoginStep {
    const { tenant } = account;
    if (tenant.mode === "ORACLE" && !(this.request.capabilities & CAPABILITY.oracleMode)) {
      throw errors.oracleTenantNeedsOracleDriver();
    }
    if (tenant.locked) throw errors.tenantLockedAtLogin(tenant.name);
    return { packets: [], account };
  }

  private find(): Account | undefined {
    const tenant = this.settings.cluster.tenants.byName(this.name.tenant);
    // An Oracle-mode server folds unquoted user names to upper case.
    const userName = tenant?.mode === "ORACLE" ? this.name.user.toUpperCase() : this.name.user;
    const user = tenant?.users.find((candidate) => candidate.name === userName);
    return tenant && user && { tenant, user };
  }

  private denied(payload: Buffer) {
    return errors.accessDenied(this.name.user, payload.length > 0);
  }
}
