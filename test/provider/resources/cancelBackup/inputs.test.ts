import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CANCEL_BACKUP,
  type CancelBackupInputs,
} from "../../../../provider/resources/cancelBackup/inputs.ts";
import { cancelBackup } from "../../../../provider/resources/cancelBackup/lifecycle.ts";
import { changedInputs as changed, checkInputs } from "../../../../provider/resources/inputTable.ts";
import { UNKNOWN } from "../../../tools/support/pulumiValues.ts";

const connection = { host: "db.example", port: 2881, tenant: "sys", user: "root", connectTimeoutSeconds: 10 };
const right = { connection, tenants: ["t1"] };
const fromTenant = { connection: { ...connection, tenant: "t1" } };
/** Inputs as a JavaScript program may give them. */
const problems = (inputs: object) => checkInputs(CANCEL_BACKUP, inputs as CancelBackupInputs);
const changedInputs = (olds: object, news: object) =>
  changed(CANCEL_BACKUP, olds as CancelBackupInputs, news as CancelBackupInputs);
const paths = (inputs: object) => problems(inputs).map((problem) => problem.path);

test("inputs that are right have no problem", () => {
  expect(problems(right)).toEqual([]);
  expect(problems({ ...right, tenants: "all" })).toEqual([]);
  expect(problems(fromTenant)).toEqual([]);
  expect(
    problems({
      ...right,
      password: "x",
      cancelOn: ["create", "delete"],
      triggers: [1, { a: null }],
      timeoutSeconds: 0,
      onTimeout: "warn",
      onUnreachable: "skip",
      reason: "maintenance",
      __provider: "code",
    }),
  ).toEqual([]);
});

test("everything that is wrong is said at once", () => {
  const inputs = {
    connection: { ...connection, host: "", port: 0 },
    tenants: ["sys", "ok", " ", "META$1002"],
    cancelOn: [],
    triggers: "x",
    timeoutSeconds: -1,
    onTimeout: "never",
    onUnreachable: "",
    reason: "x".repeat(1001),
    timeout: 5,
  };
  expect(paths(inputs)).toEqual([
    "timeout",
    "connection.host",
    "connection.port",
    "tenants[0]",
    "tenants[2]",
    "tenants[3]",
    "cancelOn",
    "triggers",
    "timeoutSeconds",
    "onTimeout",
    "onUnreachable",
    "reason",
  ]);
});

describe("tenants", () => {
  test("are required from sys, and never guessed", () => {
    expect(problems({ connection })).toEqual([{ path: "tenants", reason: expect.stringContaining('"all"') }]);
    expect(problems({ connection, tenants: [] })).toEqual([
      { path: "tenants", reason: expect.stringContaining("is empty") },
    ]);
    expect(problems({ connection, tenants: "ALL" })).toEqual([
      { path: "tenants", reason: expect.any(String) },
    ]);
    expect(problems({ connection, tenants: [5, null] }).map((problem) => problem.path)).toEqual([
      "tenants[0]",
      "tenants[1]",
    ]);
  });

  test.each([[["t1"]], ["all"], [[]]])("as %j from a user tenant are refused", (tenants) => {
    expect(problems({ ...fromTenant, tenants })).toEqual([
      { path: "tenants", reason: expect.stringContaining("only the sys tenant can name tenants") },
    ]);
  });

  test("that are wrong are shown cut short, without what a terminal would obey", () => {
    const [problem] = problems({ connection, tenants: [`\u001b[31m\u202e${"x".repeat(500)}`] });
    expect(problem?.reason.length).toBeLessThan(150);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(problem?.reason).not.toMatch(/[\u0000-\u001f\u202e]/);
  });
});

describe("what is not known yet", () => {
  test("is passed over, wherever it stands", () => {
    const unknowns = [
      { ...right, tenants: UNKNOWN },
      { ...right, tenants: ["t1", UNKNOWN] },
      { ...right, connection: UNKNOWN },
      { connection: UNKNOWN },
      { connection: { ...connection, tenant: UNKNOWN } },
      { connection: { ...connection, tenant: UNKNOWN }, tenants: ["t1"] },
      { connection: { ...connection, tenant: "t1" }, tenants: UNKNOWN },
      {
        ...right,
        cancelOn: [UNKNOWN],
        triggers: UNKNOWN,
        timeoutSeconds: UNKNOWN,
        onTimeout: UNKNOWN,
        reason: UNKNOWN,
      },
      { ...right, password: UNKNOWN, tlsKey: UNKNOWN },
    ];
    for (const inputs of unknowns)
      expect({ inputs, problems: problems(inputs) }).toEqual({ inputs, problems: [] });
  });

  test("does not hide what is known to be wrong", () => {
    expect(paths({ connection: { ...connection, host: UNKNOWN }, tenants: [UNKNOWN, "sys"] })).toEqual([
      "tenants[1]",
    ]);
  });
});

describe("the options", () => {
  const check = (changes: object) =>
    cancelBackup.check({ ...right, timeoutSeconds: 15, ...changes } as CancelBackupInputs);

  test.each<[object, string, string]>([
    [{ keepStopped: "yes" }, "keepStopped", "must be true or false"],
    [{ keepStopped: true, cancelOn: ["delete"] }, "keepStopped", 'has no use without "create" in cancelOn'],
    [{ requireRestorePoint: 1 }, "requireRestorePoint", "must be true or false"],
    [{ waitForCleanup: true, timeoutSeconds: 0 }, "waitForCleanup", "requires timeoutSeconds greater than 0"],
    [{ settleSeconds: 5, timeoutSeconds: 0 }, "settleSeconds", "requires timeoutSeconds greater than 0"],
    [{ settleSeconds: 3601 }, "settleSeconds", "from 0 to 3600"],
    [{ onlyOlderThanSeconds: -1 }, "onlyOlderThanSeconds", "must be a number of seconds from 0"],
    [{ onlyTypes: [] }, "onlyTypes", 'must be a list with "full", "incremental"'],
    [{ onlyTypes: ["Full"] }, "onlyTypes", 'must be a list with "full", "incremental"'],
  ])("%j have one problem, at %s", (changes, path, reason) => {
    expect(check(changes)).toEqual([{ path, reason: expect.stringContaining(reason) }]);
  });

  test("have no problem when they are right, or not known yet", () => {
    const options = {
      keepStopped: true,
      requireRestorePoint: false,
      waitForCleanup: true,
      settleSeconds: 60,
      onlyOlderThanSeconds: 0,
      onlyTypes: ["full", "incremental"],
    };
    expect(check(options)).toEqual([]);
    for (const option of Object.keys(options)) expect(check({ [option]: UNKNOWN })).toEqual([]);
  });
});

describe("a client certificate", () => {
  const pem = "-----BEGIN CERTIFICATE-----";

  test("needs its key, and can be read", () => {
    const withKey = (tlsKey?: string) => {
      const tls = { ca: pem, cert: pem };
      return problems({ ...right, connection: { ...connection, tls }, ...(tlsKey ? { tlsKey } : {}) });
    };
    const path = "connection.tls.key";
    expect(withKey()).toEqual([{ path, reason: expect.stringContaining("go together") }]);
    expect(withKey("MARKER")).toEqual([{ path, reason: expect.stringContaining("cannot be read") }]);
    expect(JSON.stringify(withKey("MARKER"))).not.toContain("MARKER");
    expect(withKey(UNKNOWN)).toEqual([]);
  });
});

test("no message ever repeats a password", () => {
  const anything = fc.anything({ withBigInt: false });
  fc.assert(
    fc.property(anything, anything, anything, (tenants, cancelOn, timeoutSeconds) => {
      const inputs = {
        connection,
        tenants,
        cancelOn,
        timeoutSeconds,
        password: ["MARKER"],
        tlsKey: { a: "MARKER" },
      };
      expect(JSON.stringify(problems(inputs))).not.toContain("MARKER");
    }),
  );
});

describe("what has changed", () => {
  test("is named, whatever the kind of input", () => {
    expect(changedInputs(right, right)).toEqual([]);
    expect(changedInputs(right, { ...right, triggers: [{ a: 1 }], password: "new" })).toEqual([
      "password",
      "triggers",
    ]);
    expect(changedInputs({ ...right, triggers: [{ a: 1 }] }, { ...right, triggers: [{ a: 1 }] })).toEqual([]);
    expect(changedInputs(right, { ...right, connection: { ...connection, port: 1 } })).toEqual([
      "connection",
    ]);
    expect(changedInputs(right, { connection })).toEqual(["tenants"]);
    expect(changedInputs(right, { ...right, triggers: [] })).toEqual([]);
  });

  test("does not count the order of tenants, or a name given twice", () => {
    expect(changedInputs({ ...right, tenants: ["a", "b"] }, { ...right, tenants: ["b", "a", "b"] })).toEqual(
      [],
    );
    expect(changedInputs({ ...right, tenants: ["a", "b"] }, { ...right, tenants: ["a"] })).toEqual([
      "tenants",
    ]);
    expect(changedInputs({ ...right, tenants: ["all"] }, { ...right, tenants: "all" })).toEqual(["tenants"]);
  });
});
