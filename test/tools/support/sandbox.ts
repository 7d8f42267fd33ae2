import { afterEach, beforeEach, expect, inject } from "vitest";
import type { Login } from "../../../provider/oceanbase/connection/login.ts";
import { Command } from "../../../provider/resources/command.ts";
import type { Context } from "../../../provider/resources/context.ts";
import type { LoginCredentials, Sandbox, SandboxOptions } from "../../../sdk/sandbox/sandbox.ts";
import { startSandbox } from "../../../sdk/sandbox/sandbox.ts";
import { DEFAULT_VERSION, featuresOf, type VersionName } from "../../../sdk/sandbox/versions.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The version that a project plays; undefined: the sandbox's default. */
    oceanBase: VersionName | undefined;
  }
}

/** The version that the tests of this project run on. */
export const PLAYED: VersionName = inject("oceanBase") ?? DEFAULT_VERSION;

/** What it does. */
export const FEATURES = featuresOf(PLAYED);

/** How many rounds a backup thread makes in a second. */
const ROUNDS_PER_SECOND = 10;

/** Starts a sandbox that is so fast that a round of a backup thread takes 0.1 s. @default of the version that is played */
export function startFast(options: SandboxOptions = {}): Promise<Sandbox> {
  const { version = PLAYED } = options;
  return startSandbox({
    version,
    speed: ROUNDS_PER_SECOND * featuresOf(version).backupThreadIdleSeconds,
    // A backup that is not cancelled has to outlast its test.
    timing: { backupSeconds: 1_000_000 },
    ...options,
  });
}

/** Ids of the sandbox's user tenants. */
export const MYSQL_TENANT = 1002;
export const ORACLE_TENANT = 1004;

/** Gives every test of a file a sandbox of its own. */
export function useSandbox(options: SandboxOptions = {}): () => Sandbox {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startFast(options);
  });
  afterEach(() => sandbox.stop());
  return () => sandbox;
}

/** Lets something happen on the cluster just before the next statement that matches. */
export function justBefore(sandbox: Sandbox, match: RegExp, happens: () => void): void {
  sandbox.faults.inject({ match, act: { kind: "just before", happens } });
}

/** Lets the server go away just before the next statement that matches. */
export function stopBefore(sandbox: Sandbox, match: RegExp): void {
  justBefore(sandbox, match, () => void sandbox.stop());
}

/** Waits until the backup jobs that are not over, oldest first, have these statuses. */
export async function untilJobs(sandbox: Sandbox, ...statuses: string[]): Promise<void> {
  const live = () => sandbox.rows("SELECT status FROM oceanbase.__all_backup_job ORDER BY job_id");
  await expect.poll(live).toEqual(statuses.map((status) => ({ status })));
}

/** The login of one of the sandbox's users, as the provider takes it. */
export function loginOf(
  sandbox: Sandbox,
  credentials: LoginCredentials,
  changes: Partial<Login> = {},
): Login {
  return {
    endpoints: [{ host: "127.0.0.1", port: sandbox.port }],
    user: credentials.user,
    tenant: credentials.tenant,
    password: credentials.password,
    connectTimeoutSeconds: 5,
    ...changes,
  };
}

/** Connection inputs for the sandbox, as the SDK writes them. */
export function connectionTo(sandbox: Sandbox, credentials: LoginCredentials) {
  return {
    host: "127.0.0.1",
    port: sandbox.port,
    tenant: credentials.tenant,
    user: credentials.user,
    connectTimeoutSeconds: 5,
  };
}

/** A context that keeps what it is told. */
export function recordingContext(overrides: Partial<Context> = {}): Context & {
  warnings: string[];
  status: string[];
  lines: string[];
} {
  const warnings: string[] = [];
  const status: string[] = [];
  const lines: string[] = [];
  return {
    command: new Command(),
    env: {},
    config: () => undefined,
    preview: false,
    progress: (text) => status.push(text),
    inform: (text) => lines.push(text),
    warn: (text) => warnings.push(text),
    warnings,
    status,
    lines,
    ...overrides,
  };
}
