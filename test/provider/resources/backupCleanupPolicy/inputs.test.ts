import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BACKUP_CLEANUP_POLICY,
  type BackupCleanupPolicyInputs,
  replacingInputs,
} from "../../../../provider/resources/backupCleanupPolicy/inputs.ts";
import { changedInputs, checkInputs } from "../../../../provider/resources/inputTable.ts";
import { UNKNOWN } from "../../../tools/support/pulumiValues.ts";

const connection = { host: "db.example", port: 2881, tenant: "sys", user: "root", connectTimeoutSeconds: 10 };
const right = { connection, tenant: "t1", recoveryWindow: "7d" };
const fromTenant = { connection: { ...connection, tenant: "t1" }, recoveryWindow: "7d" };
/** Inputs as a JavaScript program may give them. */
const problems = (inputs: object) => checkInputs(BACKUP_CLEANUP_POLICY, inputs as BackupCleanupPolicyInputs);
const paths = (inputs: object) => problems(inputs).map((problem) => problem.path);

test("inputs that are right have no problem", () => {
  expect(problems(right)).toEqual([]);
  expect(problems(fromTenant)).toEqual([]);
  expect(
    problems({
      ...right,
      password: "x",
      policyName: "default",
      redundancy: 3,
      backupCopies: 0,
      overwrite: true,
      onUnreachable: "skip",
      __provider: "code",
    }),
  ).toEqual([]);
});

test("everything that is wrong is said at once", () => {
  const inputs = {
    connection: { ...connection, host: "", port: 0 },
    tenant: "META$1002",
    policyName: "Default",
    recoveryWindow: "2w",
    redundancy: 0,
    backupCopies: -1,
    overwrite: "yes",
    onUnreachable: "",
    recoveryWindows: "7d",
  };
  expect(paths(inputs)).toEqual([
    "recoveryWindows",
    "connection.host",
    "connection.port",
    "tenant",
    "policyName",
    "recoveryWindow",
    "redundancy",
    "backupCopies",
    "overwrite",
    "onUnreachable",
  ]);
});

test.each([
  [{ ...right, tenant: undefined }, "tenant", /a login to the sys tenant has to name the tenant/],
  [
    { ...fromTenant, tenant: "t1" },
    "tenant",
    /only the sys tenant can name a tenant; a login to t1 sets its own/,
  ],
  [{ ...right, tenant: "sys" }, "tenant", /"sys" is the sys tenant/],
  [{ ...right, tenant: " " }, "tenant", /is blank/],
  [{ ...right, tenant: "a;b" }, "tenant", /semicolon/],
  [{ ...right, tenant: ["t1"] }, "tenant", /is not text/],
  [{ ...right, policyName: "mine" }, "policyName", /must be "default"/],
  [{ ...right, policyName: "DEFAULT" }, "policyName", /must be "default"/],
  [
    { ...right, recoveryWindow: "010d" },
    "recoveryWindow",
    /"010d" must be a whole number without a leading 0/,
  ],
  [{ ...right, recoveryWindow: "1w" }, "recoveryWindow", /OceanBase has no weeks/],
  [{ ...right, recoveryWindow: "7" }, "recoveryWindow", /directly followed by/],
  [{ ...right, recoveryWindow: 7 }, "recoveryWindow", /7 must be text such as "7d"/],
  [{ ...right, recoveryWindow: "106751992d" }, "recoveryWindow", /longer than 106751991d/],
  [{ ...right, recoveryWindow: "0d" }, "recoveryWindow", /without a leading 0/],
  [{ connection, tenant: "t1" }, "recoveryWindow", /is needed, .* cleans nothing, in any version/],
  [{ connection, tenant: "t1", redundancy: 1 }, "recoveryWindow", /is needed, .* cleans nothing/],
  [{ ...right, redundancy: 1.5 }, "redundancy", /must be a whole number, 1 or more/],
  [{ ...right, redundancy: "2" }, "redundancy", /must be a whole number, 1 or more/],
  [{ ...right, backupCopies: 1e21 }, "backupCopies", /must be a whole number, 0 or more/],
])("%j is refused: %s", (inputs, path, reason) => {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined));
  expect(problems(given)).toEqual([{ path, reason: expect.stringMatching(reason) }]);
});

test("an input that is not known yet has no problem", () => {
  const all = {
    ...right,
    policyName: "default",
    redundancy: 1,
    backupCopies: 1,
    overwrite: true,
    onUnreachable: "fail",
  };
  for (const name of Object.keys(all)) expect(problems({ ...all, [name]: UNKNOWN })).toEqual([]);
  expect(problems({ ...right, connection: { ...connection, tenant: UNKNOWN }, tenant: UNKNOWN })).toEqual([]);
  expect(problems({ connection, tenant: "t1", recoveryWindow: UNKNOWN, redundancy: 2 })).toEqual([]);
  // Whether the login may name a tenant is not known, but what no tenant is called is wrong in any case.
  expect(paths({ ...right, connection: { ...connection, tenant: UNKNOWN }, tenant: "sys" })).toEqual([
    "tenant",
  ]);
});

test("the check returns a list of problems for any inputs", () => {
  const names = [
    "connection",
    "tenant",
    "policyName",
    "recoveryWindow",
    "redundancy",
    "backupCopies",
    "overwrite",
  ];
  // A null does not come this far.
  const anything = fc.anything().filter((value) => value !== null);
  const inputs = fc.dictionary(fc.constantFrom(...names), anything);
  fc.assert(
    fc.property(inputs, (given) => Array.isArray(problems(given))),
    { numRuns: 2000 },
  );
});

describe("a change", () => {
  const changed = (change: object, olds: object = right) =>
    changedInputs(BACKUP_CLEANUP_POLICY, olds as never, { ...olds, ...change } as never).length > 0;

  test.each([
    { recoveryWindow: "8d" },
    { redundancy: 1 },
    { backupCopies: 0 },
    { overwrite: true },
    { onUnreachable: "skip" },
    { password: "new" },
    { tlsKey: "new" },
    { connection: { ...connection, user: "admin" } },
    { recoveryWindow: UNKNOWN },
  ])("to %j is seen", (change) => {
    expect(changed(change)).toBe(true);
  });

  test.each([
    {},
    { recoveryWindow: "168h" },
    { recoveryWindow: "7D" },
    { policyName: "default" },
    { __provider: "b" },
  ])("to %j counts as none", (change) => {
    expect(changed(change)).toBe(false);
  });

  test("of the tenant is another resource, whichever way it is named", () => {
    const asked = (olds: object, news: object) => replacingInputs(olds as never, news as never);
    expect(asked(right, { ...right, tenant: "t2" })).toEqual(["tenant"]);
    expect(asked(right, { ...right, tenant: "T1" })).toEqual(["tenant"]);
    expect(asked(fromTenant, { ...fromTenant, connection: { ...connection, tenant: "t2" } })).toEqual([
      "connection",
    ]);
    expect(asked(right, { ...fromTenant, connection: { ...connection, tenant: "t2" } })).toEqual([
      "tenant",
      "connection",
    ]);
    // From sys or from within: it is the same tenant's policy.
    expect(asked(right, fromTenant)).toEqual([]);
    expect(asked(fromTenant, right)).toEqual([]);
    expect(asked(right, { ...right, tenant: UNKNOWN })).toEqual([]);
    expect(asked(right, { ...right, connection: UNKNOWN })).toEqual([]);
    expect(asked(fromTenant, { ...fromTenant, connection: UNKNOWN })).toEqual([]);
    expect(asked(fromTenant, { ...fromTenant, connection: { ...connection, tenant: UNKNOWN } })).toEqual([]);
    // An address that is not known yet has no part in it.
    expect(asked(right, { ...right, tenant: "t2", connection: { ...connection, host: UNKNOWN } })).toEqual([
      "tenant",
    ]);
  });
});
