/**
 * What is wrong with the last warming run: it failed, it was skipped, it was never finished.
 *
 * @module
 */
import { type Finding, finding } from "../../core/finding.ts";
import { RUN_EVENTS } from "../../core/schema.ts";
import { levelOf, THRESHOLDS } from "../../core/thresholds.ts";
import type { CacheFacts } from "./facts.ts";

/** A file in hand leaves a line every minute: without one for so long nobody is fetching any more. */
const UNFINISHED_MS = 3_600_000;

export function warmingFindings({ nowMs, events, warming }: CacheFacts): Finding[] {
  const last = events.find(({ event }) => RUN_EVENTS.includes(event));
  if (last === undefined) return [];
  const age = (nowMs - last.timeMs) / 1000;
  if (last.event === "run-skipped") {
    const values = { age, reason: last.text };
    return [finding({ id: "warming-skipped", level: "warn", said: "warmingSkipped", next: "withinHours", values })];
  }
  if (last.event === "run-start") {
    if (nowMs - Math.max(last.timeMs, warming?.lastLineMs ?? 0) < UNFINISHED_MS) return [];
    const values = { age };
    return [finding({ id: "warming-unfinished", level: "warn", said: "warmingUnfinished", next: "runAgain", values })];
  }
  const count = warming?.failed ?? 0;
  const level = levelOf(THRESHOLDS.warmingFailed, count);
  if (level === "fine") return [];
  const how = level === "trouble" ? "bad" : "warn";
  const values = { age, count };
  return [finding({ id: "warming-failed", level: how, said: "warmingFailed", next: "runAgainWhy", values })];
}
