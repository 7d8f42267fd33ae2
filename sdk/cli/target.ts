import { type LoginInputs, SYS_TENANT } from "../../provider/resources/connection";
import type { Io } from "./command";
import { LOGIN, loginOf, namesIn, type Options, type OwnOptions } from "./options";

/*
 * Where a command looks, and for which tenants.
 */

/** The options that say where to look and which tenants are meant. */
export const TARGET: OwnOptions = { ...LOGIN, tenants: "<all | name,name>" };

/** The login with its password: from the environment, else a person is asked for it. */
export async function loginWithPassword(options: Options, io: Io): Promise<LoginInputs> {
  const login = loginOf(options, io.env);
  const { host, user, tenant } = login.connection;
  if (!host) throw new Error("no host is given: use --host, or set OCEANBASE_HOST");
  const { env, askForSecret } = io;
  // An empty password is one, too: a new cluster's root has it.
  if (env.OCEANBASE_PASSWORD !== undefined || askForSecret === undefined) return login;
  const password = await askForSecret(`Password of ${user}@${tenant} at ${host}: `);
  return password === "" ? login : { ...login, password };
}

/** The tenants that are meant: those that are named, else all of them from sys, and the own one elsewhere. */
export function tenantsIn(
  { texts }: Options,
  { connection }: LoginInputs,
): { tenants?: readonly string[] | "all" } {
  const { tenants } = texts;
  if (tenants === "all") return { tenants };
  if (tenants !== undefined) return { tenants: namesIn(tenants) };
  return connection.tenant === SYS_TENANT ? { tenants: "all" } : {};
}
