/**
 * Devices ask the cache, and all they get comes from Apple: it keeps nothing.
 *
 * @module
 */
import { levelOf } from "../../core/thresholds.ts";
import { cacheRule, NO_DATA, OK, QUIET_DAY } from "./rule.ts";

export const notCaching = cacheRule("not-caching", ({ yesterday }, { limits }) => {
  if (yesterday === undefined) return NO_DATA;
  const { served, fromApple } = yesterday;
  if (levelOf(limits.busyDayBytes, served) === "fine") return QUIET_DAY;
  return fromApple < served ? OK : { is: "firing", level: "bad", values: { served } };
});
