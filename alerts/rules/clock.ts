/**
 * What a cache reports is from the future: its clock or ours is wrong, and every time on every board with it.
 *
 * @module
 */
import { cacheRule, compared, NO_DATA } from "./rule.ts";

export const clock = cacheRule("clock", ({ heardMs }, { nowMs, limits }) => {
  if (heardMs === undefined) return NO_DATA;
  const seconds = Math.max(0, (heardMs - nowMs) / 1000);
  return compared(limits.clockAheadSeconds, seconds, () => ({ values: { seconds } }));
});
