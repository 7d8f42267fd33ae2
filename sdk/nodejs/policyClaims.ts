import * as pulumi from "@pulumi/pulumi";
import { claimPolicy as claim, type PolicyOwner } from "../../provider/resources/backupCleanupPolicy/claims";
import { isLater } from "./connection";
import { onePerRun } from "./programRun";

/** Which resource of the program that is running has which tenant's policy. */
export const claimsOfThisRun = onePerRun(() => new Map<string, string>());

/**
 * Claims the policy: at once, or as soon as its place is known. As long as a preview does not know it, nothing is
 * claimed.
 *
 * @param tenant the tenant that is named; undefined for the one of the login
 * @param connection the complete connection
 * @returns the tenant that is named, or the refusal: so nothing is registered before it is certain
 */
export function claimPolicy(
  resourceName: string,
  tenant: pulumi.Input<string> | undefined,
  connection: pulumi.Input<Record<string, unknown>>,
): pulumi.Input<string> | undefined {
  const claimant = { name: resourceName, claims: claimsOfThisRun() };
  const claimOrRefuse = (named: unknown, login: PolicyOwner) => {
    const problem = claim(claimant, { ...login, tenant: named ?? login.tenant });
    if (problem !== undefined) throw new pulumi.RunError(problem);
  };
  const login = isLater(connection) ? undefined : placeOf(connection as Record<string, unknown>);
  if (login !== undefined && ![tenant, ...Object.values(login)].some(isLater)) {
    claimOrRefuse(tenant, login);
    return tenant;
  }
  const laterLogin = pulumi.output(
    login ?? (connection as pulumi.Output<Record<string, unknown>>).apply(placeOf),
  );
  // A secret elsewhere in the connection does not make the tenant's name one.
  return pulumi.all([tenant, pulumi.unsecret(laterLogin)]).apply(([named, known]) => {
    claimOrRefuse(named, known as PolicyOwner);
    // When it turns out to be undefined, it was not given.
    return named as string;
  });
}

/** Nothing else of a connection has to be known. */
function placeOf({ host, port, cluster, tenant }: Record<string, unknown>): PolicyOwner {
  return { host, port, cluster, tenant };
}
