/**
 * What the locator remembers on disk, against what it finds now.
 *
 * @module
 */
import type { Check } from "../check.ts";

export const diskCache: Check = {
  name: "disk-cache",
  title: "Caches remembered",
  finds: ["disk-cache-stale"],
  look({ remembered, located, ports }) {
    if (remembered === undefined) return undefined;
    const known = new Set(located?.map(({ hostPort }) => hostPort));
    const stale = remembered.filter((each) => {
      const asked = ports.find(({ whose, address }) => whose === "remembered" && address === each);
      return !known.has(each) && asked?.http === null;
    });
    const seen = remembered.join(", ") || "none";
    if (stale.length === 0) return { seen, symptoms: [] };
    const symptom = {
      id: "disk-cache-stale",
      level: "warn",
      said: `this Mac remembers a cache that is gone: ${stale.join(", ")}`,
      why: "for about an hour, downloads go there first and wait",
      next: "let it look again: AssetCacheLocatorUtil; or remove diskCache.plist of com.apple.AssetCacheLocatorService",
      evidence: `diskCache.plist: ${stale.join(", ")}; found now: ${[...known].join(", ") || "none"}`,
    } as const;
    return { seen, symptoms: [symptom] };
  },
};
