/**
 * Name servers in the order a system asks them, and its search domains: `scutil --dns` and `resolv.conf`.
 *
 * @module
 */

export interface Resolvers {
  readonly servers: readonly string[];
  readonly domains: readonly string[];
}

const MOST = 20;

/** The first resolver is the one for all names; those further down are for some domains only, or for one interface. */
export function parseScutilDns(text: string): Resolvers {
  const [general = ""] = text.split(/^DNS configuration \(for scoped queries\)/m);
  const first = /^resolver #1$([\s\S]*?)(?=^resolver #\d+$|(?![\s\S]))/m.exec(general)?.[1] ?? "";
  const value = (key: string): string[] =>
    [...first.matchAll(new RegExp(`^\\s*${key}\\s*\\[\\d+\\]\\s*:\\s*(\\S+)`, "gm"))].map(([, found = ""]) => found);
  const domain = /^\s*domain\s*:\s*(\S+)/m.exec(first)?.[1];
  const domains = [...value("search domain"), ...(domain === undefined ? [] : [domain])];
  return { servers: unique(value("nameserver")), domains: unique(domains) };
}

export function parseResolvConf(text: string): Resolvers {
  const words = (key: string): string[] =>
    [...text.matchAll(new RegExp(`^\\s*${key}\\s+(.+)$`, "gm"))].flatMap(([, rest = ""]) => rest.trim().split(/\s+/));
  return { servers: unique(words("nameserver")), domains: unique([...words("search"), ...words("domain")]) };
}

function unique(all: readonly string[]): string[] {
  return [...new Set(all)].slice(0, MOST);
}
