/**
 * The service restarted a moment ago, as for an update of its own: some six minutes without service, and the content stays.
 *
 * @module
 */
import { cacheRule, OK } from "./rule.ts";

const RESTART_SECONDS = 600;

export const updating = cacheRule("updating", ({ restarted }, { nowMs }) => {
  const age = restarted === undefined ? Number.POSITIVE_INFINITY : (nowMs - restarted.timeMs) / 1000;
  return age < RESTART_SECONDS ? { is: "firing", level: "warn", values: {}, atOnce: true } : OK;
});
