/**
 * What is wrong with the last warming run: it failed, it was skipped, it was never finished.
 *
 * @module
 */
import type { Finding } from "../../core/finding.ts";
import { levelOf, THRESHOLDS } from "../../core/thresholds.ts";
import { countText } from "../../core/words/amounts.ts";
import { agoText } from "./ago-text.ts";
import type { CacheFacts } from "./facts.ts";

/** A file in hand leaves a line every minute: without one for so long nobody is fetching any more. */
const UNFINISHED_MS = 3_600_000;

const RUN_EVENTS = new Set(["run-start", "run-end", "run-skipped"]);

export function warmingFindings({ nowMs, events, warming }: CacheFacts): Finding[] {
  const last = events.find(({ event }) => RUN_EVENTS.has(event));
  if (last === undefined) return [];
  const ago = `${agoText(nowMs - last.timeMs)} ago`;
  if (last.event === "run-skipped") {
    const said = `the last warming run, ${ago}, fetched nothing: ${last.text}`;
    return [{ id: "warming-skipped", level: "warn", said, next: "start it within its hours: precache.until" }];
  }
  if (last.event === "run-start") {
    if (nowMs - Math.max(last.timeMs, warming?.lastLineMs ?? 0) < UNFINISHED_MS) return [];
    const said = `the warming run that began ${ago} was never finished`;
    return [{ id: "warming-unfinished", level: "warn", said, next: "run it again: larder precache run" }];
  }
  const failed = warming?.failed ?? 0;
  const level = levelOf(THRESHOLDS.warmingFailed, failed);
  if (level === "fine") return [];
  const said = `the last warming run, ${ago}, could not fetch ${countText(failed, "file")}`;
  const next = "run it again and see why: larder precache run";
  return [{ id: "warming-failed", level: level === "trouble" ? "bad" : "warn", said, next }];
}
