/**
 * The table of all caches: a row each, that can be sorted and filtered. Pure.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { levelOf, THRESHOLDS } from "../../core/thresholds.ts";
import { shareOf } from "../../core/words/amounts.ts";
import { type Html, html } from "../page/page.ts";
import type { Words } from "../words.ts";
import { worstOf } from "./alert-view.ts";
import type { CacheRow } from "./live-model.ts";
import { age, levelClass, nameText, shareBar, shortName } from "./parts.ts";
import { compareRows, isShown, queryOf, type RowKeys, sortedBy, type TableView } from "./table-view.ts";

/** A tag with more values is searched by text, not chosen from a list. */
const MOST_CHOICES = 60;
/** A longer name makes no address. */
const MOST_ADDRESS = 500;

/** When the table is drawn, and in which words. */
export interface At {
  readonly nowMs: number;
  readonly words: Words;
  /** Whether somebody looks for alerts: only then is there a column for them. */
  readonly alerts: boolean;
}

const COLUMNS = ["level", "name", "alerts", "served", "caches", "apple", "hit", "used", "pressure", "heard"] as const;
type Column = (typeof COLUMNS)[number];
const TEXTS: ReadonlySet<string> = new Set(["level", "name", "alerts"]);

function columnsOf({ alerts }: At): Column[] {
  return COLUMNS.filter((column) => column !== "alerts" || alerts);
}

function kindOf(column: Column): string {
  return [TEXTS.has(column) ? "" : "number", WIDE.has(column) ? "wide" : ""].join(" ").trim();
}
/** Left out on a narrow screen. */
const WIDE: ReadonlySet<string> = new Set(["alerts", "caches", "apple", "used", "pressure", "heard"]);

/** The part of an address and of an element's name that stands for a cache: letters and digits, whatever its name is. */
export function cacheId(server: string): string {
  return createHash("sha256").update(server).digest("hex").slice(0, 16);
}

/** The address of the page of a cache. */
export function cacheAddress(server: string): string {
  const name = encodeURIComponent(server);
  return name.length > MOST_ADDRESS || server === "." || server === ".." || name.startsWith("~")
    ? `/cache/~${cacheId(server)}`
    : `/cache/${name}`;
}

/** The table with its filter. @param rows all of them; the view says which are shown */
export function cachesSection(rows: readonly CacheRow[], view: TableView, at: At): Html {
  const { words } = at;
  const { live } = words;
  const keyed = rows.map((row) => ({ row, keys: keysOf(row) }));
  const shown = keyed.filter(({ keys }) => isShown(keys, view)).sort((a, b) => compareRows(a.keys, b.keys, view));
  const hidden = keyed.filter(({ keys }) => !isShown(keys, view));
  const each = ({ row }: { readonly row: CacheRow }, isHidden: boolean): Html => html`${cacheRow(row, at, isHidden)}`;
  return html`<h2>${live.allCaches}</h2>
${filterForm(rows, view, words)}
<div class="scroll" tabindex="0" role="region" aria-label="${live.allCaches}"><table class="caches" id="caches" data-view="${queryOf(view)}">
<thead><tr>${columnsOf(at).map((column) => columnHead(column, view, words))}</tr></thead>
<tbody>${shown.map((one) => each(one, false))}${hidden.map((one) => each(one, true))}</tbody>
</table></div>`;
}

function columnHead(column: Column, view: TableView, words: Words): Html {
  const sorted = view.sort === column && html` aria-sort="${view.descending ? "descending" : "ascending"}"`;
  return html`<th scope="col" class="${kindOf(column)}" data-column="${column}"${sorted}><a href="${queryOf(sortedBy(view, column))}">${columnTitle(column, words)}</a></th>`;
}

function columnTitle(column: Column, { live, texts }: Words): string {
  return {
    level: live.level,
    name: texts.cache,
    alerts: live.alerts,
    served: texts.served,
    caches: texts.fromCaches,
    apple: texts.fromApple,
    hit: texts.hitRatio,
    used: live.used,
    pressure: live.pressure,
    heard: live.heard,
  }[column];
}

/** A row. It is sent again when something of it changed. */
export function cacheRow(row: CacheRow, at: At, isHidden = false): Html {
  const { nowMs, words } = at;
  const { live } = words;
  const { server, today, state, heardMs, findings, alerts, tags } = row;
  const level = worstOf(findings, alerts);
  const none = html`<span class="dim">${words.texts.noData}</span>`;
  const amount = (pick: (value: NonNullable<typeof today>) => number | bigint): Html | string =>
    today === undefined ? none : words.bytes(pick(today));
  const about = Object.entries(tags)
    .filter(([key, value]) => key !== "server" && value !== "")
    .map(([, value], i) => html`${i > 0 && " · "}${nameText(value)}`);
  const room = state?.usedBytes === undefined ? undefined : shareOf(state.usedBytes, state.limitBytes ?? 0);
  const cells: Readonly<Record<Exclude<Column, "name">, Html | string>> = {
    level: html`<span class="badge ${level === "ok" ? "good" : level}">${live.levels[level]}</span>`,
    alerts: alertsText(alerts),
    served: amount(({ served }) => served),
    caches: amount(({ fromCaches }) => fromCaches),
    apple: amount(({ fromApple }) => fromApple),
    hit: today === undefined ? none : ratioText(today.hitRatio, words),
    used:
      state?.usedBytes === undefined
        ? none
        : html`${words.bytes(state.usedBytes)}${room !== undefined && shareBar(room, words.percent(room))}`,
    pressure:
      state?.pressure === undefined
        ? none
        : html`<span class="${levelClass(THRESHOLDS.pressure, state.pressure)}">${words.percent(state.pressure)}</span>`,
    heard: heardMs === undefined ? none : age(heardMs, nowMs, words),
  };
  return html`<tr id="c-${cacheId(server)}" data-keys="${JSON.stringify(keysOf(row))}"${isHidden && html` hidden`}>${columnsOf(
    at,
  ).map((column) =>
    column === "name"
      ? html`<th scope="row"><a href="${cacheAddress(server)}">${nameText(server)}</a><span class="dim">${about}</span></th>`
      : html`<td class="${kindOf(column)}">${cells[column]}</td>`,
  )}</tr>`;
}

/** The gravest alert by its title, and how many more there are. */
function alertsText(alerts: CacheRow["alerts"]): Html {
  const [first] = alerts;
  if (first === undefined) return html``;
  return html`<span class="${first.level}">${first.title}</span>${alerts.length > 1 && html` <span class="dim">+ ${alerts.length - 1}</span>`}`;
}

/** A hit ratio is judged only where something was served. */
function ratioText(hitRatio: number | undefined, words: Words): Html {
  const kind = hitRatio === undefined || levelOf(THRESHOLDS.hitRatio, hitRatio) === "fine" ? "" : "warn";
  return html`<span class="${kind}">${words.percent(hitRatio)}</span>`;
}

function keysOf({ server, tags, today, state, heardMs, findings, alerts }: CacheRow): RowKeys {
  const number = (value: number | bigint | undefined): number | null => (value === undefined ? null : Number(value));
  const { server: _, ...own } = tags;
  return {
    name: server,
    tags: own,
    values: {
      level: { ok: 0, warn: 1, bad: 2 }[worstOf(findings, alerts)],
      alerts: alerts.length,
      served: number(today?.served),
      caches: number(today?.fromCaches),
      apple: number(today?.fromApple),
      hit: number(today?.hitRatio),
      used: number(state?.usedBytes),
      pressure: number(state?.pressure),
      heard: number(heardMs),
    },
  };
}

function filterForm(rows: readonly CacheRow[], view: TableView, words: Words): Html {
  const { live } = words;
  const shown = rows.filter((row) => isShown(keysOf(row), view)).length;
  return html`<form class="filter" role="search" id="filter" action="/" method="get">
<input type="hidden" name="sort" value="${view.sort}"><input type="hidden" name="dir" value="${view.descending ? "desc" : "asc"}">
<label>${live.filter}<input type="search" name="q" value="${view.search}" autocomplete="off"></label>
${choicesOf(rows).map(([key, values]) => html`<label>${nameText(key)}<select name="tag.${key}"><option value="">${live.any}</option>${values.map((value) => html`<option value="${value}"${view.tags[key] === value && html` selected`}>${shortName(value)}</option>`)}</select></label>`)}
<button>${live.apply}</button><p class="dim" id="shown" role="status" data-all="${rows.length}">${words.fill(live.shown, { shown, all: rows.length })}</p></form>`;
}

/** Tags with few values. */
function choicesOf(rows: readonly CacheRow[]): [string, string[]][] {
  const values = new Map<string, Set<string>>();
  for (const { tags } of rows) {
    for (const [key, value] of Object.entries(tags)) {
      if (key === "server" || value === "") continue;
      const known = values.get(key) ?? new Set();
      known.add(value);
      values.set(key, known);
    }
  }
  return [...values]
    .filter(([, each]) => each.size > 1 && each.size <= Math.min(MOST_CHOICES, rows.length / 2))
    .map(([key, each]) => [key, [...each].sort()]);
}
