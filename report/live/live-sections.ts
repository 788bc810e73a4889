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
import type { AlertView } from "./alert-view.ts";
import type { LiveModel } from "./live-model.ts";
import { age, nameText, shareBar } from "./parts.ts";
import type { At } from "./runs-section.ts";
import { todayChart } from "./today-chart.ts";

/** Problems listed of all caches together. */
const MOST_PROBLEMS = 8;

/** An alert that fires, or a finding without one. */
export interface Problem {
  readonly level: Finding["level"];
  readonly alert?: AlertView;
  readonly finding?: Finding;
  /** Whose it is, where that is not the page's own cache; without an address where it has no page. */
  readonly of: { readonly name: string; readonly href: string | undefined } | undefined;
}

/** What is wrong, first of all. */
export function stateSection(found: readonly Problem[], at: At, words: Words): Html {
  const { live, texts, fill } = words;
  const firing = found.filter(({ alert }) => alert !== undefined).length;
  const count = (level: Problem["level"]): number =>
    found.filter((each) => each.alert === undefined && each.level === level).length;
  const [errors, warnings] = [count("bad"), count("warn")];
  const parts = [
    firing > 0 && fill(live.firing, { count: firing }),
    errors > 0 && fill(live.errors, { count: errors }),
    warnings > 0 && fill(live.warnings, { count: warnings }),
  ];
  const headline = found.length === 0 ? live.fine : parts.filter((part) => part !== false).join(", ");
  const [worst] = found;
  const more = found.length - MOST_PROBLEMS;
  return html`<div class="${["state", worst?.level ?? ""].join(" ").trim()}"><p class="headline" role="status">${headline}</p>${
    found.length > 0 &&
    html`<ul class="findings">${found.slice(0, MOST_PROBLEMS).map((each) => problemItem(each, at, words))}${
      more > 0 && html`<li class="dim">${fill(texts.otherSites, { count: more })}</li>`
    }</ul>`
  }</div>`;
}

function problemItem({ alert, finding, of }: Problem, at: At, words: Words): Html {
  const { live, language } = words;
  const name =
    of !== undefined &&
    (of.href === undefined ? nameText(of.name) : html`<a href="${of.href}">${nameText(of.name)}</a>`);
  const said =
    alert === undefined ? findingIn(finding ?? NOTHING, language) : { said: alert.what, next: alert.next, language };
  const lang = said.language !== language && html` lang="${said.language}"`;
  const title =
    alert !== undefined &&
    html`<strong class="${alert.level}">${alert.title}</strong> <span class="dim">${words.fill(live.since, { when: whenText(alert.sinceMs, at, words) })}</span><br>`;
  return html`<li>${name}${name !== false && ": "}${title}<bdi${lang}>${said.said}</bdi> <span class="next">${live.next}: <bdi${lang}>${said.next}</bdi></span></li>`;
}

const NOTHING: Finding = { id: "", level: "warn", said: "", next: "" };

/** A moment by its time today, and with its day otherwise. */
function whenText(ms: number, { nowMs, timeZone }: At, words: Words): string {
  const time = words.time(ms, timeZone);
  return words.date(ms, timeZone) === words.date(nowMs, timeZone) ? time : `${words.day(ms, timeZone)}, ${time}`;
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

function stateText({ active, registered, state = "" }: CacheState, { live }: Words): string {
  const word = Object.hasOwn(live.states, state) ? live.states[state as keyof typeof live.states] : undefined;
  const parts = [
    word ?? (active === undefined ? undefined : active ? live.active : live.inactive),
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
