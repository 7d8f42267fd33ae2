import { given } from "../../given";
import { policiesText, uncoveredText } from "../../oceanbase/cleanup/cover";
import { type CleanupConditions, readCleanupConditions } from "../../oceanbase/cleanup/removal";
import type { Cluster } from "../../oceanbase/cluster/cluster";
import { readAlterSystem } from "../../oceanbase/cluster/privileges";
import { passedOverText, resolveScope } from "../../oceanbase/cluster/scope";
import { type Server, SYS_TENANT_ID, type Tenant } from "../../oceanbase/cluster/server";
import { readClockAheadSeconds } from "../../oceanbase/cluster/serverTime";
import { checkViews, type ViewCheck } from "../../oceanbase/cluster/viewChecks";
import { type JobSnapshot, readJobSnapshot } from "../../oceanbase/jobs/jobList";
import type { TenantSelection } from "../../oceanbase/statements";
import { statementFor } from "../../oceanbase/stop/stopBackups";
import { targetAt } from "../../oceanbase/stop/target";
import { jobsText } from "../cancelBackup/previewText";
import { serverRecord } from "../sessions";
import { attempt } from "./attempt";
import type { ClusterFindings, TenantFinding } from "./findings";
import { forecastOf } from "./forecasts";
import { versionFacts } from "./versionFacts";

/** What was found out, and why some of it was not. */
export type Examination = ClusterFindings & { failures: readonly string[] };

/** Asks a cluster all that is to be known of it. A part that fails leaves out what depends on it. */
export async function examine(cluster: Cluster, asked: TenantSelection): Promise<Examination> {
  const { server } = cluster;
  const views = await checkViews(cluster);
  const clock = await attempt(() => readClockAheadSeconds(cluster));
  const request = { selection: asked, loginTenant: cluster.loginTenant, ignoreMissing: false };
  const scope = await attempt(() => resolveScope(cluster, request));
  const tenants = [...(scope.value?.tenants ?? []), ...(scope.value?.skipped ?? [])];
  const ids = tenants.map(({ id }) => id);
  const seen = isThere(views, "OB_BACKUP_JOBS")
    ? await attempt(() => readJobSnapshot(cluster, asked === "all" ? undefined : ids))
    : undefined;
  const snapshot = seen?.value;
  const readable = ids.filter((id) => snapshot?.unreadable.has(id) !== true);
  const conditions = readable.length === 0 ? undefined : await readCleanupConditions(cluster, readable);
  const forecast = snapshot && (await attempt(() => forecastFor(snapshot, asked)));
  return {
    server: serverRecord(server),
    alterSystem: await readAlterSystem(cluster),
    views,
    tenants: tenants.map((tenant) => tenantFinding(tenant, server, conditions?.get(tenant.id))),
    facts: versionFacts(server),
    ...given({ clockAheadSeconds: clock.value, jobs: snapshot && jobsIn(snapshot, ids) }),
    ...forecast?.value,
    failures: [
      ...new Set([clock, scope, seen, forecast].flatMap((tried) => tried?.problem ?? [])),
      ...unreadableTexts(snapshot, tenants),
    ],
  };
}

function isThere(views: readonly ViewCheck[], name: ViewCheck["name"]): boolean {
  const view = views.find((check) => check.name === name);
  return Object.values(view?.columns ?? {}).every((presence) => presence === "there");
}

/** What one CancelBackup for all that was asked for would do. */
function forecastFor(
  snapshot: JobSnapshot,
  asked: TenantSelection,
): Pick<ClusterFindings, "forecast" | "statement"> {
  const { name: loginTenant } = snapshot.server.tenant;
  const target = targetAt(snapshot, { selection: asked, loginTenant, ignoreMissing: false });
  const forecast = jobsText(snapshot, target, { asked, isDeferred: false });
  return { forecast, ...given({ statement: statementFor(target) }) };
}

/** The jobs of these tenants, and the own jobs of cluster backups. */
function jobsIn(snapshot: JobSnapshot, tenantIds: readonly string[]): ClusterFindings["jobs"] {
  const listed = new Set([SYS_TENANT_ID, ...tenantIds]);
  return snapshot.live.filter(({ tenantId }) => listed.has(tenantId)).map((job) => forecastOf(job, snapshot));
}

function tenantFinding(
  tenant: Tenant,
  server: Server,
  conditions: CleanupConditions | undefined,
): TenantFinding {
  const { id: tenantId, name, mode, status, locked, inRecycleBin } = tenant;
  return {
    tenantId,
    tenant: name,
    mode,
    status,
    locked,
    inRecycleBin,
    ...given({
      passedOver: passedOverText(tenant, server),
      policy: conditions && policiesText(conditions),
      uncovered: conditions && uncoveredText(conditions, server),
    }),
  };
}

function unreadableTexts(snapshot: JobSnapshot | undefined, tenants: readonly Tenant[]): readonly string[] {
  const silent = tenants.filter(({ id }) => snapshot?.unreadable.has(id));
  return silent.map(({ name }) => `what runs in ${name} cannot be read: no server leads the tenant`);
}
