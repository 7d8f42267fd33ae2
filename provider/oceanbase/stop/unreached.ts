import { firstOf } from "../../text";
import type { Tenant } from "../cluster/server";
import { OceanBaseError } from "../errors";
import type { TenantSelection } from "../statements";
import type { AfterFailure } from "./failedSend";

/** A tenant whose backups were to be cancelled, and were not. */
export interface NotCancelledTenant {
  /** Id of the tenant, as text. */
  tenantId: string;
  /** Name of the tenant. */
  tenant: string;
  /** What the server said of it. */
  reason: string;
}

/** Most tenants that fail by themselves before the rest is given up. */
const MAX_SUSPECTS = 5;

/** Most tenants that a message names. */
const MAX_SHOWN = 5;

/** The tenants at which a statement stopped on its way: those still to be named alone, and those for which that failed too. */
export class Unreached {
  /** Named alone once the others are through. */
  private readonly suspects: Tenant[] = [];
  private readonly failures = new Map<Tenant, OceanBaseError>();
  /** Whether a statement has stopped on its way. */
  hasSplit = false;

  /** @returns the tenants to be named instead; undefined when none is left but those to be named alone */
  split(
    { others, suspects }: Pick<Extract<AfterFailure, { do: "split" }>, "others" | "suspects">,
    error: OceanBaseError,
  ): TenantSelection | undefined {
    this.hasSplit = true;
    const mayGoOn = this.suspects.length + this.failures.size < MAX_SUSPECTS;
    const next = mayGoOn ? others : [];
    this.add(mayGoOn ? [] : others, error);
    // All could be cancelled with a locked one among them, but now they have to be named. Fact: locked-unnamed
    this.add([...next, ...suspects].filter(isLocked), error);
    this.suspects.push(...suspects.filter((tenant) => !isLocked(tenant)));
    const names = next.filter((tenant) => !isLocked(tenant)).map(({ name }) => name);
    return names.length === 0 ? undefined : names;
  }

  /** The next tenant that is named alone. */
  nextSuspect(): TenantSelection | undefined {
    const tenant = this.suspects.shift();
    return tenant === undefined ? undefined : [tenant.name];
  }

  /** Nothing is sent any more: neither to these tenants, nor to those that were still to be named alone. */
  giveUp(tenants: readonly Tenant[], error: OceanBaseError): void {
    this.add([...tenants, ...this.suspects.splice(0)], error);
  }

  add(tenants: readonly Tenant[], error: OceanBaseError): void {
    for (const tenant of tenants) this.failures.set(tenant, error);
  }

  get tenants(): readonly NotCancelledTenant[] {
    return [...this.failures].map(([{ id, name }, { message }]) => ({
      tenantId: id,
      tenant: name,
      reason: message,
    }));
  }

  /** The failure of the tenants that were not reached; undefined when every one was. */
  error(at: string): OceanBaseError | undefined {
    const [first] = this.failures.values();
    if (first === undefined) return undefined;
    const names = firstOf(
      [...this.failures.keys()].map(({ name }) => name),
      MAX_SHOWN,
      { noun: "tenants" },
    );
    const details = first.errno === undefined ? {} : { errno: first.errno };
    return new OceanBaseError(
      first.kind,
      `${at}: the backups of ${names} could not be cancelled, those of the other tenants were: ${first.message}`,
      details,
    );
  }
}

function isLocked({ locked }: Tenant): boolean {
  return locked;
}
