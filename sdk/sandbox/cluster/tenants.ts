import type { Clock } from "../clock.ts";
import type { Mode } from "../sql/tokens.ts";
import type { PasswordMethod } from "../versions.ts";
import { type Database, micros } from "./database.ts";
import { errors } from "./errors.ts";

/** Id of the sys tenant, on every cluster. */
export const SYS_TENANT_ID = 1;

/** An account of a tenant. */
export interface User {
  name: string;
  password: string;
  /** Whether the user may run ALTER SYSTEM statements. */
  alterSystem: boolean;
  /** Whether the user may read the backup views; default true. */
  readsViews?: boolean;
  /** How the user logs in; default mysql_native_password. */
  method?: PasswordMethod;
}

/** What a tenant's log archive is doing. A data backup needs it DOING. */
export type LogArchiveStatus = "DOING" | "INTERRUPTED" | "SUSPEND" | "STOP";

/** A tenant of the cluster, as it is at this moment. */
export interface Tenant {
  id: number;
  name: string;
  type: "SYS" | "USER" | "META";
  mode: Mode;
  /** NORMAL, CREATING, CREATING_STANDBY, RESTORE, DROPPING. Statements pass over a tenant that is not NORMAL. */
  status: string;
  /** A tenant in the recycle bin keeps its STATUS. */
  inRecycleBin: boolean;
  /** Whether it restores from a remote place, with its STATUS still NORMAL. */
  restoresRemotely: boolean;
  locked: boolean;
  /** Whether its log archive is DOING; a data backup needs it. */
  archiving: boolean;
  users: User[];
}

/** The tenants of the cluster: one sys tenant, and for every user tenant its meta tenant beside it. */
export class Tenants {
  private readonly users = new Map<number, User[]>();
  private readonly database: Database;
  private readonly clock: Clock;
  private nextId = 1002;

  constructor(database: Database, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  /** All of them in the schema's order: sys first, each meta tenant before its user tenant. */
  all(): Tenant[] {
    return this.where("1 ORDER BY tenant_id");
  }

  userTenants(): Tenant[] {
    return this.where("tenant_type = 'USER' ORDER BY tenant_id");
  }

  /** Names are compared byte for byte, as on the server: `T1` and `t1` are two tenants. */
  byName(name: string): Tenant | undefined {
    return this.where("tenant_name = ?", name)[0];
  }

  byId(id: number): Tenant | undefined {
    return this.where("tenant_id = ?", id)[0];
  }

  private where(condition: string, ...values: (string | number)[]): Tenant[] {
    const rows = this.database.all(`SELECT * FROM oceanbase.__all_tenant WHERE ${condition}`, ...values);
    return rows.map((row) => ({
      id: Number(row.tenant_id),
      name: String(row.tenant_name),
      type: row.tenant_type as Tenant["type"],
      mode: row.compatibility_mode as Mode,
      status: String(row.status),
      inRecycleBin: row.in_recyclebin === "YES",
      restoresRemotely: row.restore_data_mode === "REMOTE",
      locked: row.locked === "YES",
      archiving: row.log_mode === "ARCHIVELOG" && row.archive_status === "DOING",
      users: this.users.get(Number(row.tenant_id)) ?? [],
    }));
  }

  createSys(users: User[]): void {
    this.insert(SYS_TENANT_ID, "sys", "SYS", "MYSQL", users);
  }

  /** User tenants get even ids from 1002 on; the odd id below belongs to the meta tenant. */
  create(name: string, mode: Mode, users: User[]): Tenant {
    if (this.byName(name) !== undefined) throw errors.tenantExists(name);
    const id = this.nextId;
    this.nextId += 2;
    this.insert(id - 1, `META$${id}`, "META", "MYSQL", []);
    this.insert(id, name, "USER", mode, users);
    return this.byId(id) as Tenant;
  }

  private insert(id: number, name: string, type: Tenant["type"], mode: Mode, users: User[]): void {
    this.database.insert("__all_tenant", {
      tenant_id: id,
      tenant_name: name,
      tenant_type: type,
      create_ts: micros(this.clock.now()),
      compatibility_mode: mode,
    });
    this.users.set(id, users);
  }

  remove(tenant: Tenant): void {
    this.database.run(
      "DELETE FROM oceanbase.__all_tenant WHERE tenant_id IN (?, ?)",
      tenant.id,
      tenant.id - 1,
    );
    this.users.delete(tenant.id);
  }

  /** The id stays, and with it everything that belongs to the tenant. */
  rename(name: string, newName: string): void {
    if (this.byName(newName) !== undefined) throw errors.tenantExists(newName);
    this.update(name, "tenant_name", newName);
  }

  setLocked(name: string, locked: boolean): void {
    this.update(name, "locked", locked ? "YES" : "NO");
  }

  setStatus(name: string, status: string): void {
    this.update(name, "status", status);
  }

  setLogMode(name: string, logMode: "ARCHIVELOG" | "NOARCHIVELOG"): void {
    this.update(name, "log_mode", logMode);
  }

  setLogArchiveStatus(name: string, status: LogArchiveStatus): void {
    this.update(name, "archive_status", status);
  }

  setInRecycleBin(name: string, inRecycleBin: boolean): void {
    this.update(name, "in_recyclebin", inRecycleBin ? "YES" : "NO");
  }

  setRestoreDataMode(name: string, mode: "NORMAL" | "REMOTE"): void {
    this.update(name, "restore_data_mode", mode);
  }

  private update(name: string, column: string, value: string): void {
    const changes = this.database.run(
      `UPDATE oceanbase.__all_tenant SET ${column} = ? WHERE tenant_name = ?`,
      value,
      name,
    );
    if (changes !== 1) throw errors.unknownTenant(name);
  }

  /** Changes the password of one login; sessions that are open stay open. */
  setPassword(tenantName: string, userName: string, password: string): void {
    this.user(tenantName, userName).password = password;
  }

  /** One account of a tenant. */
  user(tenantName: string, userName: string): User {
    const found = this.byName(tenantName)?.users.find((user) => user.name === userName);
    if (found === undefined) throw errors.unknownTenant(tenantName);
    return found;
  }
}
