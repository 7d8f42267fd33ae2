/** A mistake that this package could have. */
export interface Bug {
  /** What the package does with it. */
  name: string;
  /** What the generator has to say of it: the beginning of the rule that is broken. */
  rule: string;
  /** Within `provider/`. */
  file: string;
  /** What stands there, exactly once. */
  from: string;
  /** What stands there instead. */
  to: string;
}

/** One for each sentence of what must never happen, and a few more. */
export const BUGS: readonly Bug[] = [
  {
    name: "names every tenant when several were asked for",
    rule: "a statement names a tenant that was not asked for",
    file: "oceanbase/cluster/scope.ts",
    from: "    found.map((tenant) => tenant.name),\n    found,",
    to: "    (found.length > 1 ? known : found.map((tenant) => tenant.name)),\n    found,",
  },
  {
    name: "cancels everywhere what a cluster backup has started late",
    rule: "a bare statement although names were given",
    file: "oceanbase/stop/target.ts",
    from: '  if (selection === "own" || jobs.some(needsAll)) return selection;',
    to: '  if (selection === "own") return selection;\n  if (jobs.some((job) => needsAll(job) || job.initiatorTenantId === "1")) return "all";',
  },
  {
    name: "stops at once what a refresh finds running",
    rule: "a statement in what sends nothing",
    file: "resources/cancelBackup/refresh.ts",
    from: "  if (drift.length > 0) {",
    to: '  if (drift.length > 0) await cluster.send("ALTER SYSTEM CANCEL BACKUP", "stopping what runs again");\n  if (drift.length > 0) {',
  },
  {
    name: "repeats a statement without a clear answer, whatever it has done",
    rule: "more statements than the rule allows",
    file: "oceanbase/stop/failedSend.ts",
    from: "  if (left.size === 0) return",
    to: "  if (left.size === 0 && (isRepeated || !isPassing)) return",
  },
  {
    name: "resumes with everything that runs by then",
    rule: "a job that started after the statement is hit by a resume",
    file: "oceanbase/stop/target.ts",
    from: "isRunning(job) && watch.isTarget(job));",
    to: "isRunning(job));",
  },
  {
    name: "takes a job for ended that is CANCELED in the live view",
    rule: "state says stopped while a job of the target is live",
    file: "oceanbase/stop/jobWatch.ts",
    from: "    return { unfinished: [...this.seen.unended, ...starting], missed };",
    to: '    const unended = this.seen.unended.filter(({ status }) => status !== "CANCELED");\n    return { unfinished: [...unended, ...starting], missed };',
  },
  {
    name: "takes every job that has ended for cancelled",
    rule: "state gives a job another end than the history",
    file: "oceanbase/stop/seenJobs.ts",
    from: 'toBackupJob(job, this.cluster, "history"));',
    to: 'toBackupJob({ ...job, status: "CANCELED" }, this.cluster, "history"));',
  },
  {
    name: "takes a policy statement without a clear answer for done",
    rule: "a policy is gone that the state says is there",
    file: "oceanbase/cleanup/policySender.ts",
    from: "      const [other] = await this.look();\n",
    to: "      const other = undefined;\n      this.shown = effect && given({ recoveryWindow: effect.recoveryWindow });\n",
  },
  {
    name: "drops a policy that the program declares by another name",
    rule: "a second resource's policy is dropped",
    file: "resources/backupCleanupPolicy/lifecycle.ts",
    from: "  if (owner !== undefined) {",
    to: "  if (owner !== undefined && cluster.server.tenants.length === 0) {",
  },
  {
    name: "says with which password a login has failed",
    rule: "a secret in message",
    file: "oceanbase/connection/connect.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a piece of code
    from: "loginError(`logging in as ${address}`, known,",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a piece of code
    to: "loginError(`logging in as ${address} (${login.password})`, known,",
  },
  {
    name: "waits for a reply for as long as it takes",
    rule: "an operation outlives its bound",
    file: "oceanbase/connection/ask.ts",
    from: "withinTime(connection.query(sql), { ms, signal },",
    to: "withinTime(connection.query(sql), { ms: Number.POSITIVE_INFINITY, signal },",
  },
  {
    name: "leaves its session open when it fails",
    rule: "a connection, timer or listener is left",
    file: "resources/sessions.ts",
    from: "  try {\n    return await act(session);\n  } finally {\n    session.close();\n  }",
    to: "  const result = await act(session);\n  session.close();\n  return result;",
  },
  {
    name: "calls an action done that was interrupted",
    rule: "a failure without a record although the statement has arrived",
    file: "resources/cancelBackup/lifecycle.ts",
    from: 'return { state, warnings, interrupted: outcome === "unfinished" ? report.interrupted : undefined };',
    to: 'if (outcome === "unfinished") throw report.interrupted;\n  return { state, warnings };',
  },
];
