import { isDeepStrictEqual } from "node:util";
import { CONFIGURABLE, NAMESPACE, type Source } from "../resources/connectionSources";
import { unknownInputs } from "../resources/inputTable";
import { hasSecret, type Properties, plain, Secret } from "./values";

/*
 * The configuration of one provider: of the default one, which is the stack's, or of one that a program makes.
 */

/** What resources complete their connection from, and which of it must stay a secret. */
export interface Configuration extends Source {
  /** Whether a field of the connection was configured as a secret. */
  isSecret(field: string): boolean;
}

/** What Pulumi adds to the configuration of every provider. */
const PULUMI_OWN = ["version", "pluginDownloadURL"];

/** Marks what is a secret, whether or not it was given as one. What a value has to be, each resource's check says. */
export function checkConfiguration(news: Properties): { inputs: Properties; problems: string[] } {
  const known = [...CONFIGURABLE, ...PULUMI_OWN];
  const problems = unknownInputs(news, known, `${NAMESPACE}:`);
  return {
    inputs: Object.fromEntries(
      Object.entries(news).map(([name, value]) => [
        name,
        holdsSecret(name, value) ? new Secret(value) : value,
      ]),
    ),
    problems: problems.map(({ path, reason }) => `${path}: ${reason}`),
  };
}

/** The names whose value is another one. */
export function changedConfiguration(olds: Properties, news: Properties): string[] {
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  return names.filter((name) => !isDeepStrictEqual(plain(olds[name]), plain(news[name])));
}

/**
 * What the resources of a provider complete their connection from.
 *
 * A provider that a program makes has a password of its own, and the environment's is another provider's. For the default
 * provider the environment comes first: `refresh` and `destroy` have the configuration of the last `up`, but the
 * environment of the moment.
 *
 * @param urn the provider's, as far as the engine tells it
 */
export function sourceOf(configuration: Properties, urn: string | undefined): Configuration {
  const texts = new Map(
    Object.entries(plain<Properties>(configuration)).map(([name, value]) => [
      `${NAMESPACE}:${name}`,
      textOf(value),
    ]),
  );
  const isStack = isDefault(urn);
  const hasOwnPassword = !isStack && texts.get(`${NAMESPACE}:password`);
  return {
    env: hasOwnPassword ? { ...process.env, OCEANBASE_PASSWORD: undefined } : process.env,
    config: (key) => texts.get(key),
    ...(isStack ? {} : { placeOf: (key) => `the provider object's ${key.slice(NAMESPACE.length + 1)}` }),
    isSecret: (field) => hasSecret(configuration[field]),
  };
}

/** The engine names the providers that no program has made. */
function isDefault(urn: string | undefined): boolean {
  return urn === undefined || (urn.split("::").at(-1) ?? "").startsWith("default");
}

/** A password is one, and so are the fields of TLS when a client key is among them. */
function holdsSecret(name: string, value: unknown): boolean {
  if (name === "password") return true;
  return name === "tls" && (textOf(plain(value)) ?? "").includes('"key"');
}

/** As the stack's configuration has it: text, and JSON for what is none. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || typeof value === "string") return value ?? undefined;
  return JSON.stringify(value);
}
