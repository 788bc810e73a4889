/**
 * Whether nightly warming would find its cache.
 *
 * @module
 */
import type { Check, Symptom } from "../check.ts";

export const warming: Check = {
  name: "warming",
  title: "Cache to warm",
  finds: ["warming-no-cache", "warming-cache-silent"],
  look({ warming: found }) {
    if (found === undefined || !found.wanted) return undefined;
    const symptoms: Symptom[] = found.silent.map((url) => ({
      id: "warming-cache-silent",
      level: "bad",
      said: `the cache to warm does not answer: ${url}`,
      why: "warming runs fetch nothing, and devices then fetch everything by day",
      next: "see its address and port on it: AssetCacheManagerUtil status; then correct precache.servers",
      evidence: `no HTTP answer from ${url}`,
    }));
    if (found.targets.length === 0 && found.silent.length === 0) {
      symptoms.push({
        id: "warming-no-cache",
        level: "bad",
        said: "no cache to warm is found",
        why: "warming runs fetch nothing, and devices then fetch everything by day",
        next: "name one in precache.servers: http://host:port",
        evidence: found.steps.map(({ way, said }) => `${way}: ${said}`).join("; "),
      });
    }
    return { seen: found.targets.join(", ") || "none", symptoms };
  },
};
