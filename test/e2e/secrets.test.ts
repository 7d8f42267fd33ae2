import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createCertificate } from "../../sdk/sandbox/certificates.ts";
import { startSandbox } from "../../sdk/sandbox/sandbox.ts";
import { newProject } from "../tools/support/consumer.ts";
import { FRONTS, type Front, programFor } from "../tools/support/fronts.ts";
import { untilJobs, useSandbox } from "../tools/support/sandbox.ts";
import { findSecrets } from "../tools/support/secretSearch.ts";
import { type CommandResult, environmentFor, Stack } from "../tools/support/stack.ts";
import { programStack, setArgs } from "./program.ts";
import { BROKEN_DRIVER, markerOf, SECRETS_PROGRAM, WAYS, type Way } from "./secretsProgram.ts";

const sandbox = useSandbox();
const MARKER = "marker-pa55word";
let stack: Stack;
afterEach(() => stack?.remove());

/** The ways of a front beside the stack's configuration. The environment comes before it, so the two do not go together. */
const otherWays = (front: Front) =>
  WAYS.filter((way) => way !== "configuration" && (way !== "providerObject" || front === "plugin"));

/** A stack whose resources log in with a marker each, in each of these ways. */
async function secretsStack(front: Front, ways: readonly Way[]): Promise<Stack> {
  for (const way of ways) sandbox().addTenant(`tenant_${way}`);
  setPasswords(ways, markerOf);
  const { OCEANBASE_PASSWORD: _, ...environment } = environmentFor(sandbox());
  const created = await Stack.create(
    newProject("secrets", { "index.js": programFor(front, SECRETS_PROGRAM) }),
    {
      ...environment,
      PLAIN_ARGUMENT: markerOf("plainArgument"),
      BESIDE: markerOf("besideTheConnection"),
      NESTED_OUTPUT: markerOf("nestedOutput"),
      PROVIDER_OBJECT: markerOf("providerObject"),
      ...(ways.includes("environment") ? { OCEANBASE_PASSWORD: markerOf("environment") } : {}),
    },
  );
  await created.config("ways", JSON.stringify(ways));
  if (ways.includes("secretArgument")) {
    await created.config("secretArgument", markerOf("secretArgument"), true);
  }
  if (ways.includes("nestedConfiguration")) {
    await created.must("config", "set", "--path", "nested.user", "user_nestedConfiguration");
    const password = markerOf("nestedConfiguration");
    await created.must("config", "set", "--path", "--secret", "nested.password", password);
  }
  if (ways.includes("configuration")) {
    await created.config("oceanbase-backup:password", markerOf("configuration"), true);
  }
  return created;
}

function setPasswords(ways: readonly Way[], passwordOf: (way: Way) => string): void {
  const { users } = sandbox().tenant("sys");
  for (const way of ways) {
    const name = `user_${way}`;
    if (!users.some((user) => user.name === name)) users.push({ name, password: "", alterSystem: true });
    sandbox().cluster.tenants.setPassword("sys", name, passwordOf(way));
  }
}

/** What a password may have got into: what the CLI printed, the state, the disk, and what the server was sent. */
async function places(): Promise<Record<string, string>> {
  const sent = sandbox().log.entries.map(({ sql }) => sql);
  const said = { output: stack.output, sent: sent.join("\n") };
  stack.output = "";
  sandbox().log.clear();
  const exported = await stack.export();
  stack.output = "";
  return { ...said, exported, disk: stack.onDisk() };
}

/**
 * The resources, by kind and name, that a text was said of: its line names one, or stands in the section of one. The
 * preview has no sections, and what it says of a CancelBackup names the tenant.
 */
function saidOf(output: string, shown: RegExp): Set<string> {
  const named = /:(CancelBackup|BackupCleanupPolicy)(?: resource)? [('"]?(\w+)/;
  const said = new Set<string>();
  let section = "";
  for (const line of output.split("\n")) {
    const [, kind, name] = named.exec(line) ?? [];
    const resource = kind === undefined ? undefined : `${kind} ${name}`;
    if (resource !== undefined && line.endsWith("):")) section = resource;
    const [, tenant] = /\btenant_(\w+)/.exec(line) ?? [];
    if (shown.test(line)) said.add(resource ?? (section || `CancelBackup ${tenant}`));
  }
  return said;
}

async function expectHidden(secrets: readonly string[], course: string): Promise<void> {
  for (const [place, text] of Object.entries(await places())) {
    expect({ course, place, found: findSecrets(text, secrets) }).toEqual({ course, place, found: [] });
  }
}

describe.each(FRONTS)("%s", (front) => {
  test.each([
    ["argument, environment or provider object", otherWays(front)],
    ["configuration", ["configuration"] as const],
  ])(
    "a password given by %s is never shown and never stored in clear",
    async (_, ways) => {
      stack = await secretsStack(front, ways);
      const secrets = [...ways.map(markerOf), "PASSWD-SANDBOX-SECRET"];
      const change = (changes: object) => stack.config("changes", JSON.stringify(changes));
      const up = (environment = {}) =>
        stack.pulumi(["up", "--yes", "--skip-preview", "--continue-on-error"], environment);
      const startBackups = async () => {
        for (const way of ways) sandbox().startBackup(`tenant_${way}`);
        await untilJobs(sandbox(), ...ways.map(() => "DOING"));
      };
      const setStuck = (stuck: boolean) => {
        for (const way of ways) sandbox().setStuck(`tenant_${way}`, stuck);
      };
      /** Each of these resources has met it, and nothing of it has shown a password. */
      const expectCourse = async (
        course: string,
        { output }: CommandResult,
        shown: RegExp,
        resources: readonly string[],
      ) => {
        expect(output).toMatch(shown);
        const excluded = resources.filter((resource) => !saidOf(output, shown).has(resource));
        expect({ course, excluded, output: excluded.length > 0 ? output : "" }).toEqual({
          course,
          excluded: [],
          output: "",
        });
        await expectHidden(secrets, course);
      };
      const cancels = ways.map((way) => `CancelBackup ${way}`);
      const all = [...cancels, ...ways.map((way) => `BackupCleanupPolicy ${way}`)];

      await expectCourse("preview", await stack.preview(), /no backup to cancel runs now/, cancels);
      await change({ tenants: [] });
      for (const way of ways) {
        // The first one ends the command.
        const refused = await stack.pulumi(["preview", "--diff"], { ONLY_WAY: way });
        await expectCourse("check failure", refused, /is empty/, [`CancelBackup ${way}`]);
      }
      await change({});
      setPasswords(ways, () => "another-one");
      await expectCourse("login failure", await up(), /1045/, all);
      setPasswords(ways, markerOf);
      await sandbox().stop();
      await expectCourse("server away", await up(), /ECONNREFUSED|refused the connection/, all);
      await sandbox().start();

      await startBackups();
      setStuck(true);
      await change({ timeoutSeconds: 1 });
      await expectCourse("timeout", await up(), /after 1 s not yet stopped/, cancels);
      setStuck(false);
      await expectCourse("resume", await up(), /updated \(/, cancels);

      await startBackups();
      await change({ triggers: [1] });
      const act = { kind: "error", errno: 1146, message: "no such view" } as const;
      sandbox().faults.inject({ match: /BACKUP_JOB_HISTORY/, times: 1000, act });
      await expectCourse("partial failure", await up(), /no such view.*goes on from here/, cancels);
      sandbox().faults.clear();

      await startBackups();
      await change({ triggers: [2], recoveryWindow: "14d" });
      await expectCourse("success", await up(), /updated \(/, all);
      await expectCourse("refresh", await stack.refresh(), /refreshing \(/, all);

      const preload = join(stack.directory, "brokenDriver.js");
      writeFileSync(preload, BROKEN_DRIVER);
      await change({ triggers: [3], recoveryWindow: "14d" });
      const broken = { NODE_OPTIONS: `--require ${preload}` };
      await expectCourse("crash", await up(broken), /the driver is broken/, cancels);

      await change({ triggers: [4], recoveryWindow: "14d" });
      await startBackups();
      const replaced = await stack.pulumi([
        "up",
        "--yes",
        "--skip-preview",
        "--replace",
        "**CancelBackup::*",
      ]);
      await expectCourse("replace", replaced, /replaced/, cancels);
      await startBackups();
      const destroyed = await stack.destroy();
      expect(sandbox().log.cancels).toHaveLength(ways.length);
      await expectCourse("destroy", destroyed, /deleted \(/, all);
    },
    400_000,
  );

  test("what the engine logs at its most verbose has no password in a line of ours, and none from the environment", async () => {
    const ways = otherWays(front);
    stack = await secretsStack(front, ways);
    const verbose = ["--yes", "--skip-preview", "-v=9", "--logtostderr", "--logflow"];
    let output = "";
    for (const command of ["up", "refresh", "destroy"]) output += await stack.must(command, ...verbose);
    expect(findSecrets(output, [markerOf("environment")])).toEqual([]);
    // Its lines are JSON, or begin with a level and a time; they may follow something else on the same line.
    const ours = output.replace(/(\{"time":"|\b[IWEF]\d{4} \d\d:\d\d:).*$/gm, "");
    expect(ours).toContain("no automatic cleanup policy");
    expect(findSecrets(ours, ways.map(markerOf))).toEqual([]);
  });

  test("a password that is an argument can be rotated without a statement", async () => {
    const { OCEANBASE_PASSWORD: password, ...environment } = environmentFor(sandbox());
    stack = await programStack(environment, { tenants: ["mysql_tenant"] }, front);
    await stack.config("password", password as string, true);
    expect((await stack.up()).code).toBe(0);
    sandbox().cluster.tenants.setPassword("sys", "root", MARKER);
    await stack.config("password", MARKER, true);
    const logins = sandbox().log.logins;
    expect(await stack.up()).toMatchObject({ code: 0, output: expect.stringContaining("~ 1 updated") });
    expect(sandbox().log.logins).toBe(logins);
    expect(sandbox().log.cancels).toHaveLength(1);
  });

  test("a field of the connection that is configured as a secret is never shown and never stored in clear", async () => {
    const user = "user_configuredAsSecret";
    sandbox().tenant("sys").users.push({ name: user, password: "", alterSystem: true });
    sandbox().cluster.tenants.setPassword("sys", user, MARKER);
    const environment = { ...environmentFor(sandbox()), OCEANBASE_PASSWORD: MARKER };
    stack = await programStack(environment, { tenants: ["mysql_tenant"] }, front);
    await stack.config("oceanbase-backup:user", user, true);
    expect((await stack.preview()).code).toBe(0);
    expect((await stack.up()).code).toBe(0);
    expect((await stack.refresh()).code).toBe(0);
    expect(await stack.outputs()).toMatchObject({ outcome: "stopped" });
    expect((await stack.destroy()).code).toBe(0);
    await expectHidden([user], "a secret user");
  });

  test("the key of a client certificate is never shown and never stored in clear", async () => {
    const certificate = createCertificate({ dnsNames: ["localhost"] });
    const secure = await startSandbox({ tls: certificate });
    try {
      const { ca, cert, key } = certificate;
      const connection = { host: "localhost", tls: { ca, cert } };
      stack = await programStack(environmentFor(secure), { tenants: ["mysql_tenant"], connection }, front);
      await stack.config("tlsKey", key, true);
      expect((await stack.preview()).code).toBe(0);
      expect((await stack.up()).code).toBe(0);
      expect(await stack.outputs()).toMatchObject({ outcome: "stopped" });
      await setArgs(stack, { tenants: [], connection });
      expect((await stack.up()).output).toContain("is empty");
      expect((await stack.destroy()).code).toBe(0);
      const [, firstLineOfKey = key] = key.split("\n");
      await expectHidden([firstLineOfKey], "the life of a key");
      expect(secure.log.cancels).toHaveLength(1);
    } finally {
      await secure.stop();
    }
  });
});
