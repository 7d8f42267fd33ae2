// A run that is meant for a real cluster must not pass on the sandbox because a variable is missing.
if (process.env.OCEANBASE_LIVE_HOST === undefined) {
  console.error(
    "Set OCEANBASE_LIVE_HOST and the other OCEANBASE_LIVE_ variables (see test/contract/subject.ts) to the cluster to check.",
  );
  process.exit(2);
}
