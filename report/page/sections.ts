/**
 * The sections of the page. Pure: the report and the live page are made of the same.
 *
 * @module
 */
import { type ChartName, chart, LIGHT } from "../charts.ts";
import { clientTables } from "../clients.ts";
import { type Figure, figures, traffic, warmingRows } from "../figures.ts";
import type { Report, Site } from "../model.ts";
import { bucketTitle, hasData, remarks, siteTitle, summary } from "../titles.ts";
import type { Words } from "../words.ts";
import { frame } from "./frame.ts";
import { type Html, html } from "./html.ts";
import { table } from "./table.ts";

/** All of them, in order. */
export function sections(report: Report, words: Words): Html[] {
  const makers: readonly ((report: Report, words: Words) => Html | undefined)[] = [
    summarySection,
    timeSection,
    sitesSection,
    kindsSection,
    clientsSection,
    warmingSection,
    (of, said) => (of.unknown.includes("troubles") ? undefined : troublesSection(of, said)),
    gapsSection,
  ];
  return makers.map((make) => make(report, words)).filter((section) => section !== undefined);
}

function summarySection(report: Report, words: Words): Html {
  const tile = ({ title, value, change }: Figure): Html =>
    html`<div><dt>${title}</dt><dd><span class="value">${value}</span>${
      change !== undefined && html`<br><span class="change">${change}</span>`
    }</dd></div>`;
  return html`<section>
<div class="summary">${summary(report, words).map((sentence) => html`<p>${sentence}</p>`)}</div>
${remarks(report, words).map((sentence) => html`<p>${sentence}</p>`)}
<dl class="tiles">${figures(report, words).map(tile)}</dl>
</section>`;
}

/** Where a section is one of several on a page that is fed. */
export interface Brief {
  /** Default: what it is divided into. */
  readonly title?: string;
  /** Its table is folded under the picture, and there is no second picture. */
  readonly brief?: boolean;
}

export function timeSection(report: Report, words: Words, { title, brief = false }: Brief = {}): Html | undefined {
  if (!hasData(report)) return undefined;
  const { texts } = words;
  const { buckets, by, total } = report;
  const rows = buckets.map((bucket) => [
    bucketTitle(bucket.startMs, report, words),
    ...(bucket.hasData ? traffic(bucket, words) : [texts.noData, "", "", ""]),
  ]);
  return html`<section><h2>${title ?? texts.byTime[by]}</h2>
${picture("buckets", report, words, texts.byTime[by])}
${table({ words, name: texts.byTime[by], titles: [texts.time[by], ...trafficTitles(words)], rows, foot: [texts.total, ...traffic(total, words)], folded: brief })}
${!brief && picture("shares", report, words, texts.shares, true)}</section>`;
}

function sitesSection(report: Report, words: Words): Html | undefined {
  const { texts } = words;
  if (report.sites.length < 2) return undefined;
  const rows = report.sites.map((site) => [
    html`<bdi>${siteTitle(site, words)}</bdi>${mark(site, words)}`,
    ...amounts(site, words),
  ]);
  return html`<section><h2>${texts.sites}</h2>
${picture("sites", report, words, texts.sites)}
${table({ words, name: texts.sites, titles: [texts.site, ...amountTitles(words)], rows, foot: [texts.total, ...amounts(report.total, words)] })}</section>`;
}

function mark({ outlier }: Site, { texts }: Words): Html | undefined {
  return outlier === undefined ? undefined : html` <span class="warn">${texts[outlier]}</span>`;
}

export function kindsSection(report: Report, words: Words, { brief = false }: Brief = {}): Html | undefined {
  const { texts } = words;
  if (report.kinds.length === 0) return undefined;
  const rows = report.kinds.map(({ kind, bytes }) => [html`<bdi>${kind}</bdi>`, words.bytes(bytes)]);
  return html`<section><h2>${texts.kinds}</h2>
${picture("kinds", report, words, texts.kinds)}
${table({ words, name: texts.kinds, titles: [texts.kind, texts.held], rows, folded: brief })}</section>`;
}

function clientsSection({ clients }: Report, words: Words): Html | undefined {
  if (clients === undefined) return undefined;
  return html`<section><h2>${words.texts.clients}</h2>${clientTables(clients, words).map(
    ({ name, titles, rows }) =>
      html`<h3>${name}</h3>${table({ words, name, titles, rows: rows.map(([first = "", ...numbers]) => [html`<bdi>${first}</bdi>`, ...numbers]) })}`,
  )}</section>`;
}

function warmingSection({ warming }: Report, words: Words): Html | undefined {
  if (warming === undefined) return undefined;
  const { texts } = words;
  return html`<section><h2>${texts.warming}</h2>${table({ words, name: texts.warming, rows: warmingRows(warming, words) })}</section>`;
}

/** @param said its title, and what it says where there is nothing */
export function troublesSection(
  { troubles, timeZone }: Report,
  words: Words,
  said = { title: words.texts.troubles, nothing: words.texts.noTroubles },
): Html {
  const { texts } = words;
  const rows = troubles.map(({ timeMs, server, title, text }) => [
    words.dateTime(timeMs, timeZone),
    html`<bdi>${server}</bdi>`,
    html`<bdi>${text === "" ? title : `${title}: ${text}`}</bdi>`,
  ]);
  return html`<section><h2>${said.title}</h2>${
    rows.length === 0
      ? html`<p>${said.nothing}</p>`
      : table({ words, name: said.title, titles: [texts.when, texts.cache, texts.what], rows, texts: 3 })
  }</section>`;
}

function gapsSection({ gaps, timeZone }: Report, words: Words): Html {
  const { texts } = words;
  return html`<section><h2>${texts.gaps}</h2>${
    gaps.length === 0
      ? html`<p>${texts.noGaps}</p>`
      : html`<ul>${gaps.map(({ fromMs, toMs }) => html`<li>${words.span(fromMs, toMs, timeZone)}</li>`)}</ul>`
  }</section>`;
}

function trafficTitles({ texts }: Words): string[] {
  return [texts.served, texts.fromCaches, texts.fromApple, texts.hitRatio];
}

function amountTitles({ texts }: Words): string[] {
  return [texts.served, texts.saved, texts.fromApple, texts.hitRatio];
}

function amounts({ served, saved, fromApple, hitRatio }: Report["total"], words: Words): string[] {
  return [words.bytes(served), words.bytes(saved), words.bytes(fromApple), words.percent(hitRatio)];
}

/** Room for a picture; the browser draws it. Nothing where there is nothing to draw. */
function picture(name: ChartName, report: Report, words: Words, title: string, titled = false): Html | undefined {
  const config = chart(name, { report, words, theme: LIGHT });
  if (config === undefined) return undefined;
  return html`${titled && html`<h3>${title}</h3>`}${frame(name, title, config)}`;
}
