/**
 * What is usual for a day: of the same weekday in past weeks the median, hour by hour of the clock on the wall. Pure.
 *
 * @module
 */
import type { TrafficRow } from "../../core/history/history.ts";
import { bucketStart, localMinute } from "../../core/time/local-days.ts";

/** Hours of the clock, 0 to 23. */
const HOURS = 24;

export interface UsualDay {
  /** Bytes served, by hour of the clock. */
  readonly served: readonly number[];
  /** Past days it was made of: those with data. */
  readonly days: number;
}

/** @param rows hours of past days of one cache; undefined where none has data */
export function usualDay(rows: readonly TrafficRow[], timeZone: string): UsualDay | undefined {
  const days = new Map<number, number[]>();
  for (const { startMs, served } of rows) {
    const dayMs = bucketStart(startMs, "day", timeZone);
    const hours = days.get(dayMs) ?? new Array<number>(HOURS).fill(0);
    const hour = hourOfDay(startMs, timeZone);
    hours[hour] = (hours[hour] ?? 0) + Number(served);
    days.set(dayMs, hours);
  }
  if (days.size === 0) return undefined;
  const all = [...days.values()];
  return {
    served: Array.from({ length: HOURS }, (_, hour) => median(all.map((hours) => hours[hour] ?? 0))),
    days: all.length,
  };
}

/** The hour of the clock in which an hour of time begins. */
export function hourOfDay(startMs: number, timeZone: string): number {
  return Math.floor(localMinute(startMs, timeZone) / 60);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? upper)) / 2;
}
