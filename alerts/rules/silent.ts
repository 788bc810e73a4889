/**
 * A cache of which nothing is heard while it should work: its Mac is off or without network, or larder does not run on it.
 *
 * @module
 */
import { BETWEEN, cacheRule, compared, NO_DATA, OFF_HOURS, OK } from "./rule.ts";

export const silent = cacheRule("silent", ({ heardMs }, { nowMs, limits, atWork }) => {
  if (heardMs === undefined) return NO_DATA;
  const seconds = (nowMs - heardMs) / 1000;
  const verdict = compared(limits.silentSeconds, seconds, () => ({ values: { seconds }, sinceMs: heardMs }));
  // a Mac that sleeps outside its hours is silent and well; a sign of life counts at any hour
  if (!atWork && verdict !== OK) return OFF_HOURS;
  const { trouble } = limits.silentSeconds;
  return verdict === BETWEEN && trouble !== undefined ? { ...BETWEEN, untilMs: heardMs + trouble * 1000 } : verdict;
});
