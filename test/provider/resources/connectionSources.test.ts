import { describe, expect, test } from "vitest";
import { withSession } from "../../../provider/resources/cluster.ts";
import { LOGIN } from "../../../provider/resources/connectionInputs.ts";
import { renameAdvice } from "../../../provider/resources/connectionSources.ts";
import { checkInputs } from "../../../provider/resources/inputTable.ts";
import { connectionTo, recordingContext, useSandbox } from "../../tools/support/sandbox.ts";

/** A stack with this configuration. */
const stackWith = (config: Record<string, string>, env: Record<string, string> = {}) => ({
  env,
  config: (key: string) => config[key],
});
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
  const logIn = (config: Record<string, string>) => {
    const context = recordingContext(stackWith(config));
    return withSession(
      { connection: connectionTo(sandbox(), sandbox().logins.sys) },
      context,
      async () => {},
    );
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
});
