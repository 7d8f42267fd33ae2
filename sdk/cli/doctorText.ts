import type { ViewCheck } from "../../provider/oceanbase/cluster/viewChecks";
import type { ClusterFindings, Findings, TenantFinding } from "../../provider/resources/doctor/findings";
import type { JobForecast } from "../../provider/resources/doctor/forecasts";
import { counted } from "../../provider/text";
import { durationText, progressText } from "./jobWords";
import { inCommandLineWords } from "./options";
import { section, tableText } from "./table";

/** What was found, for a person, line by line. */
export function doctorText(findings: Findings): string[] {
  const { address, handshake, cluster, problems, advice } = findings;
  return [
    ...section(
      "Login",
      tableText([
        ["as", address],
        ["method", handshake?.loginMethod ?? "unknown"],
        ["encryption", encryptionText(handshake?.encryption)],
      ]),
    ),
    ...(cluster === undefined ? [] : clusterText(cluster)),
    ...(problems.length === 0
      ? section("Result: all that is needed is there", [])
      : section(
          `Result: ${counted(problems.length, "problem")}`,
          problems.map(inCommandLineWords).map(item),
        )),
    ...(advice.length === 0 ? [] : section("Advice", advice.map(item))),
  ];
}

function encryptionText(encryption: string | undefined): string {
  return encryption === undefined ? "none" : `${encryption}, certificate checked`;
}

function clusterText(cluster: ClusterFindings): string[] {
  const { views, tenants, facts, server } = cluster;
  return [
    ...section("Server", tableText(serverRows(cluster))),
    ...section("Views and the columns that are read", tableText(views.map(viewRow))),
    ...section("Tenants", tenantsTable(tenants)),
    ...section("Running backup jobs", jobsLines(cluster)),
    ...section(`OceanBase ${server.version}`, facts.map(item)),
  ];
}

function serverRows({ server, clockAheadSeconds, alterSystem }: ClusterFindings): string[][] {
  return [
    ["version", `OceanBase ${server.version}`],
    ["tenant", `${server.tenant} (${server.mode})`],
    ["cluster", server.cluster === "" ? "not told" : `${server.cluster} (id ${server.clusterId})`],
    ["clock", clockText(clockAheadSeconds)],
    ["ALTER SYSTEM", alterSystem === "unknown" ? "not known: the grants do not tell" : alterSystem],
  ];
}

function clockText(ahead: number | undefined): string {
  if (ahead === undefined) return "not told";
  return `${Math.abs(ahead)} s ${ahead < 0 ? "behind" : "ahead of"} this machine's`;
}

function viewRow({ view, presence, columns, said }: ViewCheck): string[] {
  const all = Object.entries(columns);
  const others = all.filter(([, found]) => found !== "there").map(([name, found]) => `${name} ${found}`);
  if (presence !== "there") return [view, presence, said ?? ""];
  if (others.length === 0) return [view, "there", `${counted(all.length, "column")}, all there`];
  return [view, "there", `${all.length} columns, but ${others.join(", ")}`];
}

function tenantsTable(tenants: readonly TenantFinding[]): string[] {
  if (tenants.length === 0) return ["none"];
  const header = ["tenant", "id", "mode", "status", "locked", "recycle bin", "cleanup policy", "leftovers"];
  const word = (flag: boolean) => (flag ? "yes" : "no");
  const rows = tenants.map((tenant) => [
    tenant.tenant,
    tenant.tenantId,
    tenant.mode,
    tenant.status,
    word(tenant.locked),
    word(tenant.inRecycleBin),
    tenant.policy ?? "not readable",
    leftoversText(tenant),
  ]);
  return tableText([header, ...rows]);
}

function leftoversText({ policy, uncovered }: TenantFinding): string {
  if (policy === undefined) return "not known";
  return uncovered === undefined ? "removed at the present destination" : `stay: ${uncovered}`;
}

function jobsLines({ jobs, tenants, forecast, statement }: ClusterFindings): string[] {
  if (jobs === undefined) return ["not readable"];
  const isSaid = statement === undefined || (tenants.length === 1 && jobs.length > 0);
  const together = isSaid ? [] : ["CancelBackup for all of these tenants", `  sends ${statement}`];
  const none = jobs.length === 0 && forecast !== undefined ? [forecast] : [];
  return [...jobs.flatMap(jobLines), ...none, ...together];
}

function jobLines(job: JobForecast): string[] {
  const age = job.ageSeconds === undefined ? [] : [`${durationText(job.ageSeconds)} old`];
  const progress = progressText(job);
  const facts = [job.type, ...age, ...(progress === "" ? [] : [progress])].join(", ");
  return [
    `${job.tenant} job ${job.jobId} ${job.status} (${facts})`,
    `  CancelBackup for ${job.isFor} ${job.effect}`,
    ...(job.statement === undefined ? [] : [`  and sends ${job.statement}`]),
  ];
}

function item(text: string): string {
  return `- ${text}`;
}
