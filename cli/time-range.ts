/**
 * Times as people type them: `7d`, `24h`, `today`, `2026-11-01`, `2026-11-01T08:00`, `2026-11-01T08:00:00Z`.
 *
 * @module
 */
import { LarderError } from "../core/errors.ts";
import { bucketStart, localDate } from "../core/local-days.ts";

const UNITS_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * The instant a text means, Unix milliseconds. Days back begin at a local midnight; dates are local dates.
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
    const ms = nowMs - Number(back[1]) * UNITS_MS[unit];
    return unit === "d" || unit === "w" ? bucketStart(ms, "day", timeZone) : ms;
  }
  const date = /^(\d{4}-\d{2}-\d{2})(?:[t ](\d{2}):(\d{2}))?$/.exec(word);
  if (date?.[1] !== undefined) {
    const start = dayStart(date[1], timeZone);
    if (start !== undefined) return start + (Number(date[2] ?? 0) * 60 + Number(date[3] ?? 0)) * 60_000;
  }
  const exact = /z|[+-]\d{2}:?\d{2}$/.test(word) ? Date.parse(text.trim()) : Number.NaN;
  if (!Number.isNaN(exact)) return exact;
  throw new LarderError(`Cannot read the time "${text}": none of the forms we know`, {
    code: "USAGE_TIME",
    next: "write 7d, 24h, today, 2026-11-01 or 2026-11-01T08:00",
  });
}

/** The first instant of a local date, or undefined for a date that does not exist. */
function dayStart(date: string, timeZone: string): number | undefined {
  const noon = Date.parse(`${date}T12:00:00Z`);
  if (Number.isNaN(noon)) return undefined;
  return [-1, 0, 1]
    .map((days) => bucketStart(noon + days * UNITS_MS.d, "day", timeZone))
    .find((start) => localDate(start, timeZone) === date);
}
