/**
 * The cache works, and nobody asks it: devices do not find it, or choose another.
 *
 * @module
 */
import { levelOf } from "../../core/thresholds.ts";
import { cacheRule, compared, NO_DATA, OK, QUIET_DAY } from "./rule.ts";

export const idle = cacheRule("idle", ({ rowMs }, { nowMs, limits, schoolDay, holidayMsSince }) => {
  if (rowMs === undefined) return NO_DATA;
  const limit = limits.newestRowSeconds;
  const seconds = (nowMs - rowMs) / 1000;
  if (levelOf(limit, seconds) === "fine") return { ...OK, untilMs: rowMs + limit.watch * 1000 };
  if (!schoolDay) return QUIET_DAY;
  // the weekends around holidays are days off, too
  const counted = seconds - holidayMsSince(rowMs) / 1000;
  if (levelOf(limit, counted) === "fine") return { ...QUIET_DAY, untilMs: nowMs + (limit.watch - counted) * 1000 };
  const verdict = compared(limit, seconds, () => ({ values: { seconds }, sinceMs: rowMs }));
  return verdict.is === "unknown" ? { ...verdict, untilMs: nowMs } : verdict;
});
