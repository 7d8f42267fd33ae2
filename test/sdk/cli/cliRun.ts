import { runCommand } from "../../../sdk/cli/cli.ts";
import type { Io } from "../../../sdk/cli/command.ts";
import type { LoginCredentials, Sandbox } from "../../../sdk/sandbox/sandbox.ts";

/** What a run of the program has printed, and its exit code. */
export interface CliRun {
  code: number;
  printed: string;
  complaints: string;
}

/** Runs the program in this process. */
export async function runCli(args: readonly string[], io: Partial<Io> = {}): Promise<CliRun> {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await runCommand(args, {
    version: "1.2.3",
    env: {},
    print: (text) => printed.push(text),
    complain: (text) => complaints.push(text),
    askedToEnd: () => Promise.reject(new Error("this command ends by itself")),
    ...io,
  });
  return { code, printed: printed.join("\n"), complaints: complaints.join("\n") };
}

/** The environment in which a command logs in to the sandbox as this user. */
export function environmentOf(
  sandbox: Pick<Sandbox, "port">,
  { user, tenant, password }: LoginCredentials,
): Record<string, string> {
  return {
    OCEANBASE_HOST: "localhost",
    OCEANBASE_PORT: String(sandbox.port),
    OCEANBASE_USER: user,
    OCEANBASE_TENANT: tenant,
    OCEANBASE_PASSWORD: password,
  };
}

/** Runs a command against the sandbox as this user. */
export async function runAgainst(
  sandbox: Sandbox,
  credentials: LoginCredentials,
  ...args: string[]
): Promise<CliRun> {
  return await runCli(args, { env: environmentOf(sandbox, credentials) });
}
