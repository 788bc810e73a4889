/**
 * Everything the cache held was deleted. It is one event: the alert ends when the cache is seen working a day later.
 *
 * @module
 */
import { levelOf } from "../../core/thresholds.ts";
import type { CacheFacts } from "../facts/facts.ts";
import { BETWEEN, type Circumstances, cacheRule, freshStatus, OK } from "./rule.ts";

export const wiped = cacheRule("wiped", (cache, circumstances) => {
  const { wiped: event } = cache;
  if (event === undefined) return cache.heardMs === undefined ? BETWEEN : OK;
  const age = (circumstances.nowMs - event.timeMs) / 1000;
  if (levelOf(circumstances.limits.eventSeconds, age) === "fine") {
    return { is: "firing", level: "bad", values: { text: event.text }, sinceMs: event.timeMs, atOnce: true };
  }
  return isWorking(cache, circumstances) ? OK : BETWEEN;
});

/** Of a cache whose status nobody reads, its log says so: a pass has read it. */
function isWorking(cache: CacheFacts, circumstances: Circumstances): boolean {
  const { status, pass } = cache;
  if (status !== undefined) return freshStatus(cache, circumstances)?.active === true;
  const { nowMs, limits } = circumstances;
  return pass?.up === true && levelOf(limits.statusSeconds, (nowMs - pass.timeMs) / 1000) === "fine";
}
