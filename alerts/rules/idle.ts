/**
 * The cache works, and nobody asks it: devices do not find it, or choose another.
 *
 * @module
 */
import { levelOf } from "../../core/thresholds.ts";
import { cacheRule, compared, NO_DATA, OK, QUIET_DAY } from "./rule.ts";

export const idle = cacheRule("idle", ({ rowMs }, { nowMs, limits, schoolDay, holidayMsSince }) => {
  if (rowMs === undefined) return NO_DATA;
  const seconds = (nowMs - rowMs) / 1000;
  if (levelOf(limits.newestRowSeconds, seconds) === "fine") return OK;
  if (!schoolDay) return QUIET_DAY;
  // the weekends around holidays are days off, too
  const counted = seconds - holidayMsSince(rowMs) / 1000;
  if (levelOf(limits.newestRowSeconds, counted) === "fine") return QUIET_DAY;
  return compared(limits.newestRowSeconds, seconds, () => ({ values: { seconds }, sinceMs: rowMs }));
});
