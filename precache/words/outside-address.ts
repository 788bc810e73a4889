/**
 * Which addresses out of somebody else's text are fetched: the one rule for packages, `.dist` files, sizes, redirects,
 * lists and firmware.
 *
 * A catalogue may be forged, a redirect may come from a portal, a list may be a mistake. None of them may make this
 * computer, or the cache, ask for a local file, a service of the inner network, or a host that has nothing to do with
 * Apple. So an address has to be http or https, without user or password, at a host of Apple's on its usual port, or at a
 * host the admin named. Only a text that is a file of this computer itself may name other files.
 *
 * @module
 */
import { BlockList, isIP } from "node:net";

/** Whose addresses are taken. */
export interface AddressRule {
  /** Hosts the admin named, beside Apple's: `mirror.example.org`, `10.0.0.5:8080`, `*.example.org`. */
  readonly hosts: readonly string[];
  /** The text the address was in, where it is a further text to be read and no package; a local one may name files. */
  readonly foundIn?: string;
}

const MAX_LENGTH = 4096;
/** The longest name a name server knows. */
const MAX_HOST = 253;

/** Domains under which Apple serves what devices download. */
const APPLE = /(?:^|\.)(?:apple|cdn-apple|itunes|mzstatic|aaplimg|icloud|icloud-content|apple-cloudkit)\.com$/;

/** Nearly every address there is: nothing to take apart, so a catalogue of thousands is judged quickly. */
const PLAIN = /^https?:\/\/(?!xn--|[^/]*\.xn--)(?:[a-z][a-z0-9-]*\.)+(?:apple|cdn-apple)\.com\/[\w./~+-]*$/;

const INNER_4 = networks(
  "ipv4",
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 198.18.0.0/15 224.0.0.0/3",
);
/** The first and the last three hold an IPv4 address. */
const INNER_6 = networks("ipv6", "::/96 fc00::/7 fe80::/10 fec0::/10 ff00::/8 ::ffff:0:0/96 64:ff9b::/96 2002::/16");

/**
 * Why an address is not fetched, as the end of a sentence: `127.0.0.1 is inside this network`; undefined when it may be.
 * The address is judged exactly as written.
 */
export function addressFault(text: string, rule: AddressRule): string | undefined {
  if (text.length <= MAX_LENGTH && PLAIN.test(text)) return undefined;
  if (rule.foundIn !== undefined && isLocalText(text)) {
    return isLocalText(rule.foundIn) ? undefined : "a text from the network names a file of this computer";
  }
  const url = parseHttp(text);
  if (typeof url === "string") return url;
  return hostFault(url, rule.hosts);
}

/** True for a path or a `file:` address of this computer. */
export function isLocalText(text: string): boolean {
  return /^file:/i.test(text) || !/^[a-z][a-z0-9+.-]*:/i.test(text);
}

/** The hosts of these addresses, as `AddressRule.hosts` wants them; paths and files have none. */
export function hostsOf(addresses: Iterable<string>): string[] {
  const hosts = new Set<string>();
  for (const address of addresses) {
    if (/^https?:\/\//i.test(address) && URL.canParse(address)) hosts.add(new URL(address).host);
  }
  return [...hosts];
}

function parseHttp(text: string): URL | string {
  if (text.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`;
  if (!/^https?:\/\//i.test(text)) return "it is not an http or https address";
  if (/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/u.test(text)) return "it holds a space, a backslash or a control character";
  const url = /^https?:\/\/[^/?#]+\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return "it has no host and path";
  if (url.hostname.length > MAX_HOST) return `its host is longer than ${MAX_HOST} characters`;
  if (url.username !== "" || url.password !== "" || /^[^/]*\/\/[^/]*@/.test(text)) return "it names a user";
  if (text.includes("#")) return "it holds a #";
  // the cache asks the host that `source` names: a second one would be another origin
  if (url.searchParams.has("source") || url.searchParams.has("sourceScheme")) return "its query names a source";
  return url;
}

function hostFault(url: URL, hosts: readonly string[]): string | undefined {
  if (isNamed(url.host, hosts)) return undefined;
  if (isInner(url.hostname)) return `${url.hostname} is inside this network`;
  if (!APPLE.test(url.hostname)) return `${url.hostname} is not a host of Apple's, nor named under precache.hosts`;
  return url.port === "" ? undefined : `${url.host} is not a usual port of Apple's`;
}

function isNamed(host: string, hosts: readonly string[]): boolean {
  return hosts.some((named) => {
    const name = named.toLowerCase();
    return name.startsWith("*.") ? host.endsWith(name.slice(1)) && isIP(host) === 0 : host === name;
  });
}

/** A number of this network or computer, however it is written, or a name that only this network knows. */
function isInner(hostname: string): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(bare);
  if (family !== 0) return family === 6 ? INNER_6.check(bare, "ipv6") : INNER_4.check(bare, "ipv4");
  return !bare.includes(".") || /(?:^|\.)(?:localhost|local|internal|lan|home|intranet|arpa)\.?$/.test(bare);
}

function networks(family: "ipv4" | "ipv6", ranges: string): BlockList {
  const list = new BlockList();
  for (const range of ranges.split(" ")) {
    const [net = "", prefix] = range.split("/");
    list.addSubnet(net, Number(prefix), family);
  }
  return list;
}
