import type { AlterSystem } from "../../oceanbase/cluster/privileges";
import type { ViewCheck } from "../../oceanbase/cluster/viewChecks";
import type { Handshake } from "../../oceanbase/connection/handshake";
import type { ServerRecord } from "../sessions";
import type { JobForecast } from "./forecasts";

/** What was found out of a cluster without changing anything there. */
export interface Findings {
  /** Who has logged in where: `root@sys at db1:2881`. */
  address: string;
  /** How the login was made safe. */
  handshake?: Handshake;
  /** What answers; absent when it is not an OceanBase with tenant-level backups. */
  cluster?: ClusterFindings;
  /** What this package needs and has not found. */
  problems: readonly string[];
  /** What works and could be better. */
  advice: readonly string[];
}

/** What was found out of an OceanBase cluster. */
export interface ClusterFindings {
  server: ServerRecord;
  /** By how many seconds the server's clock is ahead of this machine's; absent when it does not tell. */
  clockAheadSeconds?: number;
  /** Whether the user's grants show the privilege that CANCEL BACKUP needs. */
  alterSystem: AlterSystem;
  views: readonly ViewCheck[];
  tenants: readonly TenantFinding[];
  /** What runs; absent when it cannot be read. */
  jobs?: readonly JobForecast[];
  /** What a CancelBackup for the tenants in scope would do as things are, in one line; absent when that cannot be told. */
  forecast?: string;
  /** The statement that it would send, word for word. */
  statement?: string;
  /** What is so in this version. */
  facts: readonly string[];
}

/** A tenant in scope. */
export interface TenantFinding {
  /** Id of the tenant, as text. */
  tenantId: string;
  /** Name of the tenant. */
  tenant: string;
  /** Its compatibility mode. */
  mode: "MYSQL" | "ORACLE";
  /** OceanBase's word; backup statements pass over a tenant that is not NORMAL. */
  status: string;
  locked: boolean;
  inRecycleBin: boolean;
  /** Why backup statements pass it over; absent when they do not. */
  passedOver?: string;
  /** Its cleanup policies: `recovery window 7d`, `none`; absent when they cannot be read. */
  policy?: string;
  /** Why no cleanup removes what a cancelled backup leaves behind; absent when one does, or when it cannot be told. */
  uncovered?: string;
}
