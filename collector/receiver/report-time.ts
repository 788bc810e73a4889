/**
 * Whether the time a report gives can be right. Nothing is placed where a clock that is a year off says.
 *
 * @module
 */
import { durationText } from "../../core/words/amounts.ts";
import { CLOCK_AHEAD_MS } from "../sources/sources.ts";
import type { Report } from "./report.ts";

/** As long as the cache itself keeps its counters. */
const LATE_MS = 30 * 86_400_000;

/** Why a report cannot be placed; undefined when it can. */
export function timeDoubt({ reportMs, countedMs }: Report, nowMs: number): string | undefined {
  const newestMs = Math.max(reportMs, countedMs);
  if (newestMs > nowMs + CLOCK_AHEAD_MS)
    return `it is from ${new Date(newestMs).toISOString()}, ${durationText((newestMs - nowMs) / 1000)} ahead of the clock here`;
  if (reportMs < nowMs - LATE_MS)
    return `it is from ${new Date(reportMs).toISOString()}, ${durationText((nowMs - reportMs) / 1000)} ago; reports of the last 30 days are taken`;
  return undefined;
}
