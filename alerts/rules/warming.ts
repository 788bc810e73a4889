/**
 * The last warming run of a cache: it failed, fetched nothing, or was never finished.
 *
 * @module
 */
import { cacheRule, compared, NO_DATA, OK } from "./rule.ts";

/** A file in hand leaves a line every minute: without one for so long nobody is fetching any more. */
const UNFINISHED_MS = 3_600_000;

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
