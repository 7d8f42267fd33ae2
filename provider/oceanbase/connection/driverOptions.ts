import { isIP, type Socket } from "node:net";
import type { AuthPlugin, ConnectionOptions } from "mysql2";
import { given } from "../../given";
import { type Endpoint, type Login, loginName, type TlsSettings } from "./login";

/**
 * What mysql2 is told: every value as text, one statement at a time, no file, no other login method.
 *
 * @param made what is made for the connection; `cachingSha2` is mysql2's own caching_sha2_password
 */
export function driverOptions(
  login: Login,
  endpoint: Endpoint,
  { socket, timeoutMs, cachingSha2 }: { socket: Socket; timeoutMs: number; cachingSha2: AuthPlugin },
): ConnectionOptions {
  return {
    host: endpoint.host,
    port: endpoint.port,
    stream: socket,
    user: loginName(login),
    // No database: an Oracle-mode tenant has none of that name, and every query names its schema. Fact: no-database
    ...given({
      password: login.password,
      ssl: login.tls === undefined ? undefined : tlsOptions(login.tls, endpoint.host),
    }),
    connectTimeout: timeoutMs,
    charset: "utf8mb4_general_ci",
    multipleStatements: false,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    disableEval: true,
    // Refuses LOCAL INFILE: a server must not be able to ask for a file of this machine. Bit 27, which an Oracle-mode
    // tenant wants of its clients, is among the flags of mysql2 from 3.21 on. Fact: oracle-mode-client
    flags: ["-LOCAL_FILES"],
    authPlugins: authPlugins(login, cachingSha2),
    connectAttributes: { program_name: "pulumi-oceanbase-backup" },
  };
}

function tlsOptions(tls: TlsSettings, host: string): Exclude<ConnectionOptions["ssl"], undefined | string> {
  const { ca, cert, key, verifyHostName } = tls;
  return {
    ...given({ ca, cert, key }),
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    // For an IP address mysql2 compares the certificate with "localhost".
    verifyIdentity: verifyHostName && isIP(host) === 0,
  };
}

/**
 * mysql2 would follow a server that asks for another login method, and some of them hand the password over to any server
 * that asks. Accounts of newer OceanBase versions may log in with caching_sha2_password, whose full form sends the password
 * itself: that is left to mysql2 inside TLS, where the certificate has been checked, and refused elsewhere; the key that a
 * server offers for it without TLS is never taken. Fact: login-methods
 */
function authPlugins({ tls }: Login, cachingSha2: AuthPlugin): NonNullable<ConnectionOptions["authPlugins"]> {
  const foreign =
    "no OceanBase server does, so the password was not sent; check connection.host and connection.port";
  const refusals = {
    sha256_password: foreign,
    mysql_clear_password: foreign,
    ob_sm3_password:
      "no MySQL driver knows it; give the account mysql_native_password or caching_sha2_password",
    ...given({
      caching_sha2_password:
        tls === undefined
          ? "it is safe only inside TLS with a checked certificate, so the password was not sent; set connection.tls, or give the account mysql_native_password"
          : undefined,
    }),
  };
  const refuse = (method: string, why: string) => () => () => {
    throw new Error(`the server asks for the login method ${method}; ${why}`);
  };
  return {
    caching_sha2_password: cachingSha2,
    ...(Object.fromEntries(
      Object.entries(refusals).map(([method, why]) => [method, refuse(method, why)]),
    ) as unknown as NonNullable<ConnectionOptions["authPlugins"]>),
  };
}
