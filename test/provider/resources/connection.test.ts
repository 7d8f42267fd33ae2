import { describe, expect, test } from "vitest";
import type { ConnectionInputs } from "../../../provider/resources/connection.ts";
import { LOGIN } from "../../../provider/resources/connectionInputs.ts";
import { checkInputs } from "../../../provider/resources/inputTable.ts";
import { loginOf } from "../../../provider/resources/loginFromSources.ts";
import { UNKNOWN } from "../../tools/support/pulumiValues.ts";

const connection: ConnectionInputs = {
  host: "db.example",
  port: 2881,
  tenant: "sys",
  user: "root",
  connectTimeoutSeconds: 10,
};
const problems = (changes: object) => checkInputs(LOGIN, { connection: { ...connection, ...changes } });

describe("the password", () => {
  const login = (password?: string, env?: string, config?: string) =>
    loginOf(
      { connection, ...(password === undefined ? {} : { password }) },
      {
        env: { OCEANBASE_PASSWORD: env },
        config: (key) => (key === "oceanbase-backup:password" ? config : undefined),
      },
    ).password;

  test("comes from the resource, else from the environment, else from the configuration", () => {
    expect(login("a", "b", "c")).toBe("a");
    expect(login(undefined, "b", "c")).toBe("b");
    expect(login(undefined, undefined, "c")).toBe("c");
    expect(login()).toBeUndefined();
  });

  test("of an empty environment variable is ignored, and an empty one of the resource is used", () => {
    expect(login(undefined, "", "c")).toBe("c");
    expect(login("", "b")).toBe("");
  });
});

describe("a login", () => {
  const context = { env: {}, config: () => undefined };

  test("has every endpoint, the host first", () => {
    const login = loginOf({ connection: { ...connection, endpoints: ["b:2883", "[::1]:1", "c"] } }, context);
    expect(login.endpoints).toEqual([
      { host: "db.example", port: 2881 },
      { host: "b", port: 2883 },
      { host: "::1", port: 1 },
      { host: "c", port: 2881 },
    ]);
  });

  test("checks the host name over TLS when verifyHostName is null", () => {
    const tls = { verifyHostName: null as unknown as boolean };
    expect(loginOf({ connection: { ...connection, tls } }, context).tls).toEqual({ verifyHostName: true });
  });

  test("checks the host name over TLS unless told not to, and takes the client key from its own place", () => {
    expect(loginOf({ connection }, context).tls).toBeUndefined();
    expect(loginOf({ connection: { ...connection, tls: false } }, context).tls).toBeUndefined();
    expect(loginOf({ connection: { ...connection, tls: true } }, context).tls).toEqual({
      verifyHostName: true,
    });
    const tls = { ca: "CA", cert: "CERT", verifyHostName: false };
    expect(loginOf({ connection: { ...connection, tls }, tlsKey: "KEY" }, context).tls).toEqual({
      ...tls,
      key: "KEY",
    });
  });
});

describe("a connection", () => {
  test("that is right has no problem", () => {
    expect(problems({})).toEqual([]);
    expect(
      problems({ host: "10.0.0.1", cluster: "ob-1", endpoints: ["a:1"], tls: true, host_: undefined }).length,
    ).toBe(2);
    expect(problems({ tls: true })).toEqual([]);
  });

  test("without a host says where one can be given", () => {
    expect(problems({ host: undefined })).toEqual([
      {
        path: "connection.host",
        reason: expect.stringMatching(/connection\.host.*oceanbase-backup:host.*OCEANBASE_HOST/),
      },
    ]);
  });

  test.each([
    ["host", "a b"],
    ["host", "user@db"],
    ["host", "db:2881"],
    ["host", 5],
    ["port", 0],
    ["port", 65536],
    ["port", 28.5],
    ["port", "abc"],
    ["user", ""],
    ["user", "root@sys"],
    ["tenant", "sys#obdemo"],
    ["tenant", "META$1002"],
    ["tenant", "a:b"],
    ["cluster", "a b"],
    ["cluster", "a\u0000b"],
    ["user", "x".repeat(129)],
    ["connectTimeoutSeconds", 0],
    ["connectTimeoutSeconds", 601],
    ["connectTimeoutSeconds", "10"],
    ["endpoints", "db:1"],
    ["endpoints", ["db:0"]],
    ["tls", "yes"],
    ["tls", { ca: "/etc/ca.pem" }],
    ["tls", { verifyHostName: false }],
    ["tls", { ca: "-----BEGIN CERTIFICATE-----", verifyHostName: "no" }],
    ["tls", { verifyHostname: true }],
    ["tls", { key: "-----BEGIN PRIVATE KEY-----" }],
    ["tls", null],
  ])("with %s %j has one problem, at that place", (field, value) => {
    expect(problems({ [field]: value })).toEqual([
      { path: `connection.${field}`, reason: expect.any(String) },
    ]);
  });

  test("to an address over TLS needs an authority of its own", () => {
    expect(problems({ host: "10.0.0.1", tls: true })[0]?.reason).toContain("10.0.0.1");
    expect(problems({ tls: true, endpoints: ["[::1]:2881"] })[0]?.reason).toContain("::1");
    expect(problems({ host: "10.0.0.1", tls: { ca: "-----BEGIN CERTIFICATE-----" } })).toEqual([]);
  });

  test("with a field that nothing reads says which one may have been meant", () => {
    expect(problems({ hots: "db" })).toEqual([
      { path: "connection.hots", reason: "there is no such input; did you mean host?" },
    ]);
    expect(problems({ database: "x" })[0]?.reason).toContain("known are host, port");
  });

  test("that is not known yet is passed over", () => {
    const unknown = Object.fromEntries(Object.keys(connection).map((field) => [field, UNKNOWN]));
    expect(checkInputs(LOGIN, { connection: unknown as never })).toEqual([]);
    expect(problems({ endpoints: ["a:1", UNKNOWN], tls: { ca: UNKNOWN } })).toEqual([]);
    expect(problems({ endpoints: UNKNOWN, tls: true })).toEqual([]);
  });

  test("with endpoints of a wrong kind has that problem, and breaks nothing else", () => {
    const [problem, ...others] = problems({ endpoints: 5, tls: true });
    expect(problem).toEqual({ path: "connection.endpoints", reason: expect.any(String) });
    expect(others).toEqual([]);
  });
});
