import type { Clock } from "../clock.ts";
import type { Features } from "../versions.ts";
import type { BackupSets } from "./backupSets.ts";
import type { Destinations } from "./destinations.ts";
import type { Ids } from "./ids.ts";
import type { JobTables } from "./jobTables.ts";
import type { Leaders } from "./leaders.ts";
import type { Tenants } from "./tenants.ts";
import type { Timing } from "./timing.ts";

/** What the backup service works with. */
export interface BackupParts {
  clock: Clock;
  version: Features;
  timing: Timing;
  tables: JobTables;
  sets: BackupSets;
  tenants: Tenants;
  destinations: Destinations;
  leaders: Leaders;
  ids: Ids;
}

/** What BACKUP asks for. */
export interface BackupRequest {
  incremental?: boolean;
  plusArchivelog?: boolean;
  /** `TO 'uri'`: another place than the tenant's own destination. */
  path?: string | undefined;
  description?: string;
}
