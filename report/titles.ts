/**
 * How parts of a report are named in a language. Pure.
 *
 * @module
 */

import { changeOf, lineHoursOf, moneyOf, type Report, type Site } from "./model.ts";
import type { Words } from "./words.ts";

/** Names listed in a sentence. */
const MOST_NAMES = 5;

/** A stretch of the report: its day, its month, or its hour. */
export function bucketTitle(startMs: number, { by, timeZone }: Report, words: Words): string {
  if (by === "month") return words.month(startMs, timeZone);
  return by === "hour" ? words.dateTime(startMs, timeZone) : words.day(startMs, timeZone);
}

export function siteTitle({ name }: Pick<Site, "name">, { texts }: Words): string {
  return name === "" ? texts.noSite : name;
}

/** `October 2026`, or its first and last day. */
export function periodTitle({ period, timeZone }: Report, words: Words): string {
  return period.kind === "month"
    ? words.month(period.fromMs, timeZone)
    : words.span(period.fromMs, period.toMs, timeZone);
}

/** A number against the time before: `12.0% more than before`; undefined where nothing is known of it. */
export function changeText(
  now: number | bigint,
  before: number | bigint | undefined,
  words: Words,
): string | undefined {
  const change = changeOf(now, before);
  if (change === undefined) return undefined;
  if (Math.abs(change) < 0.0005) return words.texts.same;
  const { more, less } = words.texts;
  return words.fill(change > 0 ? more : less, { percent: words.percent(Math.abs(change)) });
}

/** Whether there is anything to report. */
export function hasData({ buckets }: Report): boolean {
  return buckets.some((bucket) => bucket.hasData);
}

/** Two sentences for those who read no further. */
export function summary(report: Report, words: Words): string[] {
  const { texts } = words;
  const { total, worth } = report;
  if (!hasData(report)) return [texts.nothingKnown];
  if (total.served === 0) return [texts.nothingServed];
  const money = moneyOf(total.saved, worth);
  const hours = lineHoursOf(total.saved, worth);
  const { plain, money: inMoney, line: ofLine, both } = texts.savedSentence;
  const saved = hours === undefined ? (money === undefined ? plain : inMoney) : money === undefined ? ofLine : both;
  return [
    words.fill(texts.mainSentence, {
      served: words.bytes(total.served),
      fromCaches: words.bytes(total.fromCaches),
      share: words.percent(total.hitRatio),
      fromApple: words.bytes(total.fromApple),
    }),
    words.fill<"saved" | "money" | "line">(saved, {
      saved: words.bytes(total.saved),
      money: money === undefined ? "" : words.money(money, worth.currency),
      line: hours === undefined ? "" : words.hours(hours),
    }),
  ];
}

/** What else deserves a sentence: warming, sites far below the others, gaps. */
export function remarks(report: Report, words: Words): string[] {
  const { texts } = words;
  const { warming, sites, medianHitRatio, gaps, unknown } = report;
  const low = sites.filter(({ outlier }) => outlier === "lowHitRatio").map((site) => siteTitle(site, words));
  const more = low.length > MOST_NAMES ? [words.fill(texts.otherSites, { count: low.length - MOST_NAMES })] : [];
  const days = gaps.reduce((sum, gap) => sum + gap.days, 0);
  return [
    ...(warming === undefined
      ? []
      : [words.fill(texts.warmingSentence, { files: warming.warmed, cost: words.bytes(warming.bytesFromOrigin) })]),
    ...(low.length === 0 || medianHitRatio === undefined
      ? []
      : [
          words.fill(texts.outlierSentence, {
            names: [...low.slice(0, MOST_NAMES), ...more].join(", "),
            share: words.percent(medianHitRatio),
          }),
        ]),
    ...(days === 0 || !hasData(report) ? [] : [words.fill(texts.gapSentence, { days })]),
    ...(unknown.length === 0
      ? []
      : [words.fill(texts.unknownSentence, { parts: unknown.map((part) => texts[part]).join(", ") })]),
  ];
}
