/**
 * Weeks and months of local days.
 *
 * @module
 */
import { bucketStart, bucketsBefore, localDate, nextBucket } from "../time/local-days.ts";

export type Period = "week" | "month";

/** The first instant of the week, which begins on a Monday, or of the month in which a local day lies. */
export function periodStart(dayMs: number, period: Period, timeZone: string): number {
  const date = localDate(dayMs, timeZone);
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  const before = period === "week" ? weekday : Number(date.slice(8)) - 1;
  return before === 0
    ? bucketStart(dayMs, "day", timeZone)
    : bucketsBefore(dayMs, before, { unit: "day", zone: timeZone });
}

/** Days of the shortest, less one. */
const SURE_DAYS = { week: 6, month: 27 } as const;
const DAY_MS = 86_400_000;

/** The first instant of the next week or month. */
export function nextPeriod(dayMs: number, period: Period, timeZone: string): number {
  const startMs = periodStart(dayMs, period, timeZone);
  // noon: days of 23 and 25 hours do not matter
  let at = bucketStart(startMs + (SURE_DAYS[period] - 0.5) * DAY_MS, "day", timeZone);
  while (periodStart(at, period, timeZone) === startMs) at = nextBucket(at, "day", timeZone);
  return at;
}
