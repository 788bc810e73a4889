/**
 * A notice in the words of a language: what, where, since when, how bad, what to do, and a link.
 *
 * @module
 */

import { momentText } from "../../core/time/moments.ts";
import { durationText } from "../../core/words/amounts.ts";
import { fill, type Values } from "../../core/words/fill.ts";
import { LANGUAGES, type Language, type LanguageName } from "../../core/words/language.ts";
import { ALERTS_TEXTS } from "../../core/words/texts/texts.ts";
import type { Notice } from "../state/state.ts";
import { ruleWords, said, sayIn } from "./rule-words.ts";

type AlertTexts = (typeof ALERTS_TEXTS)[LanguageName];

/** Names listed in one message: the rest is a number. */
const MOST_NAMES = 10;

/** A fact of a message with its heading. */
export interface Fact {
  readonly title: string;
  readonly value: string;
}

/** What every notifier writes in its own form. */
export interface Message {
  /** One line. */
  readonly subject: string;
  readonly what: string;
  readonly facts: readonly Fact[];
  readonly next: Fact | undefined;
  readonly link: Fact | undefined;
  readonly text: string;
  /** For mail, where it is more than a notice. */
  readonly html?: string;
  /** What that HTML shows as `cid:` and their name. */
  readonly pictures?: readonly MailPicture[];
}

/** A picture that comes with a mail. */
export interface MailPicture {
  readonly name: string;
  readonly png: Uint8Array;
}

export interface Wording {
  readonly language: LanguageName;
  readonly timeZone: string;
  /** Board or live page. */
  readonly link: string | undefined;
}

export function messageOf(notice: Notice, { language: name, timeZone, link }: Wording): Message {
  const texts = ALERTS_TEXTS[name];
  const language = LANGUAGES[name];
  const say = (sentence: string, values: Values): string => sayIn(sentence, values, name);
  const values = notice.alerts[0]?.values ?? {};
  const rule =
    notice.kind === "test"
      ? said({ title: texts.test, what: texts.testWhat, next: texts.testNext }, values, name)
      : ruleWords(notice.rule, values, name);
  const where = whereText(notice, (sentence, values) => say(sentence, values), texts);
  const counts = { title: rule.title, count: notice.alerts.length, remaining: notice.remaining };
  const isOver = notice.kind === "recovered";
  const heading =
    isOver && notice.remaining > 0
      ? texts.partly
      : notice.kind === "test" || notice.kind === "daily"
        ? texts.firing
        : texts[notice.kind];
  const subject = `${say(heading, counts)}${where === "" ? "" : `: ${where}`}`;
  const { what } = rule;
  const facts = [
    ...(notice.alerts.length > 1 ? [{ title: texts.place, value: namesText(notice, texts, language) }] : []),
    {
      title: texts.since,
      value: momentText(Math.min(notice.atMs, ...notice.alerts.map(({ sinceMs }) => sinceMs)), timeZone),
    },
    isOver
      ? { title: texts.lasted, value: lastedText(notice, language) }
      : { title: texts.severity, value: notice.level === "bad" ? texts.grave : texts.soon },
    ...(notice.kind === "reminder" ? [{ title: texts.end, value: say(texts.endWith, subjectOf(notice)) }] : []),
  ];
  const next = isOver ? undefined : { title: texts.todo, value: rule.next };
  const more = link === undefined ? undefined : { title: texts.link, value: link };
  const lines = [...facts, ...(next === undefined ? [] : [next]), ...(more === undefined ? [] : [more])];
  const text = [...(isOver ? [] : [what, ""]), ...lines.map(({ title, value }) => `${title}: ${value}`)].join("\n");
  return { subject, what, facts, next, link: more, text };
}

/** Names that a shell takes as they are. */
const PLAIN = /^[\w.:][\w.:-]*$/;

/** What a silence would be about: of several caches, each needs one of its own. */
function subjectOf({ rule, alerts }: Notice): Values {
  const [server = "", ...others] = new Set(alerts.map((alert) => alert.server));
  return { rule, server: others.length === 0 && PLAIN.test(server) ? server : "NAME" };
}

function whereText(
  { alerts, place }: Notice,
  say: (sentence: string, values: Readonly<Record<string, number | string>>) => string,
  texts: AlertTexts,
): string {
  const [first] = alerts;
  if (first === undefined) return "";
  const servers = new Set(alerts.map(({ server }) => server));
  const name = servers.size === 1 ? first.server : say(texts.caches, { count: servers.size });
  const site = servers.size === 1 ? (first.tags["site_name"] ?? place) : place;
  return site === "" ? name : `${name} (${site})`;
}

function namesText({ alerts }: Notice, texts: AlertTexts, language: Language): string {
  const names = [...new Set(alerts.map(({ server, part }) => (part === "" ? server : `${server} ${part}`)))];
  const more = names.length - MOST_NAMES;
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return more > 0 ? `${shown} ${fill(texts.andMore, { count: more }, language)}` : shown;
}

function lastedText({ alerts, atMs }: Notice, language: Language): string {
  const from = Math.min(...alerts.map(({ sinceMs }) => sinceMs));
  const to = Math.max(...alerts.map(({ overMs = atMs }) => overMs));
  return durationText(Math.max(0, (to - from) / 1000), language);
}
