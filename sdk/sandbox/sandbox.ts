import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext } from "node:tls";
import type { ServerCertificate } from "./certificates.ts";
import { Clock } from "./clock.ts";
import { Cluster } from "./cluster/cluster.ts";
import type { FlavorName } from "./cluster/flavors.ts";
import type { Timing } from "./cluster/timing.ts";
import { ClusterOperations } from "./clusterOperations.ts";
import { Faults } from "./faults.ts";
import type { Peers } from "./sql/session.ts";
import { StatementLog } from "./statementLog.ts";
import { DEFAULT_VERSION, type VersionName, versionNamed } from "./versions.ts";
import { Connection } from "./wire/connection.ts";
import { KnownPasswords } from "./wire/login.ts";

/** What a sandbox is made with; every option has a default. */
export interface SandboxOptions {
  /** The version of OceanBase to play; default 4.2.5. Not with another `flavor`. */
  version?: VersionName;
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
  /** Whether `mysql_tenant` and `oracle_tenant` are there from the start; default true. */
  hasTenants?: boolean;
  timing?: Partial<Timing>;
}

/** A user's name and password, and the tenant of the user. */
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
export class Sandbox extends ClusterOperations {
  readonly log = new StatementLog();
  readonly faults = new Faults();
  readonly logins: Logins;
  port: number;
  /** How many connections there were at the same time at most. */
  mostConnections = 0;
  private readonly tls: ServerCertificate | undefined;
  private readonly knownPasswords = new KnownPasswords();
  private readonly sockets = new Set<Socket>();
  private readonly connections = new Map<number, Connection>();
  private server: Server | undefined;
  private lastConnectionId = 0;

  constructor(options: SandboxOptions = {}) {
    const logins = newLogins();
    const version = versionNamed(options.version ?? DEFAULT_VERSION);
    const cluster = new Cluster({
      clock: options.clock ?? new Clock(options.speed ?? 1),
      name: options.cluster ?? "obdemo",
      id: options.clusterId ?? 1001,
      flavor: options.flavor ?? "oceanbase",
      version,
      sysUsers: [userOf(logins.sys), userOf(logins.reader, false)],
      ...(options.timing === undefined ? {} : { timing: options.timing }),
    });
    super(cluster, version);
    this.logins = logins;
    if (options.hasTenants ?? true) {
      cluster.createTenant("mysql_tenant", "MYSQL", [userOf(logins.mysqlTenant)]);
      cluster.createTenant("oracle_tenant", "ORACLE", [userOf(logins.oracleTenant)]);
    }
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
      const { cluster, log, faults, connections, knownPasswords } = this;
      const peers: Peers = {
        kill: (otherId, what) => {
          const other = connections.get(otherId);
          other?.kill(what);
          return other !== undefined;
        },
      };
      connections.set(id, new Connection(socket, { id, cluster, log, faults, knownPasswords, tls, peers }));
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

  /**
   * Cuts every connection and listens no more. The cluster behind it lives on; but passwords that were known to the
   * server are not any more.
   */
  async stop(): Promise<void> {
    const server = this.server;
    this.knownPasswords.clear();
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
}

function newLogins(): Logins {
  const password = () => randomBytes(12).toString("base64url");
  return {
    sys: { user: "root", tenant: "sys", password: password() },
    reader: { user: "reader", tenant: "sys", password: password() },
    mysqlTenant: { user: "root", tenant: "mysql_tenant", password: password() },
    oracleTenant: { user: "SYS", tenant: "oracle_tenant", password: password() },
  };
}

const userOf = (login: LoginCredentials, alterSystem = true) => ({
  name: login.user,
  password: login.password,
  alterSystem,
});

/** A sandbox that listens. */
export function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return new Sandbox(options).start();
}
