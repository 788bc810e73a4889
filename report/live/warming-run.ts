/**
 * A warming run as it is watched: how far it is, how fast, and when it will be done. Pure.
 *
 * The journal gets a line when a run begins, one as each file ends, one a minute for a file that takes long, and some when
 * it ends. A run that was killed has no end: it only falls silent, as one does that waits for a busy cache.
 *
 * @module
 */
import type { WarmingLines } from "../../core/history/history.ts";
import { shareOf } from "../../core/words/amounts.ts";

type AssetLine = WarmingLines["assets"][number];

/** Without a line for so long, a run may have been stopped: a file that takes long has one a minute. */
const QUIET_MS = 3 * 60_000;
/** And after this long it was. */
const STOPPED_MS = 3_600_000;
/** The rate is that of the last lines, over so long. */
const RATE_MS = 2 * 60_000;
/** Files listed of a run, the newest first. */
const MOST_FILES = 8;

export interface RunFile {
  readonly name: string;
  readonly outcome: string;
  readonly bytes: number;
  readonly timeMs: number;
}

export interface WatchedRun {
  /** Whose lines they are: the computer that warms. */
  readonly server: string;
  /** Caches it warms. */
  readonly targets: readonly string[];
  readonly startedMs: number;
  /** Its newest line. */
  readonly lastMs: number;
  /** `stopped`: it has no end, and another has begun or it has been silent for long. */
  readonly state: "running" | "quiet" | "ended" | "stopped";
  readonly files: number;
  /** Undefined where the run does not say. */
  readonly plannedFiles: number | undefined;
  readonly plannedBytes: number | undefined;
  readonly warmed: number;
  readonly cached: number;
  readonly failed: number;
  readonly skipped: number;
  readonly bytesAsked: number;
  readonly bytesFromOrigin: number;
  /** Done of all, 0 to 1; undefined where nobody knows how much all is. */
  readonly share: number | undefined;
  /** Bytes a second, of a run that goes on. */
  readonly rate: number | undefined;
  readonly secondsLeft: number | undefined;
  readonly newestFiles: readonly RunFile[];
}

/** The runs of a computer, the newest first. */
export function watchedRuns(server: string, lines: WarmingLines, nowMs: number): WatchedRun[] {
  const { starts, finished, assets } = lines;
  const begins = starts.map(({ timeMs }) => timeMs);
  // what lies before the first start is of a run whose start is not in the span
  const windows = [Number.NEGATIVE_INFINITY, ...begins].map((fromMs, i) => ({
    fromMs,
    toMs: begins[i] ?? Number.POSITIVE_INFINITY,
    start: starts[i - 1],
  }));
  return windows
    .flatMap(({ fromMs, toMs, start }) => {
      const isIn = (ms: number): boolean => ms >= fromMs && ms < toMs;
      const own = {
        assets: assets.filter(({ timeMs }) => isIn(timeMs)),
        ends: finished.filter(({ endedMs }) => isIn(endedMs)),
      };
      const firstMs = start?.timeMs ?? own.assets[0]?.timeMs ?? own.ends[0]?.endedMs;
      return firstMs === undefined
        ? []
        : [watchedRun({ server, start, startedMs: firstMs, isLast: !Number.isFinite(toMs), ...own }, nowMs)];
    })
    .reverse();
}

interface RunLines {
  readonly server: string;
  readonly start: WarmingLines["starts"][number] | undefined;
  readonly startedMs: number;
  /** No other run of the computer began after it. */
  readonly isLast: boolean;
  readonly assets: readonly AssetLine[];
  readonly ends: WarmingLines["finished"];
}

function watchedRun({ server, start, isLast, startedMs, assets, ends }: RunLines, nowMs: number): WatchedRun {
  const ended = assets.filter(({ outcome }) => outcome !== "partial");
  const count = (wanted: string): number => ended.filter(({ outcome }) => outcome === wanted).length;
  const sum = (pick: (line: AssetLine) => number): number => assets.reduce((all, line) => all + pick(line), 0);
  const times = [...assets.map(({ timeMs }) => timeMs), ...ends.map(({ endedMs }) => endedMs)];
  const lastMs = times.reduce((last, ms) => Math.max(last, ms), startedMs);
  const state = stateOf({ hasEnd: ends.length > 0, isLast, silentMs: nowMs - lastMs });
  const done = doneBytes(assets, ended);
  const share = shareOf(done, start?.plannedBytes ?? 0) ?? shareOf(ended.length, start?.plannedFiles ?? 0) ?? undefined;
  const rate = state === "running" ? rateOf(assets, startedMs, nowMs) : undefined;
  const left = start?.plannedBytes === undefined ? undefined : Math.max(0, start.plannedBytes - done);
  return {
    server,
    targets: [...new Set([...assets, ...ends].map(({ target }) => target))].filter((name) => name !== ""),
    startedMs,
    lastMs,
    state,
    files: ended.length,
    plannedFiles: start?.plannedFiles ?? (state === "ended" ? plannedOf(ends) : undefined),
    plannedBytes: start?.plannedBytes,
    warmed: count("warmed"),
    cached: count("cached"),
    failed: count("failed"),
    skipped: count("skipped"),
    bytesAsked: sum(({ bytesAsked }) => bytesAsked),
    bytesFromOrigin: sum(({ bytesFromOrigin }) => bytesFromOrigin),
    share: state === "ended" ? 1 : share === undefined ? undefined : Math.min(1, share),
    rate,
    secondsLeft: rate === undefined || rate <= 0 || left === undefined ? undefined : left / rate,
    newestFiles: ended.slice(-MOST_FILES).reverse().map(runFile),
  };
}

function stateOf(of: {
  readonly hasEnd: boolean;
  readonly isLast: boolean;
  readonly silentMs: number;
}): WatchedRun["state"] {
  if (of.hasEnd) return "ended";
  if (!of.isLast || of.silentMs > STOPPED_MS) return "stopped";
  return of.silentMs > QUIET_MS ? "quiet" : "running";
}

function plannedOf(ends: WarmingLines["finished"]): number {
  return ends.reduce((sum, { planned }) => sum + (planned ?? 0), 0);
}

/** What need not come any more: the size of files that ended, and what came so far of others. */
function doneBytes(assets: readonly AssetLine[], ended: readonly AssetLine[]): number {
  const done = new Set(ended.map(({ url, target }) => `${target} ${url}`));
  const parts = assets.filter(({ outcome, url, target }) => outcome === "partial" && !done.has(`${target} ${url}`));
  return [...ended.map(({ bytes }) => bytes), ...parts.map(({ bytesAsked }) => bytesAsked)].reduce((a, b) => a + b, 0);
}

/** Bytes a second of the last minutes; of a shorter run since it began. */
function rateOf(assets: readonly AssetLine[], startedMs: number, nowMs: number): number | undefined {
  const fromMs = Math.max(startedMs, nowMs - RATE_MS);
  // a line covers the time before it: one just inside covers some time outside as well
  const bytes = assets
    .filter(({ timeMs }) => timeMs >= fromMs)
    .reduce((sum, { bytesAsked, timeMs, seconds }) => {
      const inside = seconds <= 0 ? 1 : Math.min(1, (timeMs - fromMs) / (seconds * 1000));
      return sum + bytesAsked * inside;
    }, 0);
  return nowMs - fromMs < 1000 ? undefined : (bytes / (nowMs - fromMs)) * 1000;
}

function runFile({ url, outcome, bytes, timeMs }: AssetLine): RunFile {
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  const name = path.split("/").findLast((part) => part !== "") ?? url;
  return { name: decoded(name), outcome, bytes, timeMs };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
