/**
 * The cache works, and nobody asks it: devices do not find it, or choose another.
 *
 * @module
 */
import { type CacheRule, compared, NO_DATA, OK, QUIET_DAY } from "./rule.ts";

export const idle: CacheRule = {
  id: "idle",
  about: "cache",
  thresholds: ["newestRowSeconds"],
  inhibitedBy: ["silent", "off", "unregistered", "suspended", "unreachable", "wiped", "source"],
  judge({ rowMs }, { nowMs, limits, schoolDay }) {
    if (rowMs === undefined) return NO_DATA;
    const seconds = (nowMs - rowMs) / 1000;
    const verdict = compared(limits.newestRowSeconds, seconds, () => ({ values: { seconds }, sinceMs: rowMs }));
    return verdict === OK || schoolDay ? verdict : QUIET_DAY;
  },
};
