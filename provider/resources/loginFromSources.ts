import { given } from "../given";
import { type Endpoint, type Login, parseEndpoint, type TlsSettings } from "../oceanbase/connection/login";
import {
  type ConnectionInputs,
  DEFAULT_CONNECT_TIMEOUT_SECONDS,
  type LoginInputs,
  type TlsInputs,
} from "./connection";
import { foundPassword, foundTlsKey, type Source } from "./connectionSources";

/**
 * The login of a resource. The password comes from the resource, else from OCEANBASE_PASSWORD, else from the stack's
 * configuration `oceanbase-backup:password`. In this order because refresh and destroy see the environment of the moment,
 * but the configuration of the last `up`.
 */
export function loginOf(inputs: LoginInputs, source: Source): Login {
  const { host, port, user, tenant, cluster, connectTimeoutSeconds, endpoints, tls } = inputs.connection;
  const further = (endpoints ?? []).flatMap((text): Endpoint[] => {
    const endpoint = parseEndpoint(text, port);
    return endpoint === undefined ? [] : [endpoint];
  });
  return {
    endpoints: [{ host, port }, ...further],
    user,
    tenant,
    connectTimeoutSeconds: connectTimeoutSeconds ?? DEFAULT_CONNECT_TIMEOUT_SECONDS,
    ...given({
      cluster,
      password: inputs.password ?? foundPassword(source),
      tls: tlsOf(tls, inputs.tlsKey, source),
    }),
  };
}

function tlsOf(
  tls: ConnectionInputs["tls"],
  givenKey: string | undefined,
  source: Source,
): TlsSettings | undefined {
  if (tls === undefined || tls === false) return undefined;
  const { ca, cert, verifyHostName } = tls === true ? ({} as TlsInputs) : tls;
  const key = givenKey ?? (cert === undefined ? undefined : foundTlsKey(source));
  // Only a plain false switches the check off.
  return { verifyHostName: verifyHostName !== false, ...given({ ca, cert, key }) };
}
