/**
 * How a cache is asked for a file, and where a redirection of its answer may lead: only to where the file can be, and
 * through the cache again.
 *
 * @module
 */
import type { Asset, CacheTarget } from "../words/asset.ts";
import { addressFault } from "../words/outside-address.ts";
import { cacheUrl } from "./cache-url.ts";
import type { AssetRequest, Redirect } from "./fetcher.ts";

/** What is asked of a cache for an asset. */
export function throughCache(
  target: CacheTarget,
  asset: Asset,
  hosts: readonly string[],
): Pick<AssetRequest, "url" | "redirect"> {
  return {
    url: cacheUrl(target.url, asset.url),
    redirect: (location) => follow(target, asset, hosts, location),
  };
}

/** A redirection to Apple goes through the cache, one to the cache itself stays; every other one is not followed. */
function follow(target: CacheTarget, asset: Asset, hosts: readonly string[], location: string): ReturnType<Redirect> {
  if (!URL.canParse(location, asset.url)) return { fault: "its Location is not an address" };
  const to = new URL(location, asset.url);
  const cache = new URL(target.url);
  if (to.host === cache.host && to.protocol === cache.protocol && to.username === "") return { url: to.href };
  const fault = addressFault(to.href, { hosts: [...hosts, new URL(asset.url).host] });
  return fault === undefined ? { url: cacheUrl(target.url, to.href) } : { fault };
}
