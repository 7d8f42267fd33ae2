import { describe, expect, test } from "vitest";
import { given } from "../../../provider/given.ts";
import { completeLogin } from "../../../provider/resources/completeLogin.ts";
import type { LoginInputs } from "../../../provider/resources/connection.ts";
import { LOGIN } from "../../../provider/resources/connectionInputs.ts";
import { renameAdvice } from "../../../provider/resources/connectionSources.ts";
import { checkInputs } from "../../../provider/resources/inputTable.ts";
import { withSession } from "../../../provider/resources/sessions.ts";
import { connectionTo, recordingContext, useSandbox } from "../../tools/support/sandbox.ts";

/** A stack with this configuration. */
const stackWith = (config: Record<string, string>, env: Record<string, string> = {}) => ({
  env,
  config: (key: string) => config[key],
});
const CA = "-----BEGIN CERTIFICATE-----";
const BY_DEFAULT = { host: "", port: 2881, tenant: "sys", user: "root" };

describe("keys from before the first release", () => {
  test("are to be renamed when nothing else gives their fields", () => {
    const config = {
      "oceanbase:host": "db",
      "oceanbase:port": "2883",
      "oceanbase:endpoints": "a:1",
      "oceanbase:tlsCaFile": "ca.pem",
      "oceanbase:password": "p",
    };
    expect(renameAdvice({ connection: BY_DEFAULT }, stackWith(config))).toBe(
      "rename oceanbase:host to oceanbase-backup:host, oceanbase:port to oceanbase-backup:port, oceanbase:endpoints to oceanbase-backup:endpoints, oceanbase:tlsCaFile to oceanbase-backup:tlsCaFile, oceanbase:password to oceanbase-backup:password in the stack's configuration",
    );
  });

  test("belong to another package when the fields are given otherwise", () => {
    const former = {
      "oceanbase:host": "other",
      "oceanbase:port": "1",
      "oceanbase:tls": "true",
      "oceanbase:tlsCaFile": "ca.pem",
      "oceanbase:password": "other",
    };
    const connection = { ...BY_DEFAULT, host: "db", port: 2883, tls: false };
    const given = { connection, password: "p" };
    expect(renameAdvice(given, stackWith(former))).toBeUndefined();
    const environment = stackWith(former, { OCEANBASE_PASSWORD: "p" });
    expect(renameAdvice({ connection }, environment)).toBeUndefined();
    const renamed = Object.keys(former).map((key) => [key.replace(":", "-backup:"), "x"]);
    const both = stackWith({ ...former, ...Object.fromEntries(renamed) });
    expect(renameAdvice({ connection: BY_DEFAULT }, both)).toBeUndefined();
  });

  test("are named by the check of a missing host", () => {
    const check = (config: Record<string, string>) =>
      checkInputs(LOGIN, { connection: BY_DEFAULT }, stackWith(config));
    expect(check({ "oceanbase:host": "db" })).toEqual([
      {
        path: "connection.host",
        reason:
          "no host is given: rename oceanbase:host to oceanbase-backup:host in the stack's configuration",
      },
    ]);
    expect(check({})).toMatchObject([{ reason: expect.stringContaining("OCEANBASE_HOST") }]);
  });
});

describe("a login that fails", () => {
  const sandbox = useSandbox();
  const logIn = (config: Record<string, string>, env: Record<string, string> = {}, password?: string) => {
    const context = recordingContext(stackWith(config, env));
    const connection = connectionTo(sandbox(), sandbox().logins.sys);
    return withSession(given({ connection, password }), context, async () => {});
  };

  test("names the former key of the password, and not its value", async () => {
    const failure = logIn({ "oceanbase:password": sandbox().logins.sys.password });
    await expect(failure).rejects.toMatchObject({
      kind: "refused",
      errno: 1045,
      message: expect.stringMatching(
        /1045.*; rename oceanbase:password to oceanbase-backup:password in the stack's configuration$/,
      ),
    });
    await expect(failure).rejects.not.toThrow(sandbox().logins.sys.password);
    await expect(logIn({})).rejects.not.toThrow("rename");
  });

  test("says where the password of the refused login comes from, or that none was given", async () => {
    const config = { "oceanbase-backup:password": "configured" };
    const env = { OCEANBASE_PASSWORD: "of the environment" };
    await expect(logIn(config, env, "given")).rejects.toThrow(
      /; the password comes from connection\.password \(in a refresh and a destroy, as it was at the last up\)$/,
    );
    await expect(logIn(config, env)).rejects.toThrow(
      /; the password comes from the environment variable OCEANBASE_PASSWORD$/,
    );
    await expect(logIn(config)).rejects.toThrow(
      /; the password comes from the stack's configuration oceanbase-backup:password \(in a refresh and a destroy, as it was at the last up\)$/,
    );
    await expect(logIn({}, { OCEANBASE_PASSWORD: "" })).rejects.toThrow(
      /; the password is empty, or none was given: set connection\.password, the environment variable OCEANBASE_PASSWORD, or /,
    );
  });

  test("for another reason than the password does not speak of it", async () => {
    sandbox().faults.inject({
      match: /^login root@sys$/,
      act: { kind: "error", errno: 3118, message: "locked" },
    });
    await expect(logIn({}, {}, "given")).rejects.toThrow(/^(?!.*is the one of).*unlock the user$/);
  });
});

describe("a field of the connection", () => {
  /** What the check says of a connection that was completed from here. */
  const problems = (
    config: Record<string, string>,
    env: Record<string, string> = {},
    connection: object = {},
  ) => {
    const source = stackWith({ "oceanbase-backup:host": "db1", ...config }, env);
    const inputs = completeLogin({ connection }, source) as LoginInputs;
    return checkInputs(LOGIN, inputs, source).map(({ path, reason }) => `${path}: ${reason}`);
  };

  test("may be structured configuration, as `config set --path` writes it", () => {
    const endpoints = JSON.stringify(["db2:2881", "db3"]);
    const tls = JSON.stringify({ ca: CA, verifyHostName: false });
    const config = { "oceanbase-backup:endpoints": endpoints, "oceanbase-backup:tls": tls };
    expect(problems(config)).toEqual([]);
    const source = stackWith({ "oceanbase-backup:host": "db1", ...config });
    expect(completeLogin({}, source).connection).toMatchObject({
      endpoints: ["db2:2881", "db3"],
      tls: { ca: CA, verifyHostName: false },
    });
  });

  test.each([
    ["tls", "True", "OCEANBASE_TLS"],
    ["tls", "yes", "OCEANBASE_TLS"],
    ["port", "99999", "OCEANBASE_PORT"],
    ["endpoints", '["a b"]', "OCEANBASE_ENDPOINTS"],
    ["connectTimeoutSeconds", "soon", "OCEANBASE_CONNECT_TIMEOUT_SECONDS"],
    ["user", "root@sys", "OCEANBASE_USER"],
  ])("%s that is refused (%s) says where it was found", (name, text, variable) => {
    const found = expect.stringMatching(
      new RegExp(
        `^connection\\.${name}: must .*\\(found in the stack's configuration oceanbase-backup:${name}\\)$`,
      ),
    );
    expect(problems({ [`oceanbase-backup:${name}`]: text })).toEqual([found]);
    expect(problems({}, { [variable]: text })).toEqual([
      expect.stringContaining(`(found in the environment variable ${variable})`),
    ]);
    expect(problems({}, {}, { [name]: name === "endpoints" ? ["a b"] : text })).toEqual([
      expect.not.stringContaining("found in"),
    ]);
  });

  test("host with brackets is to be written without them, whatever port follows", () => {
    expect(problems({}, {}, { host: "[::1]" })).toEqual([
      "connection.host: must be written without brackets: ::1",
    ]);
    expect(problems({}, {}, { host: "::1" })).toEqual([]);
    expect(problems({}, {}, { host: "[db1]" })[0]).toContain("must be");
    expect(problems({}, {}, { host: "db1:2881" })[0]).toContain("the port has its own field");
  });
});

describe("a password that ends in a line end", () => {
  const sandbox = useSandbox();
  test("is suspected when it is refused, and is not shown", async () => {
    const { sys } = sandbox().logins;
    const inputs = { connection: connectionTo(sandbox(), sys), password: `${sys.password}\n` };
    const failure = await withSession(inputs, recordingContext(), async () => {}).catch(
      (error: Error) => error,
    );
    expect((failure as Error).message).toMatch(
      /; the password ends in a line end, .*: take it away; the password comes from connection\.password /,
    );
    expect((failure as Error).message).not.toContain(sys.password);
  });
});
