/**
 * How parts of a report are named in a language. Pure.
 *
 * @module
 */
import type { Words } from "./languages/languages.ts";
import { changeOf, lineHoursOf, moneyOf, type Report, type Site } from "./model.ts";

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
  const size = words.percent(Math.abs(change));
  return change > 0 ? words.texts.more(size) : words.texts.less(size);
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
  const worthText = texts.worth({
    money: money === undefined ? undefined : words.money(money, worth.currency),
    line: hours === undefined ? undefined : words.hours(hours),
  });
  return [
    texts.mainSentence({
      served: words.bytes(total.served),
      fromCaches: words.bytes(total.fromCaches),
      share: words.percent(total.hitRatio),
      fromApple: words.bytes(total.fromApple),
    }),
    `${texts.savedSentence(words.bytes(total.saved))}${worthText}`,
  ];
}

/** What else deserves a sentence: warming, sites far below the others, gaps. */
export function remarks(report: Report, words: Words): string[] {
  const { texts } = words;
  const { warming, sites, medianHitRatio, gaps, unknown } = report;
  const low = sites.filter(({ outlier }) => outlier === "lowHitRatio").map((site) => siteTitle(site, words));
  const more = low.length > MOST_NAMES ? [texts.otherSites(words.count(low.length - MOST_NAMES))] : [];
  const days = gaps.reduce((sum, gap) => sum + gap.days, 0);
  return [
    ...(warming === undefined
      ? []
      : [texts.warmingSentence({ files: words.count(warming.warmed), cost: words.bytes(warming.bytesFromOrigin) })]),
    ...(low.length === 0 || medianHitRatio === undefined
      ? []
      : [texts.outlierSentence([...low.slice(0, MOST_NAMES), ...more].join(", "), words.percent(medianHitRatio))]),
    ...(days === 0 || !hasData(report) ? [] : [texts.gapSentence(days, words.count(days))]),
    ...(unknown.length === 0 ? [] : [texts.unknownSentence(unknown.map((part) => texts[part]).join(", "))]),
  ];
}
