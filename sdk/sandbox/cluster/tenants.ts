import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../clock.ts";
import type { Mode } from "../sql/tokens.ts";
import { errors } from "./errors.ts";

export const SYS_TENANT_ID = 1;

export interface User {
  name: string;
  password: string;
  /** Whether the user may run ALTER SYSTEM statements. */
  alterSystem: boolean;
}

export interface Tenant {
  id: number;
  name: string;
  type: "SYS" | "USER" | "META";
  mode: Mode;
  /** NORMAL, CREATING, RESTORE, DROPPING. Statements skip a tenant that is not NORMAL. */
  status: string;
  locked: boolean;
  /** Whether its log archive runs; a data backup needs it. */
  archiving: boolean;
  users: User[];
}

interface TenantRow {
  tenant_id: number;
  tenant_name: string;
  tenant_type: Tenant["type"];
  compatibility_mode: Mode;
  status: string;
  locked: "YES" | "NO";
  log_mode: "ARCHIVELOG" | "NOARCHIVELOG";
}

/** The tenants of the cluster: one sys tenant, and for every user tenant its meta tenant beside it. */
export class Tenants {
  private readonly users = new Map<number, User[]>();
  private readonly db: DatabaseSync;
  private readonly clock: Clock;
  private nextId = 1002;

  constructor(db: DatabaseSync, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  all(): Tenant[] {
    const rows = this.db.prepare("SELECT * FROM oceanbase.__all_tenant ORDER BY tenant_id").all();
    return rows.map((row) => this.fromRow(row as unknown as TenantRow));
  }

  userTenants(): Tenant[] {
    return this.all().filter((tenant) => tenant.type === "USER");
  }

  /** Names are compared byte for byte, as on the server: `T1` and `t1` are two tenants. */
  byName(name: string): Tenant | undefined {
    const row = this.db.prepare("SELECT * FROM oceanbase.__all_tenant WHERE tenant_name = ?").get(name);
    return row && this.fromRow(row as unknown as TenantRow);
  }

  byId(id: number): Tenant | undefined {
    const row = this.db.prepare("SELECT * FROM oceanbase.__all_tenant WHERE tenant_id = ?").get(id);
    return row && this.fromRow(row as unknown as TenantRow);
  }

  private fromRow(row: TenantRow): Tenant {
    return {
      id: row.tenant_id,
      name: row.tenant_name,
      type: row.tenant_type,
      mode: row.compatibility_mode,
      status: row.status,
      locked: row.locked === "YES",
      archiving: row.log_mode === "ARCHIVELOG",
      users: this.users.get(row.tenant_id) ?? [],
    };
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
    this.db
      .prepare(
        "INSERT INTO oceanbase.__all_tenant (tenant_id, tenant_name, tenant_type, create_ts, compatibility_mode) VALUES (?, ?, ?, ?, ?)",
      )
      .run(id, name, type, Math.round(this.clock.now() * 1000), mode);
    this.users.set(id, users);
  }

  remove(tenant: Tenant): void {
    this.db
      .prepare("DELETE FROM oceanbase.__all_tenant WHERE tenant_id IN (?, ?)")
      .run(tenant.id, tenant.id - 1);
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

  private update(name: string, column: "locked" | "status" | "log_mode", value: string): void {
    const result = this.db
      .prepare(`UPDATE oceanbase.__all_tenant SET ${column} = ? WHERE tenant_name = ?`)
      .run(value, name);
    if (result.changes !== 1) throw errors.unknownTenant(name);
  }

  /** Changes the password of one login; sessions that are open stay open. */
  setPassword(tenantName: string, user: string, password: string): void {
    const found = this.byName(tenantName)?.users.find((u) => u.name === user);
    if (found === undefined) throw errors.unknownTenant(tenantName);
    found.password = password;
  }
}
