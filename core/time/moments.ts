/**
 * Moments in words: the one place where times are written for people. Programs get ISO 8601 (`toISOString`).
 *
 * @module
 */

import { ENGLISH, type Language } from "../words/language.ts";
import { localDate, localMinute } from "./local-days.ts";

/** `2026-09-14 02:31` in a time zone. */
export function momentText(ms: number, timeZone: string): string {
  return `${localDate(ms, timeZone)} ${minuteText(ms, timeZone)}`;
}

/** `02:31` in a time zone. */
export function minuteText(ms: number, timeZone: string): string {
  const minute = localMinute(ms, timeZone);
  return `${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`;
}

/** `2026-09-14 02:31:05` in a time zone. */
export function secondText(ms: number, timeZone: string): string {
  return `${momentText(ms, timeZone)}:${twoDigits(Math.floor(ms / 1000) % 60)}`;
}

/** `Mon` in a time zone. */
export function weekdayText(ms: number, timeZone: string, language: Language = ENGLISH): string {
  return new Intl.DateTimeFormat(language.tag, { timeZone, weekday: "short" }).format(ms);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
