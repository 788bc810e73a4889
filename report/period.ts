/**
 * The stretch of time a report is about, as people name it, and the one before that it is compared with. Pure.
 *
 * A month is compared with the month before, a week with the week before, a school year with the one before; any other
 * stretch with as many days just before it.
 *
 * @module
 */
import { LarderError } from "../core/errors.ts";
import { bucketStart, bucketsBefore, dateStart, localDate, nextBucket } from "../core/time/local-days.ts";

/** From, inclusive, to, exclusive: Unix milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Period extends Span {
  readonly before: Span;
  /** `month`: its title is the name of the month. */
  readonly kind: "month" | "days";
}

/** What a name is read against. */
export interface PeriodContext {
  readonly nowMs: number;
  readonly timeZone: string;
  /** Month and day, `08-01`. */
  readonly schoolYearStarts: string;
}

const FORMS = '"2026-10", "2026", "this month", "last month", "this week", "last week", "school year" or "2025/26"';

/**
 * A period by its name. One that is not over ends now.
 * @throws LarderError `USAGE_TIME`
 */
export function namedPeriod(name: string, context: PeriodContext): Period {
  const word = name.trim().toLowerCase();
  const dates = datesOf(word, context);
  const [from, to, before] = dates?.map((date) => dateStart(date, context.timeZone)) ?? [];
  if (dates === undefined || from === undefined || to === undefined || before === undefined) {
    throw new LarderError(`Cannot report on "${name}": expected ${FORMS}`, {
      code: "USAGE_TIME",
      next: "or give --from and --to as for larder history",
    });
  }
  if (from >= context.nowMs) {
    throw new LarderError(`Cannot report on "${name}": it has not begun`, { code: "USAGE_TIME" });
  }
  const kind = /month|^\d{4}-\d{2}$/.test(word) ? "month" : "days";
  if (to <= context.nowMs) return { fromMs: from, toMs: to, before: { fromMs: before, toMs: from }, kind };
  // one that goes on is compared with as much of the one before
  const days = daysBetween(from, context.nowMs, context.timeZone);
  const beforeTo = Math.min(from, daysAfter(before, days, context.timeZone));
  return { fromMs: from, toMs: context.nowMs, before: { fromMs: before, toMs: beforeTo }, kind };
}

/** Any stretch, compared with as many days before it. */
export function periodOf({ fromMs, toMs }: Span, timeZone: string): Period {
  const days = daysBetween(fromMs, toMs, timeZone);
  const beforeMs = Math.min(bucketsBefore(fromMs, days, { unit: "day", zone: timeZone }), fromMs - 1);
  return { fromMs, toMs, before: { fromMs: beforeMs, toMs: fromMs }, kind: "days" };
}

/** First day, first day after, first day of the one before. */
function datesOf(word: string, { nowMs, timeZone, schoolYearStarts }: PeriodContext): readonly string[] | undefined {
  const today = localDate(nowMs, timeZone);
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7))];
  const months = (index: number): string[] => [monthDate(index), monthDate(index + 1), monthDate(index - 1)];
  const given = /^(\d{4})-(\d{2})$/.exec(word);
  if (given !== null)
    return Number(given[2]) > 12 || given[2] === "00"
      ? undefined
      : months(Number(given[1]) * 12 + Number(given[2]) - 1);
  if (word === "this month") return months(year * 12 + month - 1);
  if (word === "last month") return months(year * 12 + month - 2);
  if (word === "this week" || word === "last week") {
    const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
    const monday = addDays(today, -weekday - (word === "last week" ? 7 : 0));
    return [monday, addDays(monday, 7), addDays(monday, -7)];
  }
  if (/^\d{4}$/.test(word)) return [0, 1, -1].map((more) => `${Number(word) + more}-01-01`);
  const school = schoolYear(word, today, schoolYearStarts);
  return school === undefined ? undefined : [0, 1, -1].map((more) => `${school + more}-${schoolYearStarts}`);
}

/** The year in which a school year begins. */
function schoolYear(word: string, today: string, starts: string): number | undefined {
  const year = Number(today.slice(0, 4)) - (today.slice(5) < starts ? 1 : 0);
  if (word === "school year" || word === "this school year") return year;
  if (word === "last school year") return year - 1;
  const given = /^(\d{4})\/(\d{2}|\d{4})$/.exec(word);
  if (given === null) return undefined;
  const first = Number(given[1]);
  return String(first + 1).endsWith(given[2] ?? "") ? first : undefined;
}

function monthDate(index: number): string {
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}-01`;
}

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Local days a span touches. */
function daysBetween(fromMs: number, toMs: number, timeZone: string): number {
  const number = (ms: number): number => Date.parse(`${localDate(ms, timeZone)}T00:00:00Z`) / 86_400_000;
  return number(Math.max(fromMs, toMs - 1)) - number(fromMs) + 1;
}

function daysAfter(fromMs: number, days: number, timeZone: string): number {
  let at = bucketStart(fromMs, "day", timeZone);
  for (let i = 0; i < days; i++) at = nextBucket(at, "day", timeZone);
  return at;
}
