import { expect, test } from "vitest";
import { endpointText, loginName, parseEndpoint } from "../../../../provider/oceanbase/connection/login.ts";

test("the login name is user@tenant, and names the cluster only when one is given", () => {
  expect(loginName({ user: "root", tenant: "sys" })).toBe("root@sys");
  expect(loginName({ user: "SYS", tenant: "oracle_tenant", cluster: "obdemo" })).toBe(
    "SYS@oracle_tenant#obdemo",
  );
});

test.each([
  ["db1", { host: "db1", port: 2881 }],
  ["db1:2883", { host: "db1", port: 2883 }],
  ["10.0.0.1:1", { host: "10.0.0.1", port: 1 }],
  ["[::1]:2881", { host: "::1", port: 2881 }],
  ["[fe80::1]", { host: "fe80::1", port: 2881 }],
])("the text %s is an endpoint", (text, endpoint) => {
  expect(parseEndpoint(text, 2881)).toEqual(endpoint);
});

test.each(["", ":2881", "db1:", "db1:0", "db1:65536", "db1:abc", "a b:1", "::1", "db1:1:2", "[]:1"])(
  "the text %j is no endpoint",
  (text) => {
    expect(parseEndpoint(text, 2881)).toBeUndefined();
  },
);

test("an endpoint is written the way it is read", () => {
  for (const text of ["db1:2881", "[::1]:2881"]) {
    expect(endpointText(parseEndpoint(text, 1) ?? { host: "", port: 0 })).toBe(text);
  }
});
