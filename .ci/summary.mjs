import { readFileSync } from "node:fs";

// Usage: node summary.mjs RESULTS-FILE EXIT-CODE-OF-THE-RUNNER
const [file, exitCode] = process.argv.slice(2);
let results = {
  success: false,
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
};
try {
  results = JSON.parse(readFileSync(file, "utf8"));
} catch {
  console.log("the tests did not run to their end: there is no result");
}
const skipped = results.numPendingTests + results.numTodoTests;
if (skipped > 0) console.log(`${skipped} skipped: here every test has to run`);
// A file that cannot even be loaded has no tests to fail.
const broken = results.testResults.filter(
  (suite) => suite.status === "failed" && suite.assertionResults.length === 0,
);
for (const suite of broken) console.log(`could not be run: ${suite.name}`);
const failed = results.numFailedTests + broken.length;
const passed = exitCode === "0" && results.success && results.numPassedTests > 0 && skipped === 0;
console.log(`${results.numPassedTests} passed, ${failed} failed`);
process.exit(passed ? 0 : 1);
