import type { ListedJob } from "../../provider/oceanbase/jobs/jobList";
import { getBackupJobs } from "../../provider/resources/getBackupJobs";
import type { CliCommand } from "./command";
import { contextOf, EXIT } from "./command";
import { durationText, progressText, tenantText } from "./jobWords";
import { tableText } from "./table";
import { loginWithPassword, TARGET, tenantsIn } from "./target";

/** Lists backup jobs. */
export const jobs: CliCommand = {
  about: "list the backup jobs of tenants; with --history those that have ended, too",
  options: { ...TARGET, history: "flag", json: "flag" },
  async run(options, io) {
    const inputs = await loginWithPassword(options, io);
    let isComplete = true;
    const warn = (text: string) => {
      isComplete = false;
      io.complain(text);
    };
    const listed = await getBackupJobs(
      { ...inputs, ...tenantsIn(options, inputs), history: options.has("history") },
      { ...contextOf(io), warn },
    );
    io.print(options.has("json") ? JSON.stringify(listed, undefined, 2) : jobsTable(listed));
    return isComplete ? EXIT.allWell : EXIT.somethingMissing;
  },
};

function jobsTable(listed: readonly ListedJob[]): string {
  if (listed.length === 0) return "no backup job";
  const header = ["tenant", "job", "type", "status", "started", "duration", "ended", "progress"];
  const rows = listed.map((job) => [
    tenantText(job),
    job.jobId,
    job.type,
    job.status,
    job.startedAt,
    durationText(job.ageSeconds),
    job.endedAt ?? "",
    progressText(job),
  ]);
  return tableText([header, ...rows]).join("\n");
}
