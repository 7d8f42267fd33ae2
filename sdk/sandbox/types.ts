/*
 * The types of what `pulumi-oceanbase-backup/sandbox` exports. They say everything themselves, so that what is behind them
 * can change.
 */

/** A version of OceanBase that the sandbox plays, with what differs between them. */
export type SandboxVersion = "4.0.0" | "4.1.0" | "4.2.1" | "4.2.5" | "4.3.5" | "4.4.2" | "4.5.0" | "4.6.0";

/** The compatibility mode of a tenant. */
export type SandboxTenantMode = "MYSQL" | "ORACLE";

/** What a sandbox is started with. */
export interface SandboxOptions {
  /**
   * The version of OceanBase that is played.
   *
   * @default "4.2.5"
   */
  version?: SandboxVersion;
  /**
   * The user tenants by name, each with its mode: `{ shop: "MYSQL" }`. Left out, they are `mysql_tenant` and `oracle_tenant`.
   */
  tenants?: Readonly<Record<string, SandboxTenantMode>>;
  /**
   * The TCP port on 127.0.0.1; 0 is one that is free.
   *
   * @default 0
   */
  port?: number;
  /**
   * Whether connections may be encrypted, with a certificate for `localhost` that is made for this sandbox.
   *
   * @default false
   */
  tls?: boolean;
  /**
   * How many times as fast as the clock on the wall the cluster's time runs; with 0 it moves by `advance` alone. A cancelled
   * backup takes up to 30 s of the cluster's time to stop, on 4.0.0 and 4.1.0 five minutes.
   *
   * @default 1
   */
  speed?: number;
  /**
   * How long a backup runs when nothing stops it, in seconds of the cluster's time. Left out, it runs until it is stopped, or
   * until `finishBackup`.
   */
  backupSeconds?: number;
}

/** An account of a tenant. */
export interface SandboxLogin {
  /** The tenant; `sys` is the one from which all others can be reached. */
  tenant: string;
  /** The user: `root`, in an Oracle-mode tenant `SYS`. */
  user: string;
  /** The password, another one in each sandbox. */
  password: string;
}

/** A statement that a client has sent. */
export interface SandboxStatement {
  /** Who sent it: `root@sys`. */
  login: string;
  /** The statement, word for word. */
  sql: string;
  /** When it came, by the clock on the wall. */
  at: Date;
  /** `ok`, the number of the error that came back, or `cut` when the connection ended instead. */
  outcome: "ok" | "cut" | number;
}

/** A backup job, as the server has it at this moment. */
export interface SandboxJob {
  /** The tenant; `sys` for a backup of the whole cluster. */
  tenant: string;
  /** Its number within the tenant. */
  jobId: string;
  /** Its status. The last three are final. */
  status: "INIT" | "DOING" | "CANCELING" | "COMPLETED" | "FAILED" | "CANCELED";
}

/** Which of the statements that match are meant. */
export interface SandboxOccurrence {
  /**
   * The first of them, counted from now.
   *
   * @default 1
   */
  nth?: number;
  /**
   * How many of them.
   *
   * @default 1
   */
  times?: number;
}

/** An error that comes back for a statement. */
export interface SandboxError extends SandboxOccurrence {
  /** OceanBase's number of it. In an Oracle-mode session it arrives as that mode has it. */
  errno: number;
  /** Its text; left out, it is the server's own. */
  message?: string;
  /**
   * Whether the statement does its work all the same.
   *
   * @default "before"
   */
  when?: "before" | "after";
}

/** A connection that ends instead of a reply. */
export interface SandboxCut extends SandboxOccurrence {
  /**
   * Whether it ends before the statement did anything, or when it has done its work.
   *
   * @default "before"
   */
  when?: "before" | "after";
}

/** A stand-in for an OceanBase cluster that listens. It holds no data and backs nothing up. */
export interface Sandbox {
  /** The name to connect to: that of its certificate where there is one, else 127.0.0.1. */
  readonly host: string;
  /** The TCP port that it listens on. */
  readonly port: number;
  /** The version of OceanBase that is played. */
  readonly version: SandboxVersion;
  /** The authority of its certificate as PEM; undefined without TLS. */
  readonly ca: string | undefined;
  /** All accounts: the administrator of each tenant, and `reader@sys`, who may not run ALTER SYSTEM. */
  readonly logins: readonly SandboxLogin[];
  /** Everything that clients have sent, in order. */
  readonly statements: readonly SandboxStatement[];
  /** Every ALTER SYSTEM CANCEL BACKUP among them, whatever became of it. */
  readonly cancels: readonly string[];
  /** The backup jobs of all tenants, in the order in which they started. */
  readonly jobs: readonly SandboxJob[];

  /** The account of a tenant's administrator. */
  login(tenant: string): SandboxLogin;
  /** The environment variables `OCEANBASE_*` that lead here, as a tenant's administrator; without a tenant as `root@sys`. */
  environment(tenant?: string): Record<string, string>;

  /** Makes a user tenant. Without a mode it is one in MySQL mode. */
  addTenant(name: string, mode?: SandboxTenantMode): SandboxLogin;
  /** Drops a tenant with everything that belongs to it. */
  dropTenant(name: string): void;

  /** Starts a backup of a tenant, as its administrator would. */
  startBackup(tenant: string, kind?: "full" | "incremental"): void;
  /** Starts a backup from `sys`, of these tenants; without any, of all. */
  startClusterBackup(tenants?: readonly string[]): void;
  /** The backup of a tenant, which has to be DOING, has all its data now, or has failed. */
  finishBackup(tenant: string, status?: "COMPLETED" | "FAILED"): void;

  /** Moves the cluster's time forward; whatever is due meanwhile happens. */
  advance(seconds: number): void;

  /** Answers a statement by an error. A login is the statement `login root@sys`. */
  injectError(statement: RegExp, error: SandboxError): void;
  /** Ends the connection of a statement. */
  injectCut(statement: RegExp, cut?: SandboxCut): void;
  /** Forgets the statements so far. */
  clearStatements(): void;

  /** Cuts every connection and listens no more. What happened can still be read. */
  stop(): Promise<void>;
}
