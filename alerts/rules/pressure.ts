/**
 * The disk is too small for what is asked: the cache evicts what was asked for not long ago.
 *
 * @module
 */
import { cacheRule, compared, freshStatus, NO_DATA } from "./rule.ts";

export const pressure = cacheRule("pressure", (cache, circumstances) => {
  const value = freshStatus(cache, circumstances)?.pressure;
  if (value === undefined) return NO_DATA;
  return compared(circumstances.limits.pressure, value, () => ({ values: { pressure: value } }));
});
