/**
 * Times as people type them: `7d`, `24h`, `today`, `2026-11-01`, `2026-11-01T08:00`, `2026-11-01T08:00:00Z`.
 *
 * @module
 */
import { LarderError } from "../core/errors.ts";
import { bucketStart, bucketsBefore, dateStart, localMinute } from "../core/time/local-days.ts";

const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
/** Days further back than this are counted in hours: nobody minds the hour. */
const MOST_DAYS = 40_000;

/**
 * The instant a text means, Unix milliseconds. `7d` begins with the first of the last seven local days, today included;
 * dates are local dates.
 * @throws LarderError `USAGE_TIME`.
 */
export function parseTime(text: string, nowMs: number, timeZone: string): number {
  const word = text.trim().toLowerCase();
  if (word === "now") return nowMs;
  if (word === "today") return bucketStart(nowMs, "day", timeZone);
  if (word === "yesterday") return bucketStart(bucketStart(nowMs, "day", timeZone) - 1, "day", timeZone);
  const back = /^(\d{1,6})([mhdw])$/.exec(word);
  if (back !== null) {
    const unit = back[2] as keyof typeof UNITS_MS;
    const count = Number(back[1]);
    if (unit === "d" || unit === "w") return daysBack(count * (unit === "w" ? 7 : 1), nowMs, timeZone);
    return nowMs - count * UNITS_MS[unit];
  }
  const date = /^(\d{4}-\d{2}-\d{2})(?:[t ](\d{2}):(\d{2}))?$/.exec(word);
  if (date?.[1] !== undefined) {
    const start = dateStart(date[1], timeZone);
    const [hour, minute] = [Number(date[2] ?? 0), Number(date[3] ?? 0)];
    if (start !== undefined && hour < 24 && minute < 60) return clockTime(start, hour * 60 + minute, timeZone);
  }
  const exact = /z|[+-]\d{2}:?\d{2}$/.test(word) ? Date.parse(text.trim()) : Number.NaN;
  if (!Number.isNaN(exact)) return exact;
  throw new LarderError(`Cannot read the time "${text}": it is not one of the known forms`, {
    code: "USAGE_TIME",
    next: "write 7d, 24h, today, 2026-11-01 or 2026-11-01T08:00",
  });
}

/**
 * The stretch between two such texts.
 * @param what for a complaint: `show`, `report on`
 * @throws LarderError `USAGE_TIME`.
 */
export function parseRange(
  { from, to }: { readonly from: string; readonly to: string },
  timeZone: string,
  what: string,
): { readonly fromMs: number; readonly toMs: number } {
  const nowMs = Date.now();
  const [fromMs, toMs] = [parseTime(from, nowMs, timeZone), parseTime(to, nowMs, timeZone)];
  if (fromMs < toMs) return { fromMs, toMs };
  throw new LarderError(`Cannot ${what} ${from} to ${to}: --from lies after --to`, {
    code: "USAGE_TIME",
    next: "write the earlier time after --from",
  });
}

/** The beginning of the first of the last so many local days, today included. */
function daysBack(count: number, nowMs: number, timeZone: string): number {
  if (count > MOST_DAYS) return nowMs - count * UNITS_MS.d;
  return bucketsBefore(nowMs, Math.max(0, count - 1), { unit: "day", zone: timeZone });
}

/** The instant of a day at which the clock on the wall shows so many minutes; days of 23 and 25 hours included. */
function clockTime(dayStartMs: number, minutes: number, timeZone: string): number {
  const near = dayStartMs + minutes * 60_000;
  const off = minutes - localMinute(near, timeZone);
  // more than half a day off is another day, which a clock that jumped at midnight can give
  return Math.abs(off) < 720 ? near + off * 60_000 : near;
}
