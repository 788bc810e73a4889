/**
 * What the locator remembers on disk: `diskCache.plist`, `cache[0].servers[0].localAddressAndPort`. Its other keys are
 * not publicly documented and not read.
 *
 * @module
 */
import { isHostPort } from "./locator.ts";

/** Where the file lies in the folder that `getconf DARWIN_USER_CACHE_DIR` names. */
export const DISK_CACHE_NAME = "com.apple.AssetCacheLocatorService/diskCache.plist";

const MAX_ENTRIES = 100;

/** `host:port` of every remembered server, first remembered first, each once. */
export function diskCacheServers(plist: unknown): string[] {
  const found = listOf(plist, "cache").flatMap((entry) =>
    listOf(entry, "servers").flatMap((server) => {
      const address = (server as { localAddressAndPort?: unknown } | null)?.localAddressAndPort;
      return typeof address === "string" && isHostPort(address) ? [address] : [];
    }),
  );
  return [...new Set(found)];
}

function listOf(value: unknown, key: string): unknown[] {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return [];
  const list = (value as Record<string, unknown>)[key];
  return Array.isArray(list) ? list.slice(0, MAX_ENTRIES) : [];
}
