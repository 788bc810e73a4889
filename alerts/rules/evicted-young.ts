/**
 * Much was evicted within a day of being fetched: what is fetched tonight is gone tomorrow.
 *
 * @module
 */
import { type CacheRule, compared, NO_DATA } from "./rule.ts";

export const evictedYoung: CacheRule = {
  id: "evicted-young",
  about: "cache",
  thresholds: ["evictedYoungBytes"],
  inhibitedBy: ["silent", "off", "wiped", "pressure", "disk"],
  judge({ evictedYoungBytes: bytes }, { limits }) {
    return bytes === undefined ? NO_DATA : compared(limits.evictedYoungBytes, bytes, () => ({ values: { bytes } }));
  },
};
