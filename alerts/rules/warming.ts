/**
 * The last warming run of a cache: it failed, fetched nothing, or was never finished.
 *
 * @module
 */
import { type CacheRule, compared, NO_DATA, OK } from "./rule.ts";

/** A file in hand leaves a line every minute: without one for so long nobody is fetching any more. */
const UNFINISHED_MS = 3_600_000;
const INHIBITED = ["silent", "off", "suspended", "unregistered"] as const;

export const warmingFailed: CacheRule = {
  id: "warming-failed",
  about: "cache",
  thresholds: ["warmingFailed"],
  clearSeconds: 0,
  inhibitedBy: INHIBITED,
  judge({ warming }, { limits }) {
    // a run under way says nothing yet
    if (warming?.event !== "run-end") return NO_DATA;
    return compared(limits.warmingFailed, warming.failed, () => ({
      values: { failed: warming.failed },
      sinceMs: warming.timeMs,
    }));
  },
};

/** An update is out, was planned, and is not whole in the cache a day later. */
export const updateNotWarmed: CacheRule = {
  id: "update-not-warmed",
  about: "cache",
  thresholds: ["any"],
  forSeconds: 86_400,
  clearSeconds: 0,
  inhibitedBy: [...INHIBITED, "warming-failed"],
  judge({ warming }) {
    if (warming?.event !== "run-end") return NO_DATA;
    const { skipped, timeMs } = warming;
    return skipped === 0 ? OK : { is: "firing", level: "warn", values: { skipped }, sinceMs: timeMs };
  },
};

export const warmingSkipped: CacheRule = {
  id: "warming-skipped",
  about: "cache",
  thresholds: ["any"],
  clearSeconds: 0,
  inhibitedBy: INHIBITED,
  judge({ warming }) {
    if (warming === undefined) return NO_DATA;
    if (warming.event !== "run-skipped") return OK;
    return { is: "firing", level: "warn", values: { text: warming.text }, sinceMs: warming.timeMs };
  },
};

export const warmingLate: CacheRule = {
  id: "warming-late",
  about: "cache",
  thresholds: ["any"],
  clearSeconds: 0,
  inhibitedBy: INHIBITED,
  judge({ warming }, { nowMs }) {
    if (warming === undefined) return NO_DATA;
    if (warming.event !== "run-start") return OK;
    if (nowMs - Math.max(warming.timeMs, warming.lastLineMs ?? 0) < UNFINISHED_MS) return NO_DATA;
    return { is: "firing", level: "warn", values: {}, sinceMs: warming.timeMs };
  },
};
