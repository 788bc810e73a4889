/**
 * Weeks and months of local days.
 *
 * @module
 */
import { bucketStart, bucketsBefore, localDate } from "../time/local-days.ts";

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
