import mysql from "mysql2/promise";
import { describe, expect, test } from "vitest";
import { manualClock } from "../../../sdk/sandbox/clock.ts";
import { runStatement } from "../../../sdk/sandbox/runStatement.ts";
import { Sandbox, startSandbox } from "../../../sdk/sandbox/sandbox.ts";
import { featuresOf, VERSIONS, type VersionName } from "../../../sdk/sandbox/versions.ts";

const BUILDS: [VersionName, string][] = [
  ["4.0.0", "4.0.0.0"],
  ["4.1.0", "4.1.0.0"],
  ["4.2.1", "4.2.1.0"],
  ["4.2.5", "4.2.5.1"],
  ["4.3.5", "4.3.5.1"],
  ["4.4.2", "4.4.2.3"],
  ["4.5.0", "4.5.0.0"],
  ["4.6.0", "4.6.0.0"],
];

describe.each(BUILDS)("a sandbox that plays %s", (version, build) => {
  test(`says in every way that it is ${build}`, () => {
    const sandbox = new Sandbox({ clock: manualClock(), version });
    expect(
      runStatement(
        sandbox,
        "sys",
        "SELECT OB_VERSION() AS OB, VERSION() AS V, @@version AS V2, @@version_comment AS C",
      ),
    ).toEqual([
      {
        OB: build,
        V: `5.7.25-OceanBase_CE-v${build}`,
        V2: `5.7.25-OceanBase_CE-v${build}`,
        C: expect.stringContaining(`OceanBase_CE ${build} `),
      },
    ]);
    expect(runStatement(sandbox, "oracle_tenant", "SELECT OB_VERSION() AS OB FROM DUAL")).toEqual([
      { OB: build },
    ]);
  });

  test("has a value for everything that differs between versions", () => {
    expect(Object.entries(featuresOf(version)).filter(([, value]) => value === undefined)).toEqual([]);
  });
});

test("the versions that are tested are all that are played", () => {
  expect(BUILDS.map(([version]) => version)).toEqual([...VERSIONS]);
});

test("the greeting of a sandbox names its version", async () => {
  const sandbox = await startSandbox({ version: "4.6.0" });
  const { user, tenant, password } = sandbox.logins.sys;
  const connection = await mysql.createConnection({
    host: "127.0.0.1",
    port: sandbox.port,
    user: `${user}@${tenant}`,
    password,
  });
  const greeting = (connection as unknown as { connection: { _handshakePacket: { serverVersion: string } } })
    .connection._handshakePacket;
  expect(greeting.serverVersion).toBe("5.7.25-OceanBase_CE-v4.6.0.0");
  await connection.end();
  await sandbox.stop();
});

test("a sandbox plays 4.2.5 unless it is asked for another version", () => {
  expect(new Sandbox({ clock: manualClock() }).version).toBe("4.2.5");
});

test("a version that is not played is refused with the list of those that are", () => {
  expect(() => new Sandbox({ version: "4.3.0" as VersionName })).toThrow(
    "version 4.3.0 is not played; these are: 4.0.0, 4.1.0, 4.2.1, 4.2.5, 4.3.5, 4.4.2, 4.5.0, 4.6.0",
  );
});
