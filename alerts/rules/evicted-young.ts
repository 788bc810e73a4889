/**
 * Much was evicted within a day of being fetched: what is fetched tonight is gone tomorrow.
 *
 * @module
 */
import { cacheRule, compared, NO_DATA } from "./rule.ts";

export const evictedYoung = cacheRule("evicted-young", ({ evictedYoungBytes: bytes }, { limits }) => {
  return bytes === undefined ? NO_DATA : compared(limits.evictedYoungBytes, bytes, () => ({ values: { bytes } }));
});
