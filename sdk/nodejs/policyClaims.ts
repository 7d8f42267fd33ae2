import * as pulumi from "@pulumi/pulumi";
import { isLater } from "./connection";
import { onePerRun } from "./programRun";

/** Whose policy, and where, as far as it tells one from another. */
export interface PolicyPlace {
  host: unknown;
  port: unknown;
  /** Only behind an OBProxy. */
  cluster: unknown;
  /** The tenant that the policy is for; in a connection, that of the login. */
  tenant: unknown;
}

/**
 * Which resource of a program has which tenant's policy. Two for the same one would undo each other's changes, and the
 * deletion of one would take the other's policy. Address and cluster, as they are given, tell clusters apart.
 * Fact: policy-name
 */
export class PolicyClaims {
  private readonly owners = new Map<string, string>();

  /** Gives the policy to a resource; fails when another one has it. */
  claim(resourceName: string, { host, port, cluster, tenant }: PolicyPlace): void {
    const place = JSON.stringify([String(host).toLowerCase(), String(port), cluster ?? "", tenant ?? ""]);
    const owner = this.owners.get(place);
    if (owner !== undefined) {
      throw new pulumi.RunError(
        `BackupCleanupPolicy ${resourceName} and BackupCleanupPolicy ${owner} are both for tenant ${tenant} at ${host}:${port}; a tenant has one cleanup policy, so remove one of them`,
      );
    }
    this.owners.set(place, resourceName);
  }
}

/** The claims of the run that is under way. */
export const claimsOfThisRun = onePerRun(() => new PolicyClaims());

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
  const claims = claimsOfThisRun();
  const claim = (named: unknown, login: PolicyPlace) => {
    const target = named ?? login.tenant;
    // The sys tenant has no policy; the check says so.
    if (target !== "sys") claims.claim(resourceName, { ...login, tenant: target });
  };
  const login = isLater(connection) ? undefined : placeOf(connection as Record<string, unknown>);
  if (login !== undefined && ![tenant, ...Object.values(login)].some(isLater)) {
    claim(tenant, login);
    return tenant;
  }
  const laterLogin = pulumi.output(
    login ?? (connection as pulumi.Output<Record<string, unknown>>).apply(placeOf),
  );
  // A secret elsewhere in the connection does not make the tenant's name one.
  return pulumi.all([tenant, pulumi.unsecret(laterLogin)]).apply(([named, known]) => {
    claim(named, known as PolicyPlace);
    // When it turns out to be undefined, it was not given.
    return named as string;
  });
}

/** Nothing else of a connection has to be known. */
function placeOf({ host, port, cluster, tenant }: Record<string, unknown>): PolicyPlace {
  return { host, port, cluster, tenant };
}
