/**
 * What is used of undici. It is loaded on first use, so import this file with `import()`.
 *
 * File by file, because its front door loads fetch, web sockets, caches and mocks as well: 730 kB and 6 MB of memory that a
 * collector would keep for good.
 *
 * @module
 */
import type { Dispatcher as AnyDispatcher } from "undici";
import api from "undici/lib/api/index.js";
import util from "undici/lib/core/util.js";
import Agent from "undici/lib/dispatcher/agent.js";
import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import ProxyAgent from "undici/lib/dispatcher/proxy-agent.js";

export { Agent, ProxyAgent };

// as its front door does; a proxy's tunnel needs `connect`
Object.assign(Dispatcher.prototype, api);

type RequestOptions = Omit<AnyDispatcher.RequestOptions, "origin" | "path"> & { readonly dispatcher: AnyDispatcher };

/**
 * Sends a request through a dispatcher.
 * @throws errors of undici: `UND_ERR_…`, and those of the connection.
 */
export async function request(
  address: string | URL,
  { dispatcher, ...options }: RequestOptions,
): Promise<AnyDispatcher.ResponseData> {
  const { origin, pathname, search } = util.parseURL(address);
  return await dispatcher.request({ ...options, origin, path: `${pathname}${search}` });
}
