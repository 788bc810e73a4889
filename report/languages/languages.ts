/**
 * The languages a report can be written in, as data, and the numbers, sizes, money and dates of each.
 *
 * A language is a table of texts; `Intl` does the rest. Adding one is a file beside `en.ts` and a line below.
 *
 * @module
 */

import { bytesText, durationText, percentText, rateText } from "../../core/words/amounts.ts";
import { ENGLISH, GERMAN, type Language } from "../../core/words/language.ts";
import type { LanguageName } from "../language-names.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { liveDe } from "./live-de.ts";
import { liveEn } from "./live-en.ts";
import type { LiveTexts } from "./live-texts.ts";
import type { Texts } from "./texts.ts";

export { LANGUAGE_NAMES, type LanguageName } from "../language-names.ts";

const LANGUAGES = { en, de } as const satisfies Record<LanguageName, Texts>;

/** Texts of a language, and its ways to write values. */
export interface Words {
  readonly language: LanguageName;
  readonly texts: Texts;
  /** Those of the live page. */
  readonly live: LiveTexts;
  /** `1.08 TB`: powers of 1,000 as Apple counts, three digits. */
  readonly bytes: (bytes: number | bigint) => string;
  /** A share, 0 to 1: `93.1%`; `–` where there was nothing to divide. */
  readonly percent: (share: number | undefined) => string;
  readonly count: (value: number) => string;
  /** Bytes a second: `38.2 MB/s`. */
  readonly rate: (bytesPerSecond: number) => string;
  /** A length of time in its two largest units: `1 min 12 s`. */
  readonly duration: (seconds: number) => string;
  readonly money: (amount: number, currency: string) => string;
  /** A length of time in its largest units: `3 h 12 min`. */
  readonly hours: (hours: number) => string;
  /** The day an instant lies in, short: `1 Oct`. */
  readonly day: (ms: number, timeZone: string) => string;
  /** With its year: `1 October 2026`. */
  readonly date: (ms: number, timeZone: string) => string;
  /** `14:05`. */
  readonly time: (ms: number, timeZone: string) => string;
  /** `Tuesday`. */
  readonly weekday: (ms: number, timeZone: string) => string;
  readonly dateTime: (ms: number, timeZone: string) => string;
  readonly month: (ms: number, timeZone: string) => string;
  /** Both ends included: `1 – 31 October 2026`. */
  readonly span: (fromMs: number, toMs: number, timeZone: string) => string;
}

const LIVE = { en: liveEn, de: liveDe } as const satisfies Record<LanguageName, LiveTexts>;

const NUMBERS = { en: ENGLISH, de: GERMAN } as const satisfies Record<LanguageName, Language>;

/** The words of a language. */
export function wordsOf(language: LanguageName): Words {
  const texts = LANGUAGES[language];
  const { locale } = texts;
  const dates = cached((options: string) => new Intl.DateTimeFormat(locale, JSON.parse(options)));
  const date = (ms: number, timeZone: string, parts: Intl.DateTimeFormatOptions): string =>
    dates(JSON.stringify({ ...parts, timeZone })).format(ms);
  const numbers = cached((digits: string) => {
    const fixed = Number(digits);
    return new Intl.NumberFormat(locale, { minimumFractionDigits: fixed, maximumFractionDigits: fixed });
  });
  const number = (value: number, digits: number): string => numbers(String(digits)).format(value);
  return {
    language,
    texts,
    live: LIVE[language],
    bytes: (bytes) => bytesText(bytes, NUMBERS[language]),
    percent: (share) => percentText(share, 1, NUMBERS[language]),
    count: (value) => number(value, 0),
    rate: (bytesPerSecond) => rateText(bytesPerSecond, NUMBERS[language]),
    duration: (seconds) => durationText(seconds, NUMBERS[language]),
    money: (amount, currency) =>
      new Intl.NumberFormat(locale, {
        style: "currency",
        currency,
        ...(amount >= 1000 ? { maximumFractionDigits: 0 } : {}),
      }).format(amount),
    hours: (hours) =>
      hours < 1
        ? `${number(hours * 60, 0)} min`
        : hours < 48
          ? `${number(hours, 1)} h`
          : `${number(hours / 24, 1)} ${texts.days}`,
    day: (ms, timeZone) => date(ms, timeZone, { day: "numeric", month: "short" }),
    date: (ms, timeZone) => date(ms, timeZone, { day: "numeric", month: "long", year: "numeric" }),
    time: (ms, timeZone) => date(ms, timeZone, { hour: "2-digit", minute: "2-digit" }),
    weekday: (ms, timeZone) => date(ms, timeZone, { weekday: "long" }),
    dateTime: (ms, timeZone) =>
      date(ms, timeZone, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }),
    month: (ms, timeZone) => date(ms, timeZone, { month: "long", year: "numeric" }),
    span: (fromMs, toMs, timeZone) =>
      dates(JSON.stringify({ day: "numeric", month: "long", year: "numeric", timeZone })).formatRange(fromMs, toMs - 1),
  };
}

function cached<T>(make: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const have = known.get(key) ?? make(key);
    known.set(key, have);
    return have;
  };
}
