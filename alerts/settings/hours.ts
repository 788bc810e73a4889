/**
 * Times of day and days off, by the clock on the wall.
 *
 * @module
 */
import { bucketStart, localDate, localMinute, nextBucket } from "../../core/time/local-days.ts";

export interface At {
  readonly nowMs: number;
  readonly timeZone: string;
}

/** Whether a moment lies in hours such as `22:00-06:00`, which may go over midnight. */
export function isWithin(hours: string, { nowMs, timeZone }: At): boolean {
  const [from = 0, to = 0] = hours.split("-").map(minuteOf);
  const minute = localMinute(nowMs, timeZone);
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** Whether a moment lies in one of some days: `2026-12-24`, or the first and last `2026-12-23/2027-01-06`. */
export function isHoliday(holidays: readonly string[], { nowMs, timeZone }: At): boolean {
  if (holidays.length === 0) return false;
  const today = localDate(nowMs, timeZone);
  return holidays.some((days) => {
    const [first = "", last = first] = days.split("/");
    return today >= first && today <= last;
  });
}

/** How much of a stretch of time lies in holidays. */
export function holidayMs(
  holidays: readonly string[],
  { fromMs, toMs, timeZone }: { readonly fromMs: number; readonly toMs: number; readonly timeZone: string },
): number {
  let sum = 0;
  for (let dayMs = bucketStart(fromMs, "day", timeZone); dayMs < toMs; ) {
    const nextMs = nextBucket(dayMs, "day", timeZone);
    if (isHoliday(holidays, { nowMs: dayMs, timeZone })) sum += Math.min(nextMs, toMs) - Math.max(dayMs, fromMs);
    dayMs = nextMs;
  }
  return sum;
}

function minuteOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}
