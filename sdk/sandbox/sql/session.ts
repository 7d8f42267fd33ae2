import type { Cluster } from "../cluster/cluster.ts";
import { errors, ServerError } from "../cluster/errors.ts";
import { asOracleError } from "../cluster/oracleErrors.ts";
import { SYS_TENANT_ID, type Tenant, type User } from "../cluster/tenants.ts";
import { OK, type Result } from "./result.ts";
import { select } from "./select.ts";
import { variablesOf } from "./sessionVariables.ts";
import { setVariables } from "./setVariables.ts";
import { show } from "./show.ts";
import { TokenReader } from "./tokens.ts";

const DATABASES = ["oceanbase", "mysql", "information_schema", "test"];

/** The other sessions of the server. */
export interface Peers {
  /** Ends another session, or what it is doing; false when there is none of that number. */
  kill(connectionId: number, what: "session" | "query"): boolean;
}

const NO_PEERS: Peers = { kill: () => false };

/** One logged-in session: a user of a tenant, a current database, and one statement after the other. */
export class Session {
  readonly cluster: Cluster;
  readonly user: User;
  private readonly tenantId: number;
  private readonly isOracle: boolean;
  private readonly connectionId: number;
  private readonly peers: Peers;
  private database: string | undefined;
  /** The server's own limit for a statement. */
  private queryTimeoutUs = 10_000_000;

  constructor(cluster: Cluster, tenant: Tenant, user: User, connectionId: number, peers = NO_PEERS) {
    this.cluster = cluster;
    this.tenantId = tenant.id;
    this.isOracle = tenant.mode === "ORACLE";
    this.user = user;
    this.connectionId = connectionId;
    this.peers = peers;
  }

  /** The login tenant as it is now; undefined when it was dropped in the meantime. */
  get tenant(): Tenant | undefined {
    return this.cluster.tenants.byId(this.tenantId);
  }

  use(database: string): Result {
    const tenant = this.tenant;
    if (tenant?.mode === "ORACLE" || !DATABASES.includes(database.toLowerCase())) {
      throw errors.unknownDatabase(database);
    }
    this.database = database.toLowerCase();
    return OK;
  }

  /** Runs one statement. In an Oracle-mode tenant its errors have that mode's numbers. */
  execute(sql: string): Result {
    try {
      return this.run(sql);
    } catch (error) {
      throw error instanceof ServerError ? this.asSeen(error) : error;
    }
  }

  /**
   * An error as this session gets it.
   *
   * @param isForwarded its text came from another server as it was
   */
  asSeen(error: ServerError, isForwarded = false): ServerError {
    return this.isOracle ? asOracleError(error, isForwarded) : error;
  }

  private run(sql: string): Result {
    const tenant = this.tenant;
    if (tenant === undefined) throw errors.unknownTenant(String(this.tenantId));
    this.cluster.settle();
    const text = sql.replace(/^\s*(\/\*.*?\*\/\s*)*/s, "");
    // Of a comment alone there is nothing to be done, but it is a statement; of nothing at all it is not.
    if (/^[\s;]*$/.test(sql)) throw errors.emptyQuery();
    if (text === "" || /^(#|--\s)[^\n]*$/.test(text)) return OK;
    const verb = /^[A-Za-z]+/.exec(text)?.[0].toUpperCase();
    switch (verb) {
      case "SELECT":
        return select(text, {
          catalog: this.cluster.catalog,
          version: this.cluster.version,
          leaders: this.cluster.leaders,
          session: {
            tenantId: tenant.id,
            tenant: tenant.name,
            user: `${this.user.name}@%`,
            database: this.database,
            connectionId: this.connectionId,
          },
          mode: tenant.mode,
          inSys: tenant.id === SYS_TENANT_ID,
          backupViews: this.cluster.flavor.backupViews,
          readsViews: this.user.readsViews ?? true,
          variables: this.variables(tenant),
        });
      case "ALTER":
      case "CREATE":
      case "DROP":
        this.cluster.control(text, { tenant, user: this.user });
        return OK;
      case "SHOW":
        return show(text, this.cluster, tenant, this.user, this.variables(tenant));
      case "USE":
        return this.use(
          text
            .slice(3)
            .replace(/;\s*$/, "")
            .trim()
            .replace(/^`(.*)`$/s, "$1"),
        );
      case "KILL":
        return this.kill(text, tenant);
      case "SET":
        setVariables(text, tenant.mode, this.variables(tenant), (name, value) => this.set(name, value));
        return OK;
      case "COMMIT":
      case "ROLLBACK":
      case "BEGIN":
        return OK;
      default:
        throw errors.syntax(text);
    }
  }

  private kill(sql: string, tenant: Tenant): Result {
    const reader = new TokenReader(sql, tenant.mode);
    reader.expect("KILL");
    const what = reader.accept("QUERY") ? "query" : "session";
    reader.accept("CONNECTION");
    const id = reader.integer();
    reader.end();
    if (!this.peers.kill(id, what)) throw errors.unknownThread(id);
    return OK;
  }

  private set(name: string, value: string): void {
    if (name !== "ob_query_timeout") return;
    if (!/^\d+$/.test(value)) throw errors.wrongVariableType(name);
    this.queryTimeoutUs = Number(value);
  }

  /** How long this statement may take, in microseconds: a hint counts more than the variable. */
  timeLimitUs(sql: string): number {
    const hint = /\/\*\+[^*]*\bquery_timeout\s*\(\s*(\d+)\s*\)/i.exec(sql);
    return hint === null ? this.queryTimeoutUs : Number(hint[1]);
  }

  private variables(tenant: Tenant): Record<string, string> {
    return variablesOf(this.cluster.flavor, tenant.mode, this.queryTimeoutUs);
  }
}
