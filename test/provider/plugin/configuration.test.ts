import { afterEach, describe, expect, test, vi } from "vitest";
import {
  changedConfiguration,
  checkConfiguration,
  sourceOf,
} from "../../../provider/plugin/configuration.ts";
import { engineAddress } from "../../../provider/plugin/engineAddress.ts";
import { Secret } from "../../../provider/plugin/values.ts";
import {
  connectionDefaults,
  foundPassword,
  foundTlsKey,
  passwordOrigin,
  placeFound,
} from "../../../provider/resources/connectionSources.ts";

afterEach(() => vi.unstubAllEnvs());

const URN = "urn:pulumi:test::project::pulumi:providers:oceanbase-backup::";

describe("a check of the configuration", () => {
  test("finds what no connection has, and passes over what Pulumi adds", () => {
    const news = { hots: "a", version: "0.1.0", pluginDownloadURL: "x", host: "b" };
    expect(checkConfiguration(news).problems).toEqual([
      "oceanbase-backup:hots: there is no such input; did you mean host?",
    ]);
  });

  test("marks a password and a client key, however they are given", () => {
    const { inputs } = checkConfiguration({ password: "p", tls: '{"ca":"c","key":"k"}', host: "h" });
    expect(inputs).toEqual({
      password: new Secret("p"),
      tls: new Secret('{"ca":"c","key":"k"}'),
      host: "h",
    });
    expect(checkConfiguration({ tls: { cert: "c", key: "k" } }).inputs.tls).toBeInstanceOf(Secret);
    expect(checkConfiguration({ tls: '{"ca":"c"}' }).inputs.tls).toBe('{"ca":"c"}');
    expect(checkConfiguration({ tls: true }).inputs.tls).toBe(true);
  });
});

test("another configuration is told by its names, marks aside", () => {
  const olds = { host: "a", port: "1", password: new Secret("p") };
  expect(changedConfiguration(olds, { host: "b", password: "p", user: "u" })).toEqual([
    "host",
    "port",
    "user",
  ]);
});

describe("what a provider's resources complete their connection from", () => {
  test("is its configuration, as text or as what it is", () => {
    const typed = { port: 2883, endpoints: ["a:1", "b:2"], tls: { cert: "c", key: "k" }, cluster: null };
    const source = sourceOf({ host: "h", ...typed }, `${URN}mine`);
    expect(connectionDefaults(source)).toMatchObject({
      host: "h",
      port: 2883,
      endpoints: ["a:1", "b:2"],
      tls: { cert: "c" },
      cluster: undefined,
    });
    expect(foundTlsKey(source)).toBe("k");
    expect(connectionDefaults(sourceOf({ tls: "true", endpoints: "a:1, b:2" }, undefined))).toMatchObject({
      tls: true,
      endpoints: ["a:1", "b:2"],
    });
    expect(connectionDefaults(sourceOf({ tls: "{no JSON", endpoints: "[" }, undefined))).toMatchObject({
      tls: "{no JSON",
      endpoints: "[",
    });
  });

  test("has the password of a provider that a program made before that of the environment", () => {
    vi.stubEnv("OCEANBASE_PASSWORD", "environment");
    const password = (urn: string | undefined, configuration: object = { password: new Secret("own") }) =>
      foundPassword(sourceOf({ ...configuration }, urn));
    expect(password(`${URN}other-cluster`)).toBe("own");
    expect(password(`${URN}other-cluster`, {})).toBe("environment");
    expect(password(`${URN}default`)).toBe("environment");
    expect(password(`${URN}default_0_1_0`)).toBe("environment");
    expect(password(undefined)).toBe("environment");
  });

  test("is named by the provider object that it is of, and as the stack's where a program has made none", () => {
    vi.stubEnv("OCEANBASE_PASSWORD", "");
    const origin = (urn: string, configuration: object = { password: new Secret("own") }) =>
      passwordOrigin(undefined, sourceOf({ ...configuration }, urn));
    expect(origin(`${URN}other-cluster`)).toMatch(/comes from the provider object's password \(/);
    expect(origin(`${URN}default`)).toMatch(
      /comes from the stack's configuration oceanbase-backup:password \(/,
    );
    expect(origin(`${URN}other-cluster`, {})).toMatch(/, or the provider object's password$/);
    const port = placeFound("port", 99_999, sourceOf({ port: "99999" }, `${URN}other-cluster`));
    expect(port).toBe("the provider object's port");
  });
});

test.each([
  [["127.0.0.1:1"], "127.0.0.1:1"],
  [["-v=9", "--logtostderr", "--tracing", "file:/x", "127.0.0.1:1"], "127.0.0.1:1"],
  [["--logflow"], undefined],
  [[], undefined],
])("the engine's address among %j is %s", (args, address) => {
  expect(engineAddress(args)).toBe(address);
});
