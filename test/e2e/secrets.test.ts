import { afterEach, expect, test } from "vitest";
import { createCertificate } from "../sandbox/certificates.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { useSandbox } from "../support/sandbox.ts";
import { environmentFor, type Stack } from "../support/stack.ts";
import { programStack, setArgs } from "./program.ts";

const sandbox = useSandbox();
const MARKER = "marker-pa55word";
let stack: Stack | undefined;
afterEach(() => stack?.remove());

/** Everything a password could have got into: what the CLI printed, and the state as it is stored. */
async function everythingSaid(): Promise<string> {
  return `${stack?.output}\n${await stack?.export()}`;
}

/** The marker as it is, and as base64 and escapes would hide it. */
function hidingPlaces(marker: string): string[] {
  return [marker, Buffer.from(marker).toString("base64").replace(/=+$/, ""), encodeURIComponent(marker)];
}

test.each(["argument", "environment", "configuration"] as const)(
  "a password given by %s is never shown and never stored in clear",
  async (way) => {
    sandbox().cluster.tenants.setPassword("sys", "root", MARKER);
    const { OCEANBASE_PASSWORD: _, ...environment } = environmentFor(sandbox());
    const args = { tenants: ["mysql_tenant"], timeoutSeconds: 1 };
    stack = await programStack(
      way === "environment" ? { ...environment, OCEANBASE_PASSWORD: MARKER } : environment,
      args,
    );
    if (way === "argument") await stack.config("password", MARKER, true);
    if (way === "configuration") await stack.config("oceanbase:password", MARKER, true);

    expect((await stack.preview()).code).toBe(0);
    // An interrupted create, an update that goes on with it, one that fails at login, a refused one, a destroy.
    sandbox().startBackup("mysql_tenant");
    sandbox().setStuck("mysql_tenant", true);
    expect((await stack.up()).code).not.toBe(0);
    sandbox().setStuck("mysql_tenant", false);
    expect((await stack.up()).code).toBe(0);
    await setArgs(stack, { ...args, triggers: [1] });
    sandbox().cluster.tenants.setPassword("sys", "root", "another-one");
    expect((await stack.up()).output).toContain("1045");
    sandbox().cluster.tenants.setPassword("sys", "root", MARKER);
    await setArgs(stack, { ...args, tenants: ["nowhere"] });
    expect((await stack.up()).output).toContain("nowhere does not exist");
    await setArgs(stack, { ...args, tenants: [] });
    expect((await stack.preview()).output).toContain("is empty");
    expect((await stack.refresh()).code).toBe(0);
    const said = await everythingSaid();
    expect((await stack.destroy()).code).toBe(0);

    for (const text of [said, await everythingSaid()]) {
      for (const place of hidingPlaces(MARKER)) expect(text).not.toContain(place);
      expect(text).not.toContain("PASSWD-SANDBOX-SECRET");
    }
    // Only as an argument is it in the state at all, and there as a secret.
    const state = said.slice(said.lastIndexOf('"deployment"'));
    expect(state.includes('"password": {')).toBe(way === "argument");
    expect(state).toContain('"host": "127.0.0.1"');
  },
);

test("a password that is an argument can be rotated without a statement", async () => {
  const { OCEANBASE_PASSWORD: password, ...environment } = environmentFor(sandbox());
  stack = await programStack(environment, { tenants: ["mysql_tenant"] });
  await stack.config("password", password as string, true);
  expect((await stack.up()).code).toBe(0);
  sandbox().cluster.tenants.setPassword("sys", "root", MARKER);
  await stack.config("password", MARKER, true);
  const logins = sandbox().log.logins;
  expect(await stack.up()).toMatchObject({ code: 0, output: expect.stringContaining("~ 1 updated") });
  expect(sandbox().log.logins).toBe(logins);
  expect(sandbox().log.cancels).toHaveLength(1);
});

test("the key of a client certificate is never shown and never stored in clear", async () => {
  const certificate = await createCertificate({ dnsNames: ["localhost"] });
  const secure = await startSandbox({ tls: certificate });
  try {
    const { ca, cert, key } = certificate;
    const connection = { host: "localhost", tls: { ca, cert } };
    stack = await programStack(environmentFor(secure), { tenants: ["mysql_tenant"], connection });
    await stack.config("tlsKey", key, true);
    expect((await stack.preview()).code).toBe(0);
    expect((await stack.up()).code).toBe(0);
    expect(await stack.outputs()).toMatchObject({ outcome: "stopped" });
    await setArgs(stack, { tenants: [], connection });
    expect((await stack.up()).output).toContain("is empty");
    expect((await stack.destroy()).code).toBe(0);
    const [, firstLineOfKey = key] = key.split("\n");
    for (const place of hidingPlaces(firstLineOfKey)) expect(await everythingSaid()).not.toContain(place);
    expect(secure.log.cancels).toHaveLength(1);
  } finally {
    await secure.stop();
  }
});
