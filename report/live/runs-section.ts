/**
 * Warming runs on the live page: the one that goes on with its progress, and those before it. Pure.
 *
 * @module
 */

import { type Html, html, table } from "../page/page.ts";
import type { Words } from "../words.ts";
import { age, nameText } from "./parts.ts";
import type { RunFile, WatchedRun } from "./warming-run.ts";

/** Runs listed that are over. */
const MOST_ENDED = 6;
/** Runs shown with their progress. */
const MOST_OPEN = 12;

/** Caches named of a run. */
const MOST_NAMES = 4;

/** What a part of the page is drawn at. */
export interface At {
  readonly nowMs: number;
  readonly timeZone: string;
}

export function runsSection(runs: readonly WatchedRun[], at: At, words: Words): Html {
  const { live, texts } = words;
  const isOpen = ({ state }: WatchedRun): boolean => state === "running" || state === "quiet";
  const open = runs.filter(isOpen);
  const ended = runs.filter((run) => !isOpen(run)).slice(0, MOST_ENDED);
  return html`<h2>${texts.warming}</h2>${runs.length === 0 && html`<p>${live.noRuns}</p>`}${open
    .slice(0, MOST_OPEN)
    .map((run) => openRun(run, at, words))}${
    ended.length > 0 &&
    html`${open.length > 0 && html`<h3>${live.earlierRuns}</h3>`}${table({
      words,
      name: live.earlierRuns,
      titles: [live.began, texts.cache, live.outcome, live.size, texts.fromApple],
      rows: ended.map((run) => endedRow(run, at, words)),
      texts: 3,
    })}`
  }`;
}

function openRun(run: WatchedRun, { nowMs, timeZone }: At, words: Words): Html {
  const { live } = words;
  const { state, server, targets, startedMs, lastMs, share } = run;
  const names = targets.filter((name) => name !== server);
  const label = share === undefined ? filesText(run, words) : words.percent(share);
  return html`<div class="run"><p><strong class="${state === "quiet" ? "warn" : "good"}">${live[state]}</strong> · ${live.began} ${words.time(startedMs, timeZone)} · ${live.warmedBy} ${nameText(server)}${names.length > 0 && html` → ${namesText(names)}`}${state === "quiet" && html` · ${age(lastMs, nowMs, words)}`}</p>
<progress max="100"${share !== undefined && html` value="${Math.round(share * 1000) / 10}"`} aria-label="${words.texts.warming}">${label}</progress>
<p>${progressText(run, words)}</p>${run.newestFiles.length > 0 && filesTable(run.newestFiles, words)}</div>`;
}

/** Some names, and how many more there are. */
function namesText(names: readonly string[]): Html {
  const more = names.length - MOST_NAMES;
  return html`${names.slice(0, MOST_NAMES).map((name, i) => html`${i > 0 && ", "}${nameText(name)}`)}${more > 0 && ` + ${more}`}`;
}

function filesText({ files, plannedFiles }: WatchedRun, words: Words): string {
  return plannedFiles === undefined
    ? words.fill(words.live.files, { done: files })
    : words.fill(words.live.filesOf, { done: files, planned: plannedFiles });
}

/** `12 of 40 files · 30.0% · 3.2 GB · 38 MB/s · about 4 min left`. */
function progressText(run: WatchedRun, words: Words): string {
  const { live } = words;
  const { share, bytesAsked, rate, secondsLeft, failed } = run;
  return [
    filesText(run, words),
    share === undefined ? undefined : words.percent(share),
    words.bytes(bytesAsked),
    rate === undefined ? undefined : words.rate(rate),
    secondsLeft === undefined ? undefined : words.fill(live.left, { left: Math.max(1, Math.round(secondsLeft)) }),
    failed === 0 ? undefined : `${words.count(failed)} ${live.outcomes.failed}`,
  ]
    .filter((part) => part !== undefined)
    .join(" · ");
}

function filesTable(files: readonly RunFile[], words: Words): Html {
  const { live } = words;
  const rows = files.map(({ name, outcome, bytes }) => [
    nameText(name),
    html`<span class="${outcome === "failed" ? "bad" : ""}">${outcomeText(outcome, words)}</span>`,
    words.bytes(bytes),
  ]);
  return table({ words, name: words.texts.warming, titles: [live.file, live.outcome, live.size], rows, texts: 2 });
}

function outcomeText(outcome: string, { live }: Words): string {
  return outcome in live.outcomes ? live.outcomes[outcome as keyof typeof live.outcomes] : outcome;
}

function endedRow(run: WatchedRun, { timeZone }: At, words: Words): (Html | string)[] {
  const { server, state, targets, startedMs, warmed, cached, failed, skipped, bytesAsked, bytesFromOrigin } = run;
  const { outcomes } = words.live;
  const counts = Object.entries({ warmed, cached, failed, skipped })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${words.count(count)} ${outcomes[name as keyof typeof outcomes]}`);
  return [
    `${words.day(startedMs, timeZone)}, ${words.time(startedMs, timeZone)}`,
    namesText(targets.length > 0 ? targets : [server]),
    [counts.join(", ") || words.fill(words.live.files, { done: 0 }), state === "stopped" && words.live.stopped]
      .filter((part) => part !== false)
      .join(", "),
    words.bytes(bytesAsked),
    words.bytes(bytesFromOrigin),
  ];
}
