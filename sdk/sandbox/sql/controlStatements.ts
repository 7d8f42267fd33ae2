import type { Mode } from "./tokens.ts";
import { TokenReader } from "./tokens.ts";

/** A statement that changes the cluster, as parsed; what it may do is the cluster's to say. */
export type ControlStatement =
  | { kind: "cancelBackup"; tenants: string[] | undefined }
  | { kind: "cancelDeleteBackup"; tenants: string[] | undefined }
  /** The forms of version 3 that still parse in version 4 and are refused by the server that executes them. */
  | { kind: "retired" }
  /** Deleting by hand. */
  | {
      kind: "deleteByHand";
      what: "BACKUPSET" | "BACKUPPIECE" | "OBSOLETE";
      ids: number[];
      tenants: string[] | undefined;
    }
  | { kind: "setDataDestination"; uri: string; tenants: string[] | undefined }
  | {
      kind: "backup";
      tenants: string[] | undefined;
      incremental: boolean;
      plusArchivelog: boolean;
      path: string | undefined;
      description: string;
    }
  | {
      kind: "addDeletePolicy";
      policy: string;
      recoveryWindow: string | undefined;
      redundancy: number | undefined;
      backupCopies: number | undefined;
      tenants: string[] | undefined;
    }
  | { kind: "dropDeletePolicy"; policy: string; tenants: string[] | undefined }
  | { kind: "createTenant"; tenant: string; ifNotExists: boolean; mode: Mode }
  | { kind: "dropTenant"; tenant: string; ifExists: boolean }
  | { kind: "lockTenant"; tenant: string; locked: boolean };

/** Parses ALTER SYSTEM ..., CREATE/DROP/ALTER TENANT; anything else is a syntax error. */
export function parseControlStatement(sql: string, mode: Mode): ControlStatement {
  const reader = new TokenReader(sql, mode);
  if (reader.accept("CREATE", "TENANT")) return createTenant(reader);
  if (reader.accept("DROP", "TENANT")) return dropTenant(reader);
  if (reader.accept("ALTER", "TENANT")) return lockTenant(reader);
  reader.expect("ALTER", "SYSTEM");
  const statement = alterSystem(reader);
  reader.end();
  return statement;
}

function alterSystem(reader: TokenReader): ControlStatement {
  if (reader.accept("CANCEL", "DELETE", "BACKUP")) {
    const tenants = tenantList(reader);
    description(reader);
    return { kind: "cancelDeleteBackup", tenants };
  }
  if (reader.accept("DELETE")) return deleteByHand(reader);
  if (reader.accept("SET", "DATA_BACKUP_DEST", "=")) {
    return { kind: "setDataDestination", uri: reader.string(), tenants: tenantList(reader) };
  }
  if (reader.accept("CANCEL", "ALL", "BACKUP", "FORCE")) return { kind: "retired" };
  if (reader.accept("CANCEL", "BACKUP", "BACKUPSET")) return { kind: "retired" };
  if (reader.accept("CANCEL", "BACKUP", "BACKUPPIECE")) return { kind: "retired" };
  if (reader.accept("CANCEL", "BACKUP")) return { kind: "cancelBackup", tenants: tenantList(reader) };
  if (reader.accept("BACKUP")) return backup(reader);
  if (reader.accept("ADD", "DELETE", "BACKUP", "POLICY")) return addDeletePolicy(reader);
  if (reader.accept("DROP", "DELETE", "BACKUP", "POLICY")) {
    reader.accept("=");
    return { kind: "dropDeletePolicy", policy: reader.string(), tenants: tenantList(reader) };
  }
  return reader.fail();
}

/** BACKUP [INCREMENTAL] [DATABASE | TENANT [=] list] [TO [=] 'uri'] [PLUS ARCHIVELOG] [DESCRIPTION [=] ''] */
function backup(reader: TokenReader): ControlStatement {
  const incremental = reader.accept("INCREMENTAL");
  const tenants = tenantList(reader);
  if (tenants === undefined) reader.accept("DATABASE");
  let path: string | undefined;
  if (reader.accept("TO")) {
    reader.accept("=");
    path = reader.string();
  }
  const plusArchivelog = reader.accept("PLUS", "ARCHIVELOG");
  return { kind: "backup", tenants, incremental, plusArchivelog, path, description: description(reader) };
}

/** DELETE BACKUPSET id, ... | BACKUPPIECE id, ... | OBSOLETE BACKUP: parses in versions that cannot do it as well. */
function deleteByHand(reader: TokenReader): ControlStatement {
  const ids: number[] = [];
  let what: "BACKUPSET" | "BACKUPPIECE" | "OBSOLETE" = "OBSOLETE";
  if (reader.accept("BACKUPSET")) what = "BACKUPSET";
  else if (reader.accept("BACKUPPIECE")) what = "BACKUPPIECE";
  if (what === "OBSOLETE") reader.expect("OBSOLETE", "BACKUP");
  else
    do ids.push(reader.integer());
    while (reader.accept(","));
  const tenants = tenantList(reader);
  description(reader);
  return { kind: "deleteByHand", what, ids, tenants };
}

function description(reader: TokenReader): string {
  if (!reader.accept("DESCRIPTION")) return "";
  reader.accept("=");
  return reader.string();
}

function addDeletePolicy(reader: TokenReader): ControlStatement {
  reader.accept("=");
  const policy = reader.string();
  const option = <T>(word: string, read: () => T): T | undefined => {
    if (!reader.accept(word)) return undefined;
    reader.accept("=");
    return read();
  };
  return {
    kind: "addDeletePolicy",
    policy,
    recoveryWindow: option("RECOVERY_WINDOW", () => reader.string()),
    redundancy: option("REDUNDANCY", () => reader.integer()),
    backupCopies: option("BACKUP_COPIES", () => reader.integer()),
    tenants: tenantList(reader),
  };
}

function tenantList(reader: TokenReader): string[] | undefined {
  if (!reader.accept("TENANT")) return undefined;
  reader.accept("=");
  const names = [reader.name()];
  while (reader.accept(",")) names.push(reader.name());
  return names;
}

/** The options between the name and SET (resource pool, zones, ...) are the cluster's affair; only the mode counts. */
function createTenant(reader: TokenReader): ControlStatement {
  const ifNotExists = reader.accept("IF", "NOT", "EXISTS");
  const tenant = reader.name();
  let mode: Mode = "MYSQL";
  while (reader.peek() !== undefined) {
    if (reader.accept("OB_COMPATIBILITY_MODE", "=")) mode = reader.name().toUpperCase() as Mode;
    else reader.next();
  }
  return { kind: "createTenant", tenant, ifNotExists, mode };
}

function dropTenant(reader: TokenReader): ControlStatement {
  const ifExists = reader.accept("IF", "EXISTS");
  const tenant = reader.name();
  if (!reader.accept("FORCE")) reader.accept("PURGE");
  reader.end();
  return { kind: "dropTenant", tenant, ifExists };
}

function lockTenant(reader: TokenReader): ControlStatement {
  const tenant = reader.name();
  const locked = reader.accept("LOCK");
  if (!locked) reader.expect("UNLOCK");
  reader.end();
  return { kind: "lockTenant", tenant, locked };
}
