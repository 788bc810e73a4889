/**
 * What warming runs did, from their lines.
 *
 * The books are `precacheasset`: a line for each file as it ends. `precacherun` closes a run; one that was killed has none,
 * and is added up from the lines it left.
 *
 * @module
 */
import { groupBy } from "../../group-by.ts";
import type { Question } from "../ask.ts";
import type { Range } from "../plan.ts";
import { numberOf, type ReadPoint, textOf } from "../read-point.ts";
import { Readings } from "./readings.ts";

/** A line of `precacheasset`. */
export interface AssetLine {
  readonly timeMs: number;
  readonly target: string;
  /** `warmed`, `cached`, `failed`, `skipped`; `partial` for what came so far of a file that takes long. */
  readonly outcome: string;
  readonly url: string;
  /** Size of the whole file, where known. */
  readonly bytes: number;
  readonly bytesAsked: number;
  readonly bytesFromOrigin: number;
  /** How long these bytes took. */
  readonly seconds: number;
}

/** A run of one target. */
export interface WarmingRun {
  /** False for one that was killed, or is still going: its numbers are those of the lines it has left. */
  readonly finished: boolean;
  /** When it ended; of one that is not finished, its last line. */
  readonly endedMs: number;
  readonly target: string;
  /** Undefined for a run that was killed. */
  readonly planned: number | undefined;
  readonly warmed: number;
  readonly cached: number;
  readonly failed: number;
  readonly skipped: number;
  readonly bytesAsked: number;
  readonly bytesFromOrigin: number;
  readonly seconds: number;
}

/** When a run began to fetch, and how long it planned before: planning may ask the cache what it holds. */
export interface RunStartLine {
  readonly timeMs: number;
  /** Undefined where the run does not say. */
  readonly planningMs: number | undefined;
  /** Files of all targets that will end, and their size as far as it is known. Undefined where the run does not say. */
  readonly plannedFiles: number | undefined;
  readonly plannedBytes: number | undefined;
}

/** The lines of some time. */
export interface WarmingLines {
  /** The events `run-start`, ascending. */
  readonly starts: readonly RunStartLine[];
  /** From `precacherun`. */
  readonly finished: readonly WarmingRun[];
  readonly assets: readonly AssetLine[];
}

/** Every line that warming left in a span. */
export function warmingLines({ fromMs, toMs }: Range): Question<WarmingLines> {
  const lines = (measurement: string): Readings =>
    new Readings({ measurement, fromMs, toMs, streams: ["precache"] }, "all");
  const [starts, runs, assets] = [lines("events"), lines("precacherun"), lines("precacheasset")];
  return {
    lines: [starts, runs, assets],
    answer: () => ({
      starts: starts
        .all()
        .filter(({ tags }) => tags["event"] === "run-start")
        .map(runStart)
        .sort((a, b) => a.timeMs - b.timeMs),
      finished: runs.all().map(finishedRun),
      assets: assets.all().map(assetLine),
    }),
  };
}

function runStart({ timeMs, fields }: ReadPoint): RunStartLine {
  const seconds = numberOf(fields.get("planned.seconds"));
  return {
    timeMs,
    planningMs: seconds === undefined ? undefined : seconds * 1000,
    plannedFiles: numberOf(fields.get("planned.files")),
    plannedBytes: numberOf(fields.get("planned.bytes")),
  };
}

function finishedRun({ timeMs, tags, fields }: ReadPoint): WarmingRun {
  const count = (name: string): number => numberOf(fields.get(name)) ?? 0;
  return {
    finished: true,
    endedMs: timeMs,
    target: tags["target"] ?? "",
    planned: count("planned"),
    warmed: count("warmed"),
    cached: count("cached"),
    failed: count("failed"),
    skipped: count("skipped"),
    bytesAsked: count("bytes.asked"),
    bytesFromOrigin: count("bytes.fromorigin"),
    seconds: count("seconds"),
  };
}

function assetLine({ timeMs, tags, fields }: ReadPoint): AssetLine {
  const count = (name: string): number => numberOf(fields.get(name)) ?? 0;
  return {
    timeMs,
    target: tags["target"] ?? "",
    outcome: tags["outcome"] ?? "",
    url: textOf(fields.get("url")) ?? "",
    bytes: count("bytes"),
    bytesAsked: count("bytes.asked"),
    bytesFromOrigin: count("bytes.fromorigin"),
    seconds: count("seconds"),
  };
}

/** All runs by their end: those that were closed, and those that left only lines. */
export function warmingRuns({ starts, finished, assets }: WarmingLines): WarmingRun[] {
  // one run at a time: what lies between two starts is of the first of them
  const window = (ms: number): number => starts.findLastIndex(({ timeMs }) => timeMs <= ms);
  const closed = new Set(finished.map(({ endedMs, target }) => `${window(endedMs)} ${target}`));
  const left = groupBy(assets, ({ timeMs, target }) => {
    const key = `${window(timeMs)} ${target}`;
    return closed.has(key) ? undefined : key;
  });
  const unfinished = [...left.values()].map((lines) =>
    unfinishedRun(lines, starts[window(lines[0]?.timeMs ?? 0)]?.timeMs),
  );
  return [...finished, ...unfinished].sort((a, b) => a.endedMs - b.endedMs);
}

function unfinishedRun(lines: readonly AssetLine[], startMs: number | undefined): WarmingRun {
  const count = (wanted: string): number => lines.filter(({ outcome }) => outcome === wanted).length;
  const times = lines.map(({ timeMs }) => timeMs);
  const endedMs = times.reduce((last, ms) => Math.max(last, ms));
  const beganMs = startMs ?? times.reduce((first, ms) => Math.min(first, ms));
  return {
    finished: false,
    endedMs,
    target: lines[0]?.target ?? "",
    planned: undefined,
    warmed: count("warmed"),
    cached: count("cached"),
    failed: count("failed"),
    skipped: count("skipped"),
    bytesAsked: lines.reduce((sum, line) => sum + line.bytesAsked, 0),
    bytesFromOrigin: lines.reduce((sum, line) => sum + line.bytesFromOrigin, 0),
    seconds: (endedMs - beganMs) / 1000,
  };
}

/** When a file was last asked for, by anybody. */
export interface LastAsked {
  /** Path of the address, with its query. */
  readonly uri: string;
  readonly lastAskedMs: number;
}

/** Clocks differ a little, and a run asks until its last second. */
const GRACE_MS = 60_000;

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Warmed files somebody else has asked for since: last asked after they were first warmed, and not when we asked for
 * them. We ask for a file when its line says so; a run that was killed may have had any file in hand, and one that skipped
 * a file or found it there may have looked at it while it planned.
 */
export function usedSince(
  lines: WarmingLines,
  inventory: readonly LastAsked[],
): { readonly files: number; readonly bytes: number } {
  const files = warmedFiles(lines.assets);
  const asked = askedByUs(lines);
  const killed = warmingRuns(lines)
    .filter(({ finished }) => !finished)
    .map(({ endedMs, seconds }) => ({ fromMs: endedMs - seconds * 1000 - GRACE_MS, toMs: endedMs + GRACE_MS }));
  let count = 0;
  let bytes = 0;
  for (const { uri, lastAskedMs } of inventory) {
    const file = files.get(uri);
    if (file === undefined || lastAskedMs <= file.firstMs + GRACE_MS) continue;
    const ours = [...(asked.get(uri) ?? []), ...killed];
    if (ours.some(({ fromMs, toMs }) => lastAskedMs >= fromMs && lastAskedMs <= toMs)) continue;
    count++;
    bytes += file.bytes;
  }
  return { files: count, bytes };
}

/** A file that arrived completely. */
export interface WarmedFile {
  readonly bytes: number;
  /** When it first came. */
  readonly firstMs: number;
}

/** Warmed files by the path of their address, with its query. */
export function warmedFiles(assets: readonly AssetLine[]): Map<string, WarmedFile> {
  const files = new Map<string, WarmedFile>();
  for (const { outcome, url, bytes, timeMs } of assets) {
    const uri = outcome === "warmed" ? uriOf(url) : undefined;
    if (uri === undefined) continue;
    const firstMs = Math.min(timeMs, files.get(uri)?.firstMs ?? timeMs);
    files.set(uri, { bytes, firstMs });
  }
  return files;
}

function askedByUs({ assets, starts }: WarmingLines): Map<string, Stretch[]> {
  const asked = new Map<string, Stretch[]>();
  for (const { outcome, url, timeMs, seconds } of assets) {
    const uri = uriOf(url);
    if (uri === undefined) continue;
    const run = starts.findLast((start) => start.timeMs <= timeMs);
    const looked = outcome === "skipped" || (outcome === "cached" && run?.planningMs !== undefined);
    const beganMs = looked && run !== undefined ? run.timeMs - (run.planningMs ?? 0) : timeMs - seconds * 1000;
    const stretch = { fromMs: beganMs - GRACE_MS, toMs: timeMs + GRACE_MS };
    const known = asked.get(uri);
    if (known === undefined) asked.set(uri, [stretch]);
    else known.push(stretch);
  }
  return asked;
}

function uriOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}
