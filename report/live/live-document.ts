/**
 * The live page as a document: parts with names, which are sent again when they change. Pure.
 *
 * @module
 */

import { type Html, html, scriptJson } from "../page/page.ts";
import type { Words } from "../words.ts";
import { cacheAddress, cachesSection } from "./caches-table.ts";
import type { LiveModel } from "./live-model.ts";
import {
  cacheSection,
  daysSection,
  eventsSection,
  heldSection,
  type Problem,
  pipeSection,
  stateSection,
  tilesSection,
  todaySection,
} from "./live-sections.ts";
import { age, nameText, shortName } from "./parts.ts";
import { runsSection } from "./runs-section.ts";
import type { TableView } from "./table-view.ts";

/** A part of the page, by the name of its element. */
export type Part = readonly [id: string, content: Html];

/** The parts of a page that are fed, in their order. */
export function liveParts(model: LiveModel, words: Words): Part[] {
  const one = model.server !== undefined;
  return [
    ["p-clock", clock(model, words)],
    ["p-state", stateSection(problems(model), model, words)],
    ["p-tiles", tilesSection(model, words)],
    ["p-today", todaySection(model, words)],
    ["p-runs", runsSection(model.runs, model, words)],
    ...(one ? [["p-cache", cacheSection(model, words)] as const] : []),
    ["p-held", heldSection(model, words)],
    ["p-days", daysSection(model, words)],
    ["p-pipe", pipeSection(model, words)],
    ["p-events", eventsSection(model, words)],
  ];
}

/** What the pictures of a page are drawn from. */
export function chartData({ today, report, timeZone }: LiveModel): unknown {
  const { by, buckets, kinds, sources } = report;
  return { hours: today.hours, report: { by, buckets, kinds, sources, sites: [], timeZone } };
}

/** How old the newest numbers are. */
function clock({ heardMs, nowMs }: LiveModel, words: Words): Html {
  const { live } = words;
  return html`<p>${live.heard}: ${heardMs === undefined ? live.nothingHeard : age(heardMs, nowMs, words)}</p>`;
}

/** What fires and what was found: of the page's cache; of all caches the pipe's and then those of each, the worst first. */
function problems({ server: only, findings, alerts = [], caches }: LiveModel): Problem[] {
  const pages = new Set(caches.map(({ server }) => server));
  const of = (server: string): Problem["of"] =>
    only !== undefined ? undefined : { name: server, href: pages.has(server) ? cacheAddress(server) : undefined };
  return [
    ...alerts.map((alert) => ({ level: alert.level, alert, of: of(alert.server) })),
    ...findings.map((finding) => ({ level: finding.level, finding, of: undefined })),
    ...caches.flatMap((row) => row.findings.map((finding) => ({ level: finding.level, finding, of: of(row.server) }))),
  ].sort((a, b) => Number(b.level === "bad") - Number(a.level === "bad"));
}

export interface DocumentParts {
  readonly model: LiveModel;
  readonly words: Words;
  /** The page, as its feed is asked for. */
  readonly page: string;
  /** Where the feed goes on. */
  readonly place: string;
  /** Whether there is a page above it, with all caches. */
  readonly several: boolean;
  readonly view: TableView;
}

/** The whole page. */
export function liveDocument({ model, words, page, place, several, view }: DocumentParts): string {
  const { live } = words;
  const { server, organisation, tags } = model;
  const title = server === undefined ? live.allCaches : shortName(server);
  const about = Object.entries(tags).filter(([key, value]) => key !== "server" && value !== "");
  const parts = new Map(liveParts(model, words));
  const part = (id: string): Html => html`<section id="${id}">${parts.get(id)}</section>`;
  return html`<!doctype html>
<html lang="${words.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}: ${live.title}</title>
<link rel="stylesheet" href="/page.css">
<link rel="icon" href="data:,">
<script src="/live.js" defer></script>
</head>
<body data-page="${page}" data-place="${place}" data-zone="${model.timeZone}">
<main>
<header><div>
${several && server !== undefined && html`<p class="organisation"><a href="/">← ${live.allCaches}</a></p>`}
${organisation !== undefined && html`<p class="organisation"><bdi>${organisation}</bdi></p>`}
<h1>${server === undefined ? live.allCaches : nameText(server)}</h1>
${about.length > 0 && html`<p class="period">${about.map(([, value], i) => html`${i > 0 && " · "}${nameText(value)}`)}</p>`}
</div><div class="clock"><p id="connection" role="status"><noscript>${live.noScript}</noscript></p>${part("p-clock")}</div></header>
${part("p-state")}
${part("p-tiles")}
<div class="two">${part("p-today")}${part("p-runs")}</div>
${server === undefined ? html`<section id="p-caches">${cachesSection(model.caches, view, { nowMs: model.nowMs, words, alerts: model.alerts !== undefined })}</section>` : ""}
<div class="two">${part("p-days")}${server === undefined ? part("p-held") : html`<div>${part("p-cache")}${part("p-held")}</div>`}</div>
<div class="two">${part("p-events")}${part("p-pipe")}</div>
</main>
<script type="application/json" id="charts">${scriptJson(chartData(model))}</script>
</body>
</html>
`.text;
}
