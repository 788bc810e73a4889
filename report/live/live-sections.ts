/**
 * The sections that only the live page has. Pure: a model in, HTML out, the same whether the page is loaded or fed.
 *
 * @module
 */
import { type Finding, findingIn } from "../../core/finding.ts";
import type { CacheState, Savings } from "../../core/history/history.ts";
import { levelOf, THRESHOLDS } from "../../core/thresholds.ts";
import { shareOf } from "../../core/words/amounts.ts";
import { LIGHT } from "../charts.ts";
import { traffic } from "../figures.ts";
import { frame, type Html, html, kindsSection, table, timeSection, troublesSection } from "../page/page.ts";
import { summary } from "../titles.ts";
import type { Words } from "../words.ts";
import type { LiveModel } from "./live-model.ts";
import { age, nameText, shareBar } from "./parts.ts";
import { todayChart } from "./today-chart.ts";

/** Findings listed of all caches together. */
const MOST_FINDINGS = 8;

/** A finding, and whose it is where it is not of the page's own cache. */
export interface NamedFinding extends Finding {
  readonly of?: { readonly name: string; readonly href: string };
}

/** What is wrong, first of all. */
export function stateSection(found: readonly NamedFinding[], words: Words): Html {
  const { live, fill } = words;
  const count = (level: Finding["level"]): number => found.filter((each) => each.level === level).length;
  const [errors, warnings] = [count("bad"), count("warn")];
  const parts = [
    errors > 0 && fill(live.errors, { count: errors }),
    warnings > 0 && fill(live.warnings, { count: warnings }),
  ];
  const headline = found.length === 0 ? live.fine : parts.filter((part) => part !== false).join(", ");
  const kind = errors > 0 ? "state bad" : warnings > 0 ? "state warn" : "state";
  return html`<div class="${kind}"><p class="headline" role="status">${headline}</p>${
    found.length > 0 &&
    html`<ul class="findings">${found.slice(0, MOST_FINDINGS).map((each) => findingItem(each, words))}</ul>`
  }</div>`;
}

function findingItem(found: NamedFinding, { live, language }: Words): Html {
  const { of } = found;
  const { said, next, language: spoken } = findingIn(found, language);
  const lang = spoken !== language && html` lang="${spoken}"`;
  return html`<li>${of !== undefined && html`<a href="${of.href}">${nameText(of.name)}</a>: `}<bdi${lang}>${said}</bdi> <span class="next">${live.next}: <bdi${lang}>${next}</bdi></span></li>`;
}

/** Today's numbers beside those of a usual day. */
export function tilesSection({ today, timeZone, nowMs }: LiveModel, words: Words): Html {
  const { live } = words;
  const tiles = todayFigures(today.total, words);
  const known = today.hours.some(({ hasData }) => hasData);
  const note =
    today.usualSoFar === undefined
      ? live.noUsual
      : words.fill(live.usualNote, {
          weekday: words.weekday(nowMs, timeZone),
          served: words.bytes(Math.round(today.usualSoFar)),
          days: today.usualDays,
        });
  return html`<h2>${live.today}</h2><dl class="tiles">${tiles.map(
    ([title, value]) =>
      html`<div><dt>${title}</dt><dd><span class="value">${known ? value : words.texts.noData}</span></dd></div>`,
  )}</dl><p class="dim">${note}</p>`;
}

/** Of a part of the time: what warming takes in one day is given back on others, so "saved" is for many days. */
function todayFigures(total: Savings, words: Words): [title: string, value: string][] {
  const { served, fromCaches, fromApple, hitRatio } = words.texts;
  const [all = "", caches = "", apple = "", share = ""] = traffic(total, words);
  return [
    [served, all],
    [fromCaches, caches],
    [fromApple, apple],
    [hitRatio, share],
  ];
}

export function todaySection({ today, timeZone }: LiveModel, words: Words): Html {
  const { live, texts } = words;
  const { hours } = today;
  const config = todayChart({ hours, timeZone, words, theme: LIGHT });
  const rows = hours
    .filter(({ isAhead }) => !isAhead)
    .map((hour) => [
      words.time(hour.startMs, timeZone),
      ...(hour.hasData ? traffic(hour, words) : [texts.noData, "", "", ""]),
      hour.usual === undefined ? "–" : words.bytes(Math.round(hour.usual)),
    ]);
  const titles = [live.hour, texts.served, texts.fromCaches, texts.fromApple, texts.hitRatio, live.usualDay];
  const foot = [texts.total, ...traffic(today.total, words), ""];
  return html`<h2>${live.byHour}</h2>${frame("today", live.byHour, config)}
${table({ words, name: live.byHour, titles, rows, foot, folded: true })}`;
}

/** The last days, as a report shows them. */
export function daysSection({ report }: LiveModel, words: Words): Html {
  const title = words.fill(words.live.lastDays, { days: report.buckets.length });
  const section = timeSection(report, words, { title, brief: true });
  return section === undefined
    ? html`<h2>${title}</h2><p>${words.live.noData}</p>`
    : html`${section}${summary(report, words).map((sentence) => html`<p>${sentence}</p>`)}`;
}

export function heldSection({ report }: LiveModel, words: Words): Html {
  return html`${kindsSection(report, words, { brief: true }) ?? ""}`;
}

export function eventsSection({ report }: LiveModel, words: Words): Html {
  return troublesSection(report, words, {
    title: words.live.happened,
    nothing: words.live.nothingHappened,
  });
}

/** How this cache is, from its newest status. */
export function cacheSection({ state, nowMs }: LiveModel, words: Words): Html {
  const { live } = words;
  if (state === undefined) return html`<h2>${live.cacheNow}</h2><p>${live.noState}</p>`;
  const fact = (title: string, value: Html | string | undefined): Html | undefined =>
    value === undefined ? undefined : html`<dt>${title}</dt><dd>${value}</dd>`;
  return html`<h2>${live.cacheNow}</h2><dl class="facts">${[
    fact(live.state, stateText(state, words)),
    fact(live.used, roomFact(state, words)),
    fact(live.free, state.freeBytes === undefined ? undefined : words.bytes(state.freeBytes)),
    fact(live.pressure, pressureFact(state, words)),
    fact(live.read, age(state.timeMs, nowMs, words)),
  ]}</dl>${peersTable(state, words)}`;
}

function stateText({ active, registered }: CacheState, { live }: Words): string {
  const parts = [
    active === undefined ? undefined : active ? live.active : live.inactive,
    registered === undefined
      ? undefined
      : registered === 1
        ? live.registered
        : registered === 0
          ? live.registering
          : live.unregistered,
  ];
  return parts.filter((part) => part !== undefined).join(", ") || "–";
}

function roomFact({ usedBytes, limitBytes }: CacheState, words: Words): Html | string | undefined {
  if (usedBytes === undefined) return undefined;
  if (limitBytes === undefined) return words.fill(words.live.unlimited, { used: words.bytes(usedBytes) });
  const share = shareOf(usedBytes, limitBytes) ?? 0;
  const text = words.fill(words.live.usedOf, { used: words.bytes(usedBytes), limit: words.bytes(limitBytes) });
  return html`${text} (${words.percent(share)})${shareBar(share, text)}`;
}

function pressureFact({ pressure }: CacheState, words: Words): Html | undefined {
  if (pressure === undefined) return undefined;
  const text = words.percent(pressure);
  return html`${text}${shareBar(pressure, `${words.live.pressure} ${text}`, levelOf(THRESHOLDS.pressure, pressure))}`;
}

function peersTable({ neighbours }: CacheState, words: Words): Html | undefined {
  if (neighbours.length === 0) return undefined;
  const { live } = words;
  const rows = neighbours.map(({ address, role, healthy }) => [
    nameText(address),
    nameText(role),
    html`<span class="${healthy ? "good" : "bad"}">${healthy ? live.answers : live.silentPeer}</span>`,
  ]);
  return html`<h3>${live.peers}</h3>${table({ words, name: live.peers, titles: [live.peer, live.role, live.state], rows, texts: 3 })}`;
}

/** How numbers get here and go on from here. */
export function pipeSection({ server, pass, newestRowMs, heardMs, sinks, nowMs }: LiveModel, words: Words): Html {
  const { live } = words;
  const when = (ms: number | undefined): Html | string =>
    ms === undefined ? live.nothingHeard : age(ms, nowMs, words);
  const took = pass?.seconds === undefined ? "" : ` (${words.fill(live.took, { time: pass.seconds })})`;
  const rows = sinks.map(({ name, place, movedMs, backlogBytes, rejectBytes }) => [
    html`${nameText(name)} <span class="dim">${nameText(place)}</span>`,
    movedMs === undefined ? live.never : age(movedMs, nowMs, words),
    words.bytes(backlogBytes),
    words.bytes(rejectBytes),
  ]);
  return html`<h2>${live.pipe}</h2><dl class="facts">
<dt>${live.newestRow}</dt><dd>${when(newestRowMs)}</dd>
<dt>${live.heard}</dt><dd>${when(heardMs)}</dd>
${(pass !== undefined || server !== undefined) && html`<dt>${live.lastPass}</dt><dd>${pass === undefined ? live.noPass : html`${age(pass.timeMs, nowMs, words)}${took}`}</dd>`}</dl>${
    sinks.length === 0
      ? html`<p class="dim">${live.noSinks}</p>`
      : table({
          words,
          name: live.pipe,
          titles: [live.sink, live.lastShipped, live.waiting, live.refused],
          rows,
        })
  }`;
}
