/**
 * The last warming run of a cache: it failed, fetched nothing, was never finished, or was the last though there is one
 * every night.
 *
 * @module
 */
import { levelOf } from "../../core/thresholds.ts";
import { cacheRule, compared, NO_DATA, OK, OLD_DATA, QUIET_DAY } from "./rule.ts";

/** A file in hand leaves a line every minute: without one for so long nobody is fetching any more. */
const UNFINISHED_MS = 3_600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A run of tonight that is this late will not come. */
const MISSED_MS = 12 * HOUR_MS;
/** Runs at one time of day begin and end this much apart: files in hand, `splay`, a change of summer time. */
const ABOUT_MS = 6 * HOUR_MS;
const HABIT = 3;

export const warmingFailed = cacheRule("warming-failed", ({ warming }, { limits }) => {
  // a run under way says nothing yet
  if (warming?.event !== "run-end") return NO_DATA;
  return compared(limits.warmingFailed, warming.failed, () => ({
    values: { failed: warming.failed },
    sinceMs: warming.timeMs,
  }));
});

/** An update is out, was planned, and is not whole in the cache a day later. */
export const updateNotWarmed = cacheRule("update-not-warmed", ({ warming }) => {
  if (warming?.event !== "run-end") return NO_DATA;
  const { skipped, timeMs } = warming;
  return skipped === 0 ? OK : { is: "firing", level: "warn", values: { skipped }, sinceMs: timeMs };
});

export const warmingSkipped = cacheRule("warming-skipped", ({ warming }) => {
  if (warming === undefined) return NO_DATA;
  if (warming.event !== "run-skipped") return OK;
  return { is: "firing", level: "warn", values: { text: warming.text }, sinceMs: warming.timeMs };
});

export const warmingLate = cacheRule("warming-late", ({ warming }, { nowMs }) => {
  if (warming === undefined) return NO_DATA;
  if (warming.event !== "run-start") return OK;
  const untilMs = Math.max(warming.timeMs, warming.lastLineMs ?? 0) + UNFINISHED_MS;
  if (nowMs < untilMs) return { ...NO_DATA, untilMs };
  return { is: "firing", level: "warn", values: {}, sinceMs: warming.timeMs };
});

/** Runs came at this time of the week before: without such a habit nobody knows of a schedule. */
export const warmingMissed = cacheRule("warming-missed", ({ warming, heardMs }, { nowMs, limits, schoolDay }) => {
  if (warming === undefined) return NO_DATA;
  const { timeMs, runsMs } = warming;
  const dueMs = timeMs + DAY_MS;
  if (nowMs < dueMs + MISSED_MS) return { ...OK, untilMs: dueMs + MISSED_MS };
  if (!schoolDay) return QUIET_DAY;
  // of a Mac that sleeps, a run cannot be expected
  if (heardMs === undefined || levelOf(limits.silentSeconds, (nowMs - heardMs) / 1000) !== "fine") return OLD_DATA;
  const ranAWeekAgo = runsMs.some((each) => Math.abs(each - (dueMs - 7 * DAY_MS)) <= ABOUT_MS);
  if (runsMs.length < HABIT || !ranAWeekAgo) return NO_DATA;
  return { is: "firing", level: "warn", values: { seconds: (nowMs - timeMs) / 1000 }, sinceMs: dueMs };
});
