/**
 * What a cache reports is from the future: its clock or ours is wrong, and every time on every board with it.
 *
 * @module
 */
import { type CacheRule, compared, NO_DATA } from "./rule.ts";

export const clock: CacheRule = {
  id: "clock",
  about: "cache",
  thresholds: ["clockAheadSeconds"],
  // ours may be wrong for a look, until it is set
  forSeconds: 600,
  inhibitedBy: [],
  judge({ heardMs }, { nowMs, limits }) {
    if (heardMs === undefined) return NO_DATA;
    const seconds = Math.max(0, (heardMs - nowMs) / 1000);
    return compared(limits.clockAheadSeconds, seconds, () => ({ values: { seconds } }));
  },
};
