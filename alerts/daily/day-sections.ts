/**
 * The parts of a daily report in the words of a language: what text and HTML are both made of. Pure.
 *
 * @module
 */
import { momentText } from "../../core/time/moments.ts";
import { bytesText, percentText } from "../../core/words/amounts.ts";
import { fill } from "../../core/words/fill.ts";
import type { Language, LanguageName } from "../../core/words/language.ts";
import { LANGUAGES } from "../../core/words/language.ts";
import { DAILY_TEXTS } from "../../core/words/texts/texts.ts";
import type { PastAlert } from "../inspect/inspect.ts";
import { ruleTitle } from "../words/words.ts";
import type { DayAmounts, DayReport, Named } from "./day-report.ts";

/** A row of the table of amounts: a title, then the day and those it is compared with. */
export type AmountRow = readonly [title: string, day: string, dayBefore: string, weekBefore: string];

export interface DaySections {
  /** `Saturday, 28 Nov 2026`. */
  readonly date: string;
  readonly subject: string;
  readonly summary: string;
  readonly head: AmountRow;
  /** Empty where nothing was recorded. */
  readonly amounts: readonly AmountRow[];
  /** Headings with their lines. */
  readonly lists: readonly { readonly title: string; readonly lines: readonly string[] }[];
}

/** Names of one list: the rest is a number. */
const MOST_NAMES = 6;
/** Alerts of one report: the rest is a number. */
const MOST_ALERTS = 15;

export function daySections(report: DayReport, name: LanguageName): DaySections {
  const language = LANGUAGES[name];
  const texts = DAILY_TEXTS[name];
  const { day, dayMs, timeZone, caches } = report;
  const weekday = new Intl.DateTimeFormat(language.tag, { weekday: "long", timeZone }).format(dayMs);
  const short = new Intl.DateTimeFormat(language.tag, { dateStyle: "medium", timeZone }).format(dayMs);
  const isEmpty = day === undefined || day.served === 0;
  return {
    date: `${weekday}, ${short}`,
    subject: isEmpty
      ? fill(texts.subjectNothing, { day: short }, language)
      : fill(texts.subject, { day: short, served: day.served, saved: day.saved }, language),
    summary: isEmpty
      ? texts.nothing
      : fill(texts.summary, { caches, served: day.served, ratio: day.hitRatio ?? 0 }, language),
    head: ["", texts.day, texts.dayBefore, texts.weekBefore],
    amounts: day === undefined ? [] : amountRows(report, day, name),
    lists: [...clientLists(report, name), ...warmingList(report, name), wrongList(report, name)],
  };
}

function amountRows({ dayBefore, weekBefore }: DayReport, day: DayAmounts, name: LanguageName): AmountRow[] {
  const language = LANGUAGES[name];
  const texts = DAILY_TEXTS[name];
  const row = (title: string, pick: (amounts: DayAmounts) => number): AmountRow => {
    const before = (other: DayAmounts | undefined): string =>
      other === undefined
        ? language.none
        : `${bytesText(pick(other), language)} ${changeText(pick(day), pick(other), language)}`.trimEnd();
    return [title, bytesText(pick(day), language), before(dayBefore), before(weekBefore)];
  };
  const ratio = (amounts: DayAmounts | undefined): string => percentText(amounts?.hitRatio, 0, language);
  return [
    row(texts.served, ({ served }) => served),
    row(texts.saved, ({ saved }) => saved),
    row(texts.fromApple, ({ fromApple }) => fromApple),
    row(texts.fromPeers, ({ fromPeers }) => fromPeers),
    [texts.hitRatio, ratio(day), ratio(dayBefore), ratio(weekBefore)],
  ];
}

/** `+8%`, `-12%`; nothing to compare with is nothing. */
function changeText(now: number, before: number, language: Language): string {
  if (before === 0) return "";
  const share = now / before - 1;
  // ten times as much and more says nothing as a percentage
  if (share >= 9.995) return `×${Math.round(now / before)}`;
  return `${share < 0 ? "-" : "+"}${percentText(Math.abs(share), 0, language)}`;
}

function clientLists({ clients }: DayReport, name: LanguageName): DaySections["lists"] {
  if (clients === undefined) return [];
  const language = LANGUAGES[name];
  const texts = DAILY_TEXTS[name];
  const { unique, requests, families, models, systems, kinds } = clients;
  const line = (title: string, all: readonly Named[], pick: (named: Named) => number): string[] =>
    all.length === 0 ? [] : [`${title}: ${namesText(all, pick, { texts, language })}`];
  const count = ({ clients: known }: Named): number => known;
  return [
    {
      title: texts.clients,
      lines: [
        fill(texts.asked, { clients: unique, requests }, language),
        ...line(texts.families, families, count),
        ...line(texts.models, models, count),
        ...line(texts.systems, systems, count),
        ...line(texts.kinds, kinds, ({ requests: files }) => files),
      ],
    },
  ];
}

function namesText(
  all: readonly Named[],
  pick: (named: Named) => number,
  { texts, language }: { readonly texts: (typeof DAILY_TEXTS)[LanguageName]; readonly language: Language },
): string {
  const shown = all.slice(0, MOST_NAMES).map((each) => `${each.name} ${pick(each).toLocaleString(language.tag)}`);
  const more = all.length - shown.length;
  return [...shown, ...(more > 0 ? [fill(texts.more, { count: more }, language)] : [])].join(", ");
}

function warmingList({ warming }: DayReport, name: LanguageName): DaySections["lists"] {
  if (warming === undefined) return [];
  const language = LANGUAGES[name];
  const texts = DAILY_TEXTS[name];
  const { runs, unfinished, warmed, cached, failed, bytesFromOrigin: bytes } = warming;
  const lines = [
    fill(texts.warmed, { runs, warmed, cached, failed, bytes }, language),
    ...(unfinished === 0 ? [] : [fill(texts.unfinished, { count: unfinished }, language)]),
  ];
  return [{ title: texts.warming, lines }];
}

/** What began, what was over, and what began earlier and goes on; each once. */
function wrongList(report: DayReport, name: LanguageName): DaySections["lists"][number] {
  const language = LANGUAGES[name];
  const texts = DAILY_TEXTS[name];
  const all = [...new Set([...report.open, ...report.began, ...report.recovered])];
  const lines = all.slice(0, MOST_ALERTS).map((alert) => alertLine(alert, report, name));
  const more = all.length - lines.length;
  return {
    title: texts.wrong,
    lines: [
      ...(lines.length === 0 ? [texts.nothingWrong] : lines),
      ...(more > 0 ? [fill(texts.andMore, { count: more }, language)] : []),
    ],
  };
}

function alertLine(
  { rule, server, part, sinceMs, overMs }: PastAlert,
  { timeZone }: DayReport,
  name: LanguageName,
): string {
  const language = LANGUAGES[name];
  const texts = DAILY_TEXTS[name];
  const subject = part === "" ? server : `${server} ${part}`;
  const since = fill(texts.since, { moment: momentText(sinceMs, timeZone) }, language);
  const end =
    overMs === undefined
      ? texts.goesOn
      : `${fill(texts.lasted, { length: Math.max(0, (overMs - sinceMs) / 1000) }, language)}, ${texts.recovered}`;
  return `${ruleTitle(rule, name)}: ${subject}, ${since}, ${end}`;
}
