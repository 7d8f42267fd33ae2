import dns, { type LookupOptions } from "node:dns";

type Answer = (error: Error | null, address?: unknown, family?: number) => void;

const DOMAIN = ".faults.test";
const known = new Set<string>();
let lastNumber = 0;

/*
 * The name service of this process, for names under a domain of the tests' own: so that a name can be forgotten while a
 * program that knows it is at work. All other names are looked up as ever.
 */
const ordinaryLookup = dns.lookup as (host: string, options: LookupOptions, answer: Answer) => void;
Object.assign(dns, {
  lookup(host: string, options: LookupOptions | Answer, answer?: Answer) {
    const [asked, reply] = typeof options === "function" ? [{}, options] : [options, answer as Answer];
    if (!host.endsWith(DOMAIN)) return ordinaryLookup(host, asked, reply);
    const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" });
    process.nextTick(() => {
      if (!known.has(host)) reply(error);
      else if (asked.all) reply(null, [{ address: "127.0.0.1", family: 4 }]);
      else reply(null, "127.0.0.1", 4);
    });
  },
});

/** A new name of this machine. */
export function newName(): string {
  lastNumber += 1;
  const name = `server-${lastNumber}${DOMAIN}`;
  known.add(name);
  return name;
}

/** From now on nobody knows the name. */
export function forgetName(name: string): void {
  known.delete(name);
}

/** The name is known again. */
export function restoreName(name: string): void {
  known.add(name);
}
