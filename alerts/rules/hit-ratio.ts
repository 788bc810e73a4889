/**
 * A busy day is over of which little came from the cache: it is too small, badly placed, or keeps nothing.
 *
 * @module
 */
import { levelOf } from "../../core/thresholds.ts";
import { cacheRule, compared, NO_DATA, QUIET_DAY } from "./rule.ts";

export const hitRatio = cacheRule("hit-ratio", ({ yesterday }, { limits, schoolDay }) => {
  if (yesterday === undefined) return NO_DATA;
  const { served, fromApple } = yesterday;
  if (!schoolDay || levelOf(limits.busyDayBytes, served) === "fine") return QUIET_DAY;
  const ratio = (served - fromApple) / served;
  return compared(limits.hitRatio, ratio, () => ({ values: { ratio, served } }));
});
