/**
 * Amounts in words: sizes, rates, shares, lengths of time, counts. The one place where they are written for people.
 *
 * @module
 */
import { ENGLISH, type Language } from "./language.ts";

/** A size as Apple writes it: powers of 1,000, three digits: `1.08 GB`, `940 bytes`. */
export function bytesText(bytes: number | bigint, language: Language = ENGLISH): string {
  const { byteUnits, oneByte } = language;
  const sign = bytes < 0 ? "-" : "";
  let value = Math.abs(Number(bytes));
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${sign}${decimal(value, digits, language)} ${unit === 0 && value === 1 ? oneByte : byteUnits[unit]}`;
}

/** Bytes a second: `38.2 MB/s`. */
export function rateText(bytesPerSecond: number, language: Language = ENGLISH): string {
  return `${bytesText(Math.round(bytesPerSecond), language)}/${language.timeUnits.second}`;
}

/** A share, 1 being all, as a percentage: `93.1%`; `–` when there is none. */
export function percentText(share: number | undefined, digits = 1, language: Language = ENGLISH): string {
  return share === undefined ? language.none : decimal(100 * share, digits, language) + language.percentSign;
}

/** A part of a whole as a share; undefined when there is nothing to divide. */
export function shareOf(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}

/**
 * A length of time in its two largest units: `3 h 12 min`, `30 d`, `45 s`; under ten seconds with the tenths or
 * hundredths that matter: `0.4 s`.
 * @param use `ago` where a sentence says how long something is over: `vor 3 Tagen`
 */
export function durationText(seconds: number, language: Language = ENGLISH, use: "long" | "ago" = "long"): string {
  const { day, hour, minute, second } = language.timeUnits;
  if (seconds < 9.95) {
    const digits = seconds < 0.095 && seconds > 0 ? 2 : 1;
    return `${decimal(seconds, digits, language).replace(/\D0+$/, "")} ${second}`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} ${second}`;
  if (whole < 3600) return twoUnits([Math.floor(whole / 60), minute], [whole % 60, second]);
  if (whole < 86_400) return twoUnits([Math.floor(whole / 3600), hour], [Math.floor((whole % 3600) / 60), minute]);
  const days = Math.floor(whole / 86_400);
  const dayUnit = days === 1 ? day.one : use === "ago" ? day.ago : day.many;
  return twoUnits([days, dayUnit], [Math.floor((whole % 86_400) / 3600), hour]);
}

/** How long ago something was, in its largest unit: `60 min`, `3 h`, `vor 12 Tagen`. */
export function aboutText(seconds: number, language: Language = ENGLISH): string {
  const { day, hour, minute } = language.timeUnits;
  if (seconds < 2 * 3600) return `${Math.max(0, Math.round(seconds / 60))} ${minute}`;
  return seconds < 2 * 86_400 ? `${Math.round(seconds / 3600)} ${hour}` : `${Math.round(seconds / 86_400)} ${day.ago}`;
}

/** How long ago something was, in whole seconds: `1 min 1 s`; nothing is in the future. */
export function ageText(ms: number, language: Language = ENGLISH): string {
  return durationText(Math.max(0, Math.round(ms / 1000)), language);
}

function twoUnits(large: readonly [number, string], small: readonly [number, string]): string {
  return small[0] === 0 ? large.join(" ") : `${large.join(" ")} ${small.join(" ")}`;
}

/** How many of something: `1 file`, `12 files`, `2 tries`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function decimal(value: number, digits: number, { decimalMark }: Language): string {
  return value.toFixed(digits).replace(".", decimalMark);
}
