/**
 * The collector of a cache runs and cannot read all its sources.
 *
 * @module
 */
import { levelOf } from "../../core/thresholds.ts";
import { cacheRule, NO_DATA, OK } from "./rule.ts";

export const source = cacheRule("source", ({ pass }, { nowMs, limits }) => {
  if (pass === undefined || levelOf(limits.silentSeconds, (nowMs - pass.timeMs) / 1000) !== "fine") return NO_DATA;
  return pass.up ? OK : { is: "firing", level: "bad", values: {} };
});
