import { given, isObject } from "../given";
import { connectionDefaults, type Source, withCaFile } from "./connectionSources";

/** A login as a program writes it: secrets among the readable fields of a connection, and most fields left out. */
export interface GivenLogin {
  connection?: unknown;
  password?: unknown;
  tlsKey?: unknown;
}

type Fields = Record<string, unknown>;

/**
 * The login inputs of a resource, complete: every field that was not given is filled, and the secrets stand beside the
 * connection as inputs of their own. What is not known yet, or no object at all, is left as it is for the check.
 */
export function completeLogin(login: GivenLogin, source: Source): GivenLogin {
  const { connection = {} } = login;
  if (!isObject(connection)) return given(login);
  const { password, ...fields } = connection;
  const defaults: Fields = connectionDefaults(source);
  const names = Object.keys({ ...defaults, ...fields });
  const { tls, ...complete } = Object.fromEntries(
    names.map((name) => [name, fields[name] ?? defaults[name]]),
  );
  const { key, ...readable } = isObject(tls) ? tls : { key: undefined };
  const readableTls = isObject(tls) ? readable : withCaFile(tls, source);
  return given({
    connection: given({ ...complete, tls: readableTls }),
    password: login.password ?? password,
    tlsKey: login.tlsKey ?? key,
  });
}
