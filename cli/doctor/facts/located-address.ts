/**
 * The address on the internet that `AssetCacheLocatorUtil -j` prints. Its key is known second-hand only: any member
 * directly under `results` whose name speaks of a public address and whose value is one counts.
 *
 * @module
 */
import { isIP } from "node:net";

/** The address; undefined where the answer has none. */
export function locatedAddress(json: string): string | undefined {
  const results = (JSON.parse(json) as { results?: unknown } | null)?.results;
  if (typeof results !== "object" || results === null) return undefined;
  const found = Object.entries(results).find(
    ([key, value]) => /public.*address/i.test(key) && typeof value === "string" && isIP(value) !== 0,
  );
  return found?.[1] as string | undefined;
}
