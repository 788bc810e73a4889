/**
 * The disk of the cache is nearly full: Apple says LOWSPACE, or it holds more than there is room for.
 *
 * @module
 */
import { cacheRule, compared, freshStatus, NO_DATA } from "./rule.ts";

export const disk = cacheRule("disk", (cache, circumstances) => {
  const status = freshStatus(cache, circumstances);
  if (status?.lowSpace === undefined && status?.diskExceeded === undefined) return NO_DATA;
  const low = status.lowSpace === true || status.diskExceeded === true;
  return compared(circumstances.limits.lowSpace, low ? 1 : 0, () => ({ values: { used: status.usedBytes ?? 0 } }));
});
