import { given } from "../../given";
import { identify } from "../../oceanbase/cluster/cluster";
import type { Session } from "../../oceanbase/connection/session";
import type { TenantSelection } from "../../oceanbase/statements";
import type { LoginInputs } from "../connection";
import { LOGIN } from "../connectionInputs";
import type { Context } from "../context";
import { checkInputs, type InputTable, problemsText } from "../inputTable";
import { withSession } from "../sessions";
import { tenantsProblems } from "../tenantsInput";
import {
  type Aliases,
  aliasesIn,
  anonymous,
  hidden,
  withoutNames,
  withoutPaths,
  withServerNames,
} from "./anonymous";
import { attempt } from "./attempt";
import { adviceFor, problemsIn } from "./conclusions";
import { examine } from "./examination";
import type { Findings } from "./findings";

/** Which cluster is looked at, and for which tenants. */
export interface DoctorInputs extends LoginInputs {
  tenants?: readonly string[] | "all";
}

const DOCTOR: InputTable<DoctorInputs> = {
  ...LOGIN,
  tenants: { check: (_, inputs) => tenantsProblems(inputs) },
};

/**
 * Looks at all that this package needs of a cluster, and at what it would do there. Only reads. What is missing is among
 * the findings; fails when the inputs are wrong and when there is no login.
 *
 * @param options `anonymous`: whether names are replaced by aliases
 */
export async function doctor(
  inputs: DoctorInputs,
  context: Context,
  options: { anonymous: boolean },
): Promise<Findings> {
  const problems = checkInputs(DOCTOR, inputs, context);
  if (problems.length > 0) throw new Error(problemsText(problems));
  const aliases = options.anonymous ? aliasesIn(inputs) : undefined;
  try {
    return await withSession(inputs, context, (session) => look(session, inputs.tenants ?? "own", aliases));
  } catch (error) {
    throw withoutNames(error, aliases);
  }
}

async function look(
  session: Session,
  asked: TenantSelection,
  loginAliases: Aliases | undefined,
): Promise<Findings> {
  const { handshake } = session;
  const login = { address: hidden(session.address, loginAliases), ...given({ handshake }) };
  const { value: found, problem } = await attempt(() => identify(session));
  if (found === undefined) return { ...login, problems: [hidden(problem, loginAliases)], advice: [] };
  const aliases = loginAliases && withServerNames(loginAliases, found.server);
  const cluster = aliases === undefined ? found : anonymous(found, aliases);
  const aliased = (names: readonly string[]) => names.map((name) => aliases?.get(name) ?? name);
  const selection: TenantSelection = Array.isArray(asked) ? aliased(asked) : asked;
  const { failures, ...findings } = await examine(cluster, selection);
  return {
    ...login,
    cluster: aliases === undefined ? findings : withoutPaths(findings, aliases),
    problems: [...problemsIn(findings), ...failures],
    advice: adviceFor(findings),
  };
}
