/**
 * The address under which a cache serves a file of Apple's:
 * `http://cache:port<path>?[original query&]source=<origin host>[&sourceScheme=https]`.
 *
 * The original query stays, because the cache makes the origin's address of what is left without these two; without
 * `sourceScheme` the origin is asked over http. Seen in the wild since 2015 (`source`) and 2020 (`sourceScheme`).
 *
 * @module
 */
import { LarderError } from "../core/errors.ts";

/**
 * Scheme, host and path of the common form, which `new URL` would leave as it is: nothing to decode, fold or resolve, no
 * port, no query. Thousands of assets have it, and taking them all apart took about a twentieth of a run's processor time.
 */
const PLAIN = /^(https?):\/\/((?:[0-9a-z]+(?:-[0-9a-z]+)*\.)+[a-z]+)((?:\/[0-9A-Za-z_-][0-9A-Za-z._-]*)+)$/;

/**
 * Where to ask a cache for an asset.
 * @param cacheUrl `http://host:port` of the cache.
 * @throws LarderError `ASSET_URL` when the asset's address is not http or https.
 */
export function cacheUrl(cacheUrl: string, assetUrl: string): string {
  const { scheme, host, path, query } = takeApart(assetUrl);
  const sourceScheme = scheme === "https" ? "&sourceScheme=https" : "";
  return `${originOf(cacheUrl)}${path}?${query}source=${host}${sourceScheme}`;
}

let last = { cacheUrl: "", origin: "" };

/** A run asks one cache thousands of times: its address is taken apart once. */
function originOf(cacheUrl: string): string {
  if (last.cacheUrl !== cacheUrl) last = { cacheUrl, origin: new URL(cacheUrl).origin };
  return last.origin;
}

/** `query` ends with the `&` that what follows it needs. */
function takeApart(assetUrl: string): { scheme: string; host: string; path: string; query: string } {
  const plain = PLAIN.exec(assetUrl);
  if (plain !== null) {
    const [, scheme = "", host = "", path = ""] = plain;
    return { scheme, host, path, query: "" };
  }
  const { protocol, host, pathname: path, search } = parse(assetUrl);
  return { scheme: protocol.slice(0, -1), host, path, query: search.length > 1 ? `${search.slice(1)}&` : "" };
}

function parse(assetUrl: string): URL {
  const url = URL.canParse(assetUrl) ? new URL(assetUrl) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new LarderError(`Cannot ask a cache for "${assetUrl}": it is no http or https address`, { code: "ASSET_URL" });
}
