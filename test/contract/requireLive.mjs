// A run that is meant for a real cluster must not pass on the sandbox, or on nothing, because a variable is missing.
const missing = ["OCEANBASE_LIVE_HOST", "OCEANBASE_LIVE_TENANTS"].filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(
    `Set ${missing.join(" and ")}; test/contract/subjects.ts describes all OCEANBASE_LIVE_ variables.`,
  );
  process.exit(2);
}
