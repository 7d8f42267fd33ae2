import { manualClock } from "../../sdk/sandbox/clock.ts";
import { runStatement } from "../../sdk/sandbox/runStatement.ts";
import { type Sandbox, startSandbox } from "../../sdk/sandbox/sandbox.ts";
import { featuresOf, type VersionName } from "../../sdk/sandbox/versions.ts";

/** What stands behind the `?` of destinations in a scene. No answer may hold it. */
export const ACCESS_KEY = "access-key-of-the-scene";

/** Longest time of a stop when all is well, in seconds, in any version. */
const STOP_SECONDS = 302;

/** How long a backup runs that nothing stops, in seconds. */
const BACKUP_SECONDS = 600;

/**
 * A cluster in which every question of the contract has something to look at, on a clock that stands still: jobs of all
 * kinds, sets that are complete, incomplete and removed, cleanups, and tenants that are locked, in the recycle bin, or
 * without a leader.
 */
export async function makeScene(version: VersionName): Promise<Sandbox> {
  const sandbox = await startSandbox({
    version,
    clock: manualClock(),
    timing: { backupSeconds: BACKUP_SECONDS },
  });
  for (const name of ["busy", "kept", "two_archives", "locked", "binned", "asleep"]) sandbox.addTenant(name);
  for (const name of ["kept", "mysql_tenant", "oracle_tenant"]) {
    complete(sandbox, name);
    stopped(sandbox, name, 5);
  }
  complete(sandbox, "mysql_tenant", true);
  stopped(sandbox, "mysql_tenant", 0);
  completeInCluster(sandbox, "busy");
  withCleanups(sandbox, version);
  stopped(sandbox, "kept", 5);
  const { path } = keyed(sandbox, "kept");
  sandbox.setDataBackupDest("kept", path);
  sandbox.startBackup("busy");
  sandbox.startClusterBackup(["busy"]);
  sandbox.clock.advance(3);
  sandbox.addEndedJobRow("busy");
  sandbox.cluster.tenants.setLocked("locked", true);
  sandbox.setInRecycleBin("binned");
  sandbox.loseLeader("asleep");
  return sandbox;
}

/** The tenant's destination with a key behind it. */
function keyed(sandbox: Sandbox, tenantName: string): { path: string } {
  const sql = "SELECT VALUE FROM oceanbase.DBA_OB_BACKUP_PARAMETER WHERE NAME = 'data_backup_dest'";
  const [row] = runStatement(sandbox, tenantName, sql);
  return { path: `${row?.VALUE}?access_key=${ACCESS_KEY}` };
}

/** A backup that is done. */
function complete(sandbox: Sandbox, tenantName: string, incremental = false): void {
  sandbox.startBackup(tenantName, { incremental });
  sandbox.clock.advance(BACKUP_SECONDS + 3);
}

/** A backup that is cancelled when it has run for so long. */
function stopped(sandbox: Sandbox, tenantName: string, seconds: number): void {
  sandbox.startBackup(tenantName);
  sandbox.clock.advance(seconds);
  runStatement(sandbox, tenantName, "ALTER SYSTEM CANCEL BACKUP");
  sandbox.clock.advance(STOP_SECONDS);
}

/** A backup that sys has started, and that is done. */
function completeInCluster(sandbox: Sandbox, tenantName: string): void {
  sandbox.startClusterBackup([tenantName]);
  sandbox.clock.advance(BACKUP_SECONDS + 2 * STOP_SECONDS);
}

/** Three hours with cleanup policies, in which what was left behind before is removed. */
function withCleanups(sandbox: Sandbox, version: VersionName): void {
  sandbox.setArchiveDests("two_archives", ["file:///archive/1", "file:///archive/2"]);
  for (const name of ["kept", "two_archives"]) sandbox.setPolicy(name, "1h");
  if (featuresOf(version).hasLogOnlyPolicy) {
    sandbox.setDataBackupDest("binned", undefined);
    sandbox.setPolicy("binned", "1h", "log_only");
  }
  sandbox.clock.advance(3 * 3600 + 60);
}
