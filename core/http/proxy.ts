/**
 * Which proxy a request goes through: the usual variables of the environment, or the settings. Pure.
 *
 * `http_proxy` and `https_proxy` by the scheme of the address, then `all_proxy`; lower case wins over upper case; what
 * `no_proxy` names goes straight, and so does this machine itself.
 *
 * @module
 */
import { BlockList, isIP } from "node:net";
import { LarderError } from "../errors.ts";

export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/** A proxy, and what named it. */
export interface ForwardProxy {
  /** With its login, if it has one: not for messages. */
  readonly href: string;
  /** For messages: without a login. */
  readonly place: string;
  /** `https_proxy`, `network.proxy`. */
  readonly from: string;
}

/** What decides about proxies. */
export interface ProxyRules {
  readonly http: ForwardProxy | undefined;
  readonly https: ForwardProxy | undefined;
  /** Hosts that are asked straight. */
  readonly straight: readonly string[];
}

/** An address of the settings, and its key. */
export interface ProxySetting {
  readonly address: string;
  readonly from: string;
}

/**
 * The rules of these settings and this environment; a setting wins over a variable.
 * @throws LarderError `PROXY_INVALID` when an address is not one of a proxy
 */
export function proxyRules(
  environment: ProxyEnvironment,
  setting?: ProxySetting | undefined,
  noProxy?: string | undefined,
): ProxyRules {
  const set = setting === undefined ? undefined : parseProxy(setting.address, setting.from);
  return {
    http: set ?? proxyOfEnvironment(environment, ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]),
    https: set ?? proxyOfEnvironment(environment, ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
    straight: (noProxy ?? environment["no_proxy"] ?? environment["NO_PROXY"] ?? "")
      .split(/[\s,]+/)
      .filter((entry) => entry !== "")
      .map((entry) => entry.toLowerCase()),
  };
}

/** The proxy for an address; undefined when it is asked straight. */
export function proxyFor(url: URL, rules: ProxyRules): ForwardProxy | undefined {
  const proxy = url.protocol === "https:" ? rules.https : rules.http;
  if (proxy === undefined) return undefined;
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, "");
  if (isThisMachine(host)) return undefined;
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return rules.straight.some((entry) => names(entry, host, port)) ? undefined : proxy;
}

function proxyOfEnvironment(environment: ProxyEnvironment, variables: readonly string[]): ForwardProxy | undefined {
  const from = variables.find((name) => (environment[name] ?? "") !== "");
  return from === undefined ? undefined : parseProxy(environment[from] ?? "", from);
}

/** `proxy.example:3128` is short for `http://proxy.example:3128`. */
function parseProxy(address: string, from: string): ForwardProxy {
  const text = address.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw new LarderError(`Cannot use the proxy of ${from}: expected an address such as http://proxy.example:3128`, {
      code: "PROXY_INVALID",
      state: "nothing was sent",
      next: `correct or unset ${from}`,
    });
  }
  return { href: url.href, place: `${url.protocol}//${url.host}`, from };
}

function isThisMachine(host: string): boolean {
  if (host === "localhost" || host.endsWith(".localhost") || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/** Whether an entry of `no_proxy` names a host: `*`, a name or a domain above it, an address, a network, each with or without a port. */
function names(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const withPort = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(entry);
  if (withPort !== null && withPort[3] !== port) return false;
  const name = (withPort?.[1] ?? withPort?.[2] ?? entry).replace(/^\[|\]$/g, "");
  if (name.includes("/")) return isInNetwork(name, host);
  const domain = name.replace(/^\*?\./, "");
  return host === domain || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

function isInNetwork(network: string, host: string): boolean {
  const [address = "", bits = ""] = network.split("/");
  const version = isIP(address);
  if (version === 0 || isIP(host) !== version || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (version === 4 ? 32 : 128)) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return list.check(host, family);
}
