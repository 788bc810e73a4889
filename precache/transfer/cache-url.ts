/**
 * The address under which a cache serves a file of Apple's:
 * `http://cache:port<path>?[original query&]source=<origin host>[&sourceScheme=https]`.
 *
 * The original query stays, because the cache makes the origin's address of what is left without these two; without
 * `sourceScheme` the origin is asked over http. Seen in the wild since 2015 (`source`) and 2020 (`sourceScheme`).
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";

/**
 * An address that has only one way to be written, so that there is nothing to take apart and put together again: no
 * port, no dot segment, no character that would be escaped. Nearly all of Apple's are of this form, and thousands come.
 */
const PLAIN =
  /^http(s?):\/\/((?![^/]*xn--)(?:[a-z0-9][a-z0-9-]*\.)*[a-z][a-z0-9-]*)(\/(?:(?!\.|%2[eE])[A-Za-z0-9_.~!$&()*+,;=:@%-]+(?:\/|$))*)$/;

/**
 * Where to ask a cache for an asset.
 * @param cacheUrl `http://host:port` of the cache.
 * @throws LarderError `ASSET_URL` when the asset's address is not http or https.
 */
export function cacheUrl(cacheUrl: string, assetUrl: string): string {
  const plain = PLAIN.exec(assetUrl);
  if (plain !== null) {
    return `${originOf(cacheUrl)}${plain[3]}?source=${plain[2]}${plain[1] === "" ? "" : "&sourceScheme=https"}`;
  }
  const asset = parse(assetUrl);
  const query = asset.search === "" || asset.search === "?" ? "" : `${asset.search.slice(1)}&`;
  const scheme = asset.protocol === "https:" ? "&sourceScheme=https" : "";
  return `${originOf(cacheUrl)}${asset.pathname}?${query}source=${asset.host}${scheme}`;
}

let last = { cacheUrl: "", origin: "" };

/** A run asks one cache thousands of times: its address is taken apart once. */
function originOf(cacheUrl: string): string {
  if (last.cacheUrl !== cacheUrl) last = { cacheUrl, origin: new URL(cacheUrl).origin };
  return last.origin;
}

function parse(assetUrl: string): URL {
  const url = URL.canParse(assetUrl) ? new URL(assetUrl) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new LarderError(`Cannot ask a cache for "${assetUrl}": it is not an http or https address`, {
    code: "ASSET_URL",
  });
}
