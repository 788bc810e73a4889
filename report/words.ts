/**
 * How reports and the live page speak: the texts of a language, and its numbers, sizes, money and dates.
 *
 * @module
 */

import { bytesText, durationText, percentText, rateText } from "../core/words/amounts.ts";
import { fill, type Text } from "../core/words/fill.ts";
import { LANGUAGES, type LanguageName } from "../core/words/language.ts";
import { LIVE_TEXTS, REPORT_TEXTS } from "../core/words/texts/texts.ts";

export { LANGUAGE_NAMES, type LanguageName } from "../core/words/language.ts";

/** Texts of a language, and its ways to write values. */
export interface Words {
  readonly language: LanguageName;
  /** BCP 47, as `Intl` takes it. */
  readonly locale: string;
  readonly texts: (typeof REPORT_TEXTS)[LanguageName];
  /** Those of the live page. */
  readonly live: (typeof LIVE_TEXTS)[LanguageName];
  /** A sentence with its values. */
  readonly fill: <Places extends string>(
    sentence: Text<Places>,
    values: Readonly<Record<Places, number | string>>,
  ) => string;
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

/** The words of a language. */
export function wordsOf(language: LanguageName): Words {
  const data = LANGUAGES[language];
  const { tag: locale, timeUnits } = data;
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
    locale,
    texts: REPORT_TEXTS[language],
    live: LIVE_TEXTS[language],
    fill: (sentence, values) => fill(sentence, values, data),
    bytes: (bytes) => bytesText(bytes, data),
    percent: (share) => percentText(share, 1, data),
    count: (value) => number(value, 0),
    rate: (bytesPerSecond) => rateText(bytesPerSecond, data),
    duration: (seconds) => durationText(seconds, data),
    money: (amount, currency) =>
      new Intl.NumberFormat(locale, {
        style: "currency",
        currency,
        ...(amount >= 1000 ? { maximumFractionDigits: 0 } : {}),
      }).format(amount),
    hours: (hours) =>
      hours < 1
        ? `${number(hours * 60, 0)} ${timeUnits.minute}`
        : hours < 48
          ? `${number(hours, 1)} ${timeUnits.hour}`
          : `${number(hours / 24, 1)} ${timeUnits.day.many}`,
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
