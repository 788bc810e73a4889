/**
 * Gathers the facts of `larder status` from the journal and the places of sinks. Reads only; asks no server.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../core/errors.ts";
import {
  ask,
  type CacheState,
  cacheStates,
  events,
  type HistoryEvent,
  type LastWarming,
  lastPasses,
  lastWarming,
  newestRow,
  type Pass,
  ROLLUP_CURSOR,
  type SavingsRow,
  savings,
  savingsOf,
  totalSavings,
} from "../../core/history/history.ts";
import { openReader, streamFolder } from "../../core/journal/journal.ts";
import { bucketStart, bucketsBefore, nextBucket } from "../../core/time/local-days.ts";
import { restoreDays } from "../rollup/rollup.ts";
import { loadPositions, loadShipState, rejectPath, retryPath } from "../ship/ship.ts";
import type { SinkOptions } from "../sinks/options.ts";
import { type Destination, destinationsOf } from "../sinks/sinks.ts";
import { CLOCK_AHEAD_MS, recentOf, SERVICE_LOG } from "../sources/sources.ts";
import type { CacheFacts, DayFacts, LogFacts, PipeFacts, SinkFacts, StatusFacts } from "./facts.ts";
import { gatherJournal } from "./gather-journal.ts";
import { gatherReceived } from "./gather-received.ts";

export interface PipeOptions {
  readonly stateDir: string;
  readonly sinks: readonly SinkOptions[];
  /** Whether the settings read the status of the cache. */
  readonly readsStatus: boolean;
  /** Whether they read its log. */
  readonly readsLog?: boolean;
}

export interface GatherOptions extends PipeOptions {
  /** Name of this cache, as on its points. */
  readonly server: string;
  readonly timeZone: string;
  readonly nowMs: number;
}

const DAYS = 7;
/**
 * A cache that is in none of as many of the newest bytes does not write here. In what a fleet of 2,000 reports a receiver
 * would else look through days for itself; one cache alone writes as much in months.
 */
const WITHIN_BYTES = 64_000_000;

/** All there is to know. */
export async function gatherStatus(options: GatherOptions): Promise<StatusFacts> {
  const { nowMs, server, timeZone, stateDir } = options;
  const todayMs = bucketStart(nowMs, "day", timeZone);
  const { fromMs, lines, rows } = spansOf(options);
  // to the end of an hour, as roll-ups know of an open one what they have read: part of one would be read line by line
  const days = { ...rows, toMs: nextBucket(rows.toMs, "hour", timeZone), by: "day", timeZone } as const;
  const [saved, ...found] = await ask(stateDir, [savings(days), ...newest(lines, rows)]);
  const byDay = everyDay(saved, { fromMs, nowMs, timeZone });
  return {
    ...cacheFacts(nowMs, found),
    server,
    timeZone,
    rollupZone: await gatherRollupZone(options),
    today: totalSavings(byDay.filter(({ startMs }) => startMs >= todayMs)),
    week: totalSavings(byDay),
    days: byDay,
    ...(await gatherPipe(options, nowMs)),
  };
}

/** What is known of the cache now: nothing is added up. */
export async function gatherCache(options: GatherOptions): Promise<CacheFacts> {
  const { lines, rows } = spansOf(options);
  return cacheFacts(options.nowMs, await ask(options.stateDir, newest(lines, rows)));
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly withinBytes: number;
}

/** The days that are looked at; rows may be of a clock that is ahead of ours. */
function spansOf({ nowMs, server, timeZone }: GatherOptions) {
  const fromMs = bucketsBefore(nowMs, DAYS - 1, { unit: "day", zone: timeZone });
  const lines: Span = { fromMs, toMs: nowMs + 1, tags: { server }, withinBytes: WITHIN_BYTES };
  return { fromMs, lines, rows: { ...lines, toMs: nowMs + CLOCK_AHEAD_MS } };
}

function newest(lines: Span, rows: Span) {
  return [cacheStates(lines), lastPasses(lines), newestRow(rows), events(lines), lastWarming(lines)] as const;
}

type Newest = readonly [
  caches: readonly CacheState[],
  passes: readonly Pass[],
  lastRowMs: number | undefined,
  events: readonly HistoryEvent[],
  warming: LastWarming | undefined,
];

function cacheFacts(nowMs: number, [[cache], [pass], lastRowMs, happened, warming]: Newest): CacheFacts {
  return { nowMs, cache, lastRowMs, pass, events: happened, warming };
}

/** How the way from the cache to the servers is. @throws LarderError `SHIP_CURSOR` when the place of a sink cannot be read */
export async function gatherPipe(
  { stateDir, sinks, readsStatus, readsLog }: PipeOptions,
  nowMs: number,
): Promise<PipeFacts> {
  return {
    readsStatus,
    received: await gatherReceived(stateDir, nowMs),
    sinks: await gatherSinks(stateDir, sinks, nowMs),
    journal: await gatherJournal(stateDir),
    log: readsLog === true ? await gatherLog(stateDir) : undefined,
  };
}

/** Savings of every day, also of those without a row. */
function everyDay(
  rows: readonly SavingsRow[],
  { fromMs, nowMs, timeZone }: { readonly fromMs: number; readonly nowMs: number; readonly timeZone: string },
): DayFacts[] {
  const found = new Map(rows.map((row) => [row.startMs, row]));
  const days: DayFacts[] = [];
  for (let startMs = fromMs; startMs < nowMs; startMs = nextBucket(startMs, "day", timeZone)) {
    const { served, fromCaches, fromApple, saved, hitRatio } = found.get(startMs) ?? NOTHING;
    days.push({ startMs, served, fromCaches, fromApple, saved, hitRatio });
  }
  return days;
}

const NOTHING = savingsOf(() => undefined);

async function gatherRollupZone({ stateDir }: GatherOptions): Promise<string | undefined> {
  const last = await openReader(streamFolder(stateDir, "rollup"), "rollup").last();
  return restoreDays(last?.cursors[ROLLUP_CURSOR])?.days.zone;
}

async function gatherLog(stateDir: string): Promise<LogFacts | undefined> {
  const last = await openReader(streamFolder(stateDir, "collector"), "collector").last();
  return recentOf(last?.cursors[SERVICE_LOG]);
}

async function gatherSinks(stateDir: string, sinks: readonly SinkOptions[], nowMs: number): Promise<SinkFacts[]> {
  const found: SinkFacts[] = [];
  for (const destination of destinationsOf(sinks)) found.push(await gatherSink(stateDir, destination, nowMs));
  return found;
}

async function gatherSink(stateDir: string, { name, target, streams }: Destination, nowMs: number): Promise<SinkFacts> {
  const positions = await loadPositions(stateDir, name);
  let backlogBytes = 0;
  let lostBytes = 0;
  for (const stream of streams) {
    const reader = openReader(streamFolder(stateDir, stream), stream);
    const position = positions[stream] ?? (await reader.start());
    backlogBytes += await reader.backlogBytes(position);
    lostBytes += await reader.lostBefore(position);
  }
  const path = rejectPath(stateDir, name);
  const known = await loadShipState(stateDir, name);
  return {
    name,
    place: target.url,
    movedMs: await movedAt(join(stateDir, "ship", `${name}.json`), nowMs),
    backlogBytes,
    lostBytes,
    rejectBytes: (await sizeOf(path)) + (await sizeOf(retryPath(stateDir, name))),
    rejectPath: path,
    problem: known?.problem ? { ...known.problem, stopped: known.state === "stopped" } : undefined,
    expiredLines: known?.expiredLines ?? 0,
  };
}

/** When a sink's place moved. A file from the future was written before the clock was set back, nobody knows how long ago. */
async function movedAt(path: string, nowMs: number): Promise<number | undefined> {
  const mtimeMs = (await statIfThere(path))?.mtimeMs;
  return mtimeMs === undefined || mtimeMs > nowMs + CLOCK_AHEAD_MS ? undefined : mtimeMs;
}

async function sizeOf(path: string): Promise<number> {
  return (await statIfThere(path))?.size ?? 0;
}

async function statIfThere(path: string): Promise<{ readonly mtimeMs: number; readonly size: number } | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
