/**
 * How requests leave this machine: through which proxy, trusting which certificate authorities. One answer for the whole
 * process, set once from the settings; before that the environment alone decides.
 *
 * @module
 */
import type { Dispatcher } from "undici";
import * as z from "zod";
import { errorText, LarderError } from "../errors.ts";
import { readRegularFile } from "../files.ts";
import { trusting } from "./authorities.ts";
import { type ForwardProxy, type ProxyEnvironment, type ProxyRules, proxyFor, proxyRules } from "./proxy.ts";

const text = z.string().min(1);

/** `network` of the settings. */
export const networkSchema = z.strictObject({
  proxy: text
    .refine((value) => !/\/\/[^/]*@/.test(value), "leave the login out of the address: proxyFile is there for it")
    .optional()
    .describe("proxy to every server but content caches and this machine; default: http_proxy and https_proxy"),
  proxyFile: text
    .optional()
    .describe("file that holds the proxy's address, where it has a login: http://user:password@host:port")
    .meta({ insteadOf: "proxy" }),
  noProxy: text
    .optional()
    .describe("hosts, domains and networks that are asked straight, with commas; default: no_proxy"),
  caFile: text
    .optional()
    .describe("PEM file of certificate authorities to trust beside the system's, on every connection"),
});

export type NetworkOptions = z.output<typeof networkSchema>;

/** The way of one request. */
export interface Way {
  readonly url: string;
  /** A content cache, or something else nearby: never through a proxy. */
  readonly direct?: boolean | undefined;
  /** Authorities trusted on this connection beside those of all. */
  readonly caFile?: string | undefined;
  /** How long the request has; a connection that is not there by then is given up. */
  readonly timeoutMs?: number | undefined;
}

const CONNECT_MS = 10_000;

interface Network {
  readonly rules: () => ProxyRules;
  readonly caFile: string | undefined;
  /** Open connections, by proxy and authorities. */
  readonly dispatchers: Map<string, Promise<Dispatcher>>;
}

let network = networkOf(() => proxyRules(process.env), undefined);

/**
 * Sets the way of all requests from now on.
 * @throws LarderError `PROXY_INVALID` when an address is not one of a proxy, or its file cannot be read
 */
export async function useNetwork(options: NetworkOptions, environment: ProxyEnvironment = process.env): Promise<void> {
  const { proxyFile } = options;
  const address = proxyFile === undefined ? options.proxy : await readProxyFile(proxyFile);
  const from = proxyFile === undefined ? "network.proxy" : "network.proxyFile";
  const rules = proxyRules(environment, address === undefined ? undefined : { address, from }, options.noProxy);
  network = networkOf(() => rules, options.caFile);
}

/**
 * Authorities to trust on connections that are not HTTP, such as to a mail server; undefined: those Node trusts.
 * @throws LarderError `CA_FILE`
 */
export async function trustedAuthorities(): Promise<string[] | undefined> {
  return network.caFile === undefined ? undefined : await trusting([network.caFile]);
}

/** The proxy a request goes through; undefined when it goes straight. */
export function proxyOf({ url, direct }: Way): ForwardProxy | undefined {
  return direct === true || !URL.canParse(url) ? undefined : proxyFor(new URL(url), network.rules());
}

/**
 * Connections for a request; kept open for the next one, which keeps no process alive.
 * @throws LarderError `CA_FILE`, `PROXY_INVALID`
 */
export async function dispatcherFor(way: Way): Promise<Dispatcher> {
  const { dispatchers, caFile } = network;
  const proxy = proxyOf(way);
  const files = [...new Set([caFile, way.caFile])].filter((file) => file !== undefined);
  // one that goes on trying after its request has ended would keep the process alive
  const timeout = Math.min(CONNECT_MS, way.timeoutMs ?? CONNECT_MS);
  const key = JSON.stringify([proxy?.href, timeout, ...files]);
  const open = dispatchers.get(key) ?? openDispatcher(proxy, timeout, files);
  dispatchers.set(key, open);
  // a file that is corrected is read again by the next request
  open.catch(() => dispatchers.delete(key));
  return await open;
}

/** Opens new connections from now on: a certificate was refused, and its authority may be in a file that was corrected since. */
export function forgetConnections(): void {
  network.dispatchers.clear();
}

function networkOf(rules: () => ProxyRules, caFile: string | undefined): Network {
  let known: ProxyRules | undefined;
  const once = (): ProxyRules => {
    known ??= rules();
    return known;
  };
  return { rules: once, caFile, dispatchers: new Map() };
}

async function openDispatcher(
  proxy: ForwardProxy | undefined,
  timeout: number,
  files: readonly string[],
): Promise<Dispatcher> {
  const undici = await import("../undici.ts");
  // said here too: NODE_TLS_REJECT_UNAUTHORIZED=0 takes any certificate
  const checked = { timeout, rejectUnauthorized: true };
  const connect = files.length === 0 ? checked : { ...checked, ca: await trusting(files) };
  if (proxy === undefined) return new undici.Agent({ connect });
  // a tunnel for https alone: proxies refuse one to the ports of http
  return new undici.ProxyAgent({ uri: proxy.href, proxyTunnel: false, requestTls: connect, proxyTls: connect });
}

async function readProxyFile(path: string): Promise<string> {
  try {
    return (await readRegularFile(path, 64 * 1024)).bytes.toString("utf8").trim();
  } catch (error) {
    throw new LarderError(`Cannot read the proxy's address from "${path}": ${errorText(error)}`, {
      code: "PROXY_INVALID",
      state: "nothing was sent",
      next: "create the file, or give this user the right to read it",
      cause: error,
    });
  }
}
