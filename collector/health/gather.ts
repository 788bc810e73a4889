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
  cacheStates,
  events,
  lastPasses,
  lastWarming,
  newestRow,
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
import type { DayFacts, LogFacts, PipeFacts, SinkFacts, StatusFacts } from "./facts.ts";
import { gatherJournal } from "./gather-journal.ts";

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

/** All there is to know. */
export async function gatherStatus(options: GatherOptions): Promise<StatusFacts> {
  const { nowMs, server, timeZone, stateDir } = options;
  const todayMs = bucketStart(nowMs, "day", timeZone);
  const fromMs = bucketsBefore(nowMs, DAYS - 1, { unit: "day", zone: timeZone });
  const lines = { fromMs, toMs: nowMs + 1, tags: { server } };
  const rows = { ...lines, toMs: nowMs + CLOCK_AHEAD_MS };
  const [saved, [cache], [pass], lastRowMs, happened, warming] = await ask(stateDir, [
    savings({ ...rows, by: "day", timeZone }),
    cacheStates(lines),
    lastPasses(lines),
    newestRow(rows),
    events(lines),
    lastWarming(lines),
  ]);
  const days = everyDay(saved, { fromMs, nowMs, timeZone });
  return {
    nowMs,
    server,
    timeZone,
    rollupZone: await gatherRollupZone(options),
    cache,
    today: totalSavings(days.filter(({ startMs }) => startMs >= todayMs)),
    week: totalSavings(days),
    days,
    lastRowMs,
    pass,
    events: happened,
    warming,
    ...(await gatherPipe(options)),
  };
}

/** How the way from the cache to the servers is. @throws LarderError `SHIP_CURSOR` when the place of a sink cannot be read */
export async function gatherPipe({ stateDir, sinks, readsStatus, readsLog }: PipeOptions): Promise<PipeFacts> {
  return {
    readsStatus,
    sinks: await gatherSinks(stateDir, sinks),
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

async function gatherSinks(stateDir: string, sinks: readonly SinkOptions[]): Promise<SinkFacts[]> {
  const found: SinkFacts[] = [];
  for (const destination of destinationsOf(sinks)) found.push(await gatherSink(stateDir, destination));
  return found;
}

async function gatherSink(stateDir: string, { name, target, streams }: Destination): Promise<SinkFacts> {
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
    movedMs: (await statIfThere(join(stateDir, "ship", `${name}.json`)))?.mtimeMs,
    backlogBytes,
    lostBytes,
    rejectBytes: (await sizeOf(path)) + (await sizeOf(retryPath(stateDir, name))),
    rejectPath: path,
    problem: known?.problem ? { ...known.problem, stopped: known.state === "stopped" } : undefined,
    expiredLines: known?.expiredLines ?? 0,
  };
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
