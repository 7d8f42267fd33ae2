import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext } from "node:tls";
import type { ServerCertificate } from "./certificates.ts";
import { Clock } from "./clock.ts";
import type { Failure } from "./cluster/backupService.ts";
import { Cluster } from "./cluster/cluster.ts";
import type { FlavorName } from "./cluster/flavors.ts";
import type { Tenant } from "./cluster/tenants.ts";
import type { Timing } from "./cluster/timing.ts";
import { Faults } from "./faults.ts";
import type { Peers } from "./sql/session.ts";
import type { Mode } from "./sql/tokens.ts";
import { StatementLog } from "./statementLog.ts";
import { Connection } from "./wire/connection.ts";

export interface SandboxOptions {
  /** TCP port on 127.0.0.1; default: a free one. */
  port?: number;
  /** How many times faster than the wall clock the cluster's time runs; default 1. Not with `clock`. */
  speed?: number;
  clock?: Clock;
  tls?: ServerCertificate;
  /** Default `oceanbase`; the others are there to be refused. */
  flavor?: FlavorName;
  /** Default `obdemo`. */
  cluster?: string;
  clusterId?: number;
  timing?: Partial<Timing>;
}

export interface LoginCredentials {
  user: string;
  tenant: string;
  password: string;
}

/** The logins of a new sandbox; every one has a password of its own. */
export interface Logins {
  sys: LoginCredentials;
  /** In sys too, but without the ALTER SYSTEM privilege. */
  reader: LoginCredentials;
  mysqlTenant: LoginCredentials;
  oracleTenant: LoginCredentials;
}

/**
 * A stand-in for an OceanBase cluster: the MySQL wire protocol on a TCP port, real logins, real SQL over the
 * backup views, the backup statements with their rules and errors, and the state machine of backup jobs.
 * It holds no data and backs nothing up.
 */
export class Sandbox {
  readonly cluster: Cluster;
  readonly log = new StatementLog();
  readonly faults = new Faults();
  readonly logins: Logins;
  port: number;
  /** How many connections there were at the same time at most. */
  mostConnections = 0;
  private readonly tls: ServerCertificate | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly connections = new Map<number, Connection>();
  private server: Server | undefined;
  private lastConnectionId = 0;

  constructor(options: SandboxOptions = {}) {
    const password = () => randomBytes(12).toString("base64url");
    this.logins = {
      sys: { user: "root", tenant: "sys", password: password() },
      reader: { user: "reader", tenant: "sys", password: password() },
      mysqlTenant: { user: "root", tenant: "mysql_tenant", password: password() },
      oracleTenant: { user: "SYS", tenant: "oracle_tenant", password: password() },
    };
    const user = (login: LoginCredentials, alterSystem = true) => ({
      name: login.user,
      password: login.password,
      alterSystem,
    });
    this.cluster = new Cluster({
      clock: options.clock ?? new Clock(options.speed ?? 1),
      name: options.cluster ?? "obdemo",
      id: options.clusterId ?? 1001,
      flavor: options.flavor ?? "oceanbase",
      sysUsers: [user(this.logins.sys), user(this.logins.reader, false)],
      ...(options.timing === undefined ? {} : { timing: options.timing }),
    });
    this.cluster.tenants.create("mysql_tenant", "MYSQL", [user(this.logins.mysqlTenant)]);
    this.cluster.tenants.create("oracle_tenant", "ORACLE", [user(this.logins.oracleTenant)]);
    this.tls = options.tls;
    this.port = options.port ?? 0;
  }

  /** Starts to listen; a stopped sandbox listens again on the port it had. */
  async start(): Promise<this> {
    const tls = this.tls && createSecureContext({ cert: this.tls.cert, key: this.tls.key });
    const server = createServer((socket) => {
      this.sockets.add(socket);
      this.mostConnections = Math.max(this.mostConnections, this.sockets.size);
      socket.on("close", () => this.sockets.delete(socket));
      this.lastConnectionId += 1;
      const id = this.lastConnectionId;
      const { cluster, log, faults, connections } = this;
      const peers: Peers = {
        kill: (otherId, what) => {
          const other = connections.get(otherId);
          other?.kill(what);
          return other !== undefined;
        },
      };
      connections.set(id, new Connection(socket, { id, cluster, log, faults, tls, peers }));
      socket.on("close", () => connections.delete(id));
    });
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.port, "127.0.0.1", resolve);
    });
    this.port = (server.address() as { port: number }).port;
    return this;
  }

  /** Cuts every connection and listens no more. The cluster behind it lives on. */
  async stop(): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.cutConnections();
    await closed;
  }

  cutConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  get openConnections(): number {
    return this.sockets.size;
  }

  /** A further user tenant with one administrator. */
  addTenant(name: string, mode: Mode = "MYSQL", password = ""): Tenant {
    const user = mode === "ORACLE" ? "SYS" : "root";
    return this.cluster.tenants.create(name, mode, [{ name: user, password, alterSystem: true }]);
  }

  get clock(): Clock {
    return this.cluster.clock;
  }

  /** Moves a clock that stands still, until a query finds something; fails after a day of cluster time. */
  advanceUntilThereIs(sql: string): void {
    for (let seconds = 0; seconds < 24 * 3600; seconds += 0.1) {
      if (this.rows(sql).length > 0) return;
      this.clock.advance(0.1);
    }
    throw new Error(`after a day of cluster time there is nothing for: ${sql}`);
  }

  tenant(name: string): Tenant {
    const tenant = this.cluster.tenants.byName(name);
    if (tenant === undefined) throw new Error(`the sandbox has no tenant ${name}`);
    return tenant;
  }

  /** Starts a backup the way the tenant's own administrator would. */
  startBackup(tenantName: string, options: { incremental?: boolean; plusArchivelog?: boolean } = {}): void {
    this.cluster.settle();
    this.cluster.backups.startInTenant(this.tenant(tenantName), options);
  }

  /** Starts a cluster backup from sys, of all user tenants or of these. */
  startClusterBackup(tenantNames?: string[]): void {
    this.cluster.settle();
    const executors = tenantNames?.map((name) => this.tenant(name)) ?? this.cluster.tenants.userTenants();
    this.cluster.backups.startInSys(executors, {});
  }

  /** The tenant's running backup is done now, or has failed. */
  finishBackup(tenantName: string, failure?: Failure): void {
    this.cluster.settle();
    this.cluster.backups.finishNow(this.tenant(tenantName), failure);
  }

  /** Drops a tenant with everything that belongs to it, as DROP TENANT does. */
  dropTenant(tenantName: string): void {
    this.cluster.settle();
    this.cluster.removeTenant(this.tenant(tenantName));
  }

  /** The next check of the cleanup policies is due now, instead of within the hour. */
  cleanUpNow(): void {
    this.cluster.settle();
    this.cluster.cleanups.checkNow();
    this.cluster.settle();
  }

  /** Adds, replaces or removes (without a window) a tenant's cleanup policy, as somebody else would. */
  setPolicy(tenantName: string, recoveryWindow: string | undefined): void {
    this.cluster.settle();
    this.cluster.policies.set(this.tenant(tenantName), recoveryWindow);
  }

  /** Lets the tenant's log stream tasks hold its backup up in CANCELING, from this moment on, or no longer. */
  setStuck(tenantName: string, stuck: boolean): void {
    // Rounds that were due before have seen it as it was.
    this.cluster.settle();
    this.cluster.backups.setStuck(this.tenant(tenantName), stuck);
  }

  /** Rows of an inner table, for tests that look behind the views. */
  rows(sql: string): Record<string, unknown>[] {
    this.cluster.settle();
    return this.cluster.catalog.db.prepare(sql).all();
  }
}

/** A sandbox that listens. */
export function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return new Sandbox(options).start();
}
