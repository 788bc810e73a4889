/**
 * A daily report as a message: text of 72 columns, facts for chats, and HTML with its pictures for mail. Pure.
 *
 * @module
 */
import { columnsOf, fillTo, flow } from "../../core/words/columns.ts";
import type { LanguageName } from "../../core/words/language.ts";
import { ALERTS_TEXTS } from "../../core/words/texts/texts.ts";
import { escapeAttribute, htmlDocument, type MailPicture, type Message } from "../words/words.ts";
import type { DayReport } from "./day-report.ts";
import { type AmountRow, type DaySections, daySections } from "./day-sections.ts";

/** A picture of the day. */
export interface DayPicture {
  readonly name: string;
  readonly title: string;
  readonly png: Uint8Array;
}

export interface DayWording {
  readonly language: LanguageName;
  /** Board or live page. */
  readonly link: string | undefined;
  readonly pictures: readonly DayPicture[];
}

const COLUMNS = 72;

export function dayMessage(report: DayReport, { language, link, pictures }: DayWording): Message {
  const sections = daySections(report, language);
  const { subject, summary, head, amounts, lists } = sections;
  const more = link === undefined ? undefined : { title: ALERTS_TEXTS[language].link, value: link };
  const [, , before, week] = head;
  return {
    subject,
    what: summary,
    facts: [
      ...amounts.map(([title, day, dayBefore, weekBefore]) => {
        return { title, value: `${day} (${before}: ${dayBefore}; ${week}: ${weekBefore})` };
      }),
      ...lists.map(({ title, lines }) => ({ title, value: lines.join("; ") })),
    ],
    next: undefined,
    link: more,
    text: textOf(sections, more?.value),
    html: htmlOf(sections, { pictures, link: more }),
    pictures: pictures.map(({ name, png }): MailPicture => ({ name, png })),
  };
}

function textOf({ date, summary, head, amounts, lists }: DaySections, link: string | undefined): string {
  const wrapped = (text: string, indent: string): string[] =>
    flow(text.split(" "), " ", COLUMNS - 2 - indent.length).map((line, i) => `${i === 0 ? "" : indent}${line}`);
  return [
    date,
    ...wrapped(summary, ""),
    ...(amounts.length === 0 ? [] : ["", ...tableOf([head, ...amounts])]),
    ...lists.flatMap(({ title, lines }) => [
      "",
      title,
      ...lines.flatMap((line) => wrapped(line, "  ").map((each) => `  ${each}`)),
    ]),
    ...(link === undefined ? [] : ["", link]),
  ].join("\n");
}

function tableOf(rows: readonly AmountRow[]): string[] {
  const widths = rows.reduce(
    (all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, columnsOf(cell))),
    [] as number[],
  );
  return rows.map((row) =>
    row
      .map((cell, i) => fillTo(cell, widths[i] ?? 0, i === 0 ? "left" : "right"))
      .join("   ")
      .trimEnd(),
  );
}

interface Around {
  readonly pictures: readonly DayPicture[];
  readonly link: Message["link"];
}

function htmlOf({ date, subject, summary, head, amounts, lists }: DaySections, { pictures, link }: Around): string {
  const cell = (tag: "th" | "td", text: string, i: number): string => {
    const [align, colour] = [i === 0 ? "left" : "right", i === 1 || tag === "th" ? "#111" : "#555"];
    const bold = i === 1 ? "font-weight:600" : "font-weight:400";
    return `<${tag} align="${align}" style="padding:5px 0 5px ${i === 0 ? 0 : 12}px;border-bottom:1px solid #ddd;color:${colour};${bold};white-space:nowrap">${escapeAttribute(text)}</${tag}>`;
  };
  const row = (tag: "th" | "td", cells: AmountRow): string =>
    `<tr>${cells.map((text, i) => cell(tag, text, i)).join("")}</tr>`;
  const table = [row("th", head), ...amounts.map((each) => row("td", each))].join("\n");
  return htmlDocument([
    `<p style="margin:0;color:#555">${escapeAttribute(date)}</p>`,
    `<h1 style="font-size:19px;margin:0 0 8px">${escapeAttribute(subject)}</h1><p>${escapeAttribute(summary)}</p>`,
    ...(amounts.length === 0
      ? []
      : [`<table width="100%" style="border-collapse:collapse;font-size:14px">${table}</table>`]),
    ...pictures.map(
      ({ name, title }) =>
        `<p style="margin:16px 0"><img src="cid:${escapeAttribute(name)}" alt="${escapeAttribute(title)}" width="568" style="width:100%;max-width:568px;height:auto"></p>`,
    ),
    ...lists.map(
      ({ title, lines }) =>
        `<h2 style="font-size:16px;margin:16px 0 4px">${escapeAttribute(title)}</h2>${lines.map((line) => `<p style="margin:2px 0">${escapeAttribute(line)}</p>`).join("\n")}`,
    ),
    ...(link === undefined
      ? []
      : [`<p><a href="${escapeAttribute(link.value)}">${escapeAttribute(link.title)}</a></p>`]),
  ]);
}
