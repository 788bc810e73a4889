/**
 * Gathers the facts of `larder status` from the journal and the places of sinks. Reads only; asks no server.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../core/errors.ts";
import { ROLLUP_CURSOR } from "../../core/history/rollup-mark.ts";
import { savingsHistory, savingsOf, totalSavings } from "../../core/history/savings.ts";
import { scanLines } from "../../core/history/scan.ts";
import { RAW_STREAMS, streamFolder } from "../../core/journal/journal.ts";
import { openReader } from "../../core/journal/reader.ts";
import type { LineValue } from "../../core/line/parse-line.ts";
import { bucketStart, bucketsBefore, nextBucket } from "../../core/time/local-days.ts";
import { restoreDays } from "../rollup/rollup-cursor.ts";
import { loadPositions } from "../ship/cursor.ts";
import { rejectPath, retryPath } from "../ship/reject-file.ts";
import { loadShipState } from "../ship/state.ts";
import { type Destination, destinationsOf } from "../sinks/destinations.ts";
import type { SinkOptions } from "../sinks/options.ts";
import { CLOCK_AHEAD_MS } from "../sources/source.ts";
import type { CacheFacts, DayFacts, EventFacts, PassFacts, SinkFacts, StatusFacts } from "./facts.ts";
import { gatherJournal } from "./gather-journal.ts";
import { type Seen, SeenLines } from "./seen-lines.ts";

export interface GatherOptions {
  readonly stateDir: string;
  /** Name of this cache, as on its points. */
  readonly server: string;
  readonly timeZone: string;
  readonly sinks: readonly SinkOptions[];
  /** Whether the settings read the status of the cache. */
  readonly readsStatus: boolean;
  readonly nowMs: number;
}

const DAYS = 7;

/** All there is to know. */
export async function gatherStatus(options: GatherOptions): Promise<StatusFacts> {
  const { nowMs, server, timeZone, readsStatus, stateDir } = options;
  const todayMs = bucketStart(nowMs, "day", timeZone);
  const fromMs = bucketsBefore(nowMs, DAYS - 1, "day", timeZone);
  const days = await gatherDays(options, fromMs);
  const seen = (measurement: string) => new SeenLines(measurement, server, fromMs, nowMs + 1);
  const gauges = { status: seen("cachestatus"), content: seen("cachecontent"), peers: seen("cachepeers") };
  const [larder, events] = [seen("larder"), seen("events")];
  const traffic = new SeenLines("bytestoclients", server, fromMs, nowMs + CLOCK_AHEAD_MS);
  await scanLines(stateDir, RAW_STREAMS, [...Object.values(gauges), larder, events, traffic]);
  return {
    nowMs,
    server,
    timeZone,
    rollupZone: await gatherRollupZone(options),
    readsStatus,
    cache: cacheFacts(gauges),
    today: totalSavings(days.filter(({ startMs }) => startMs >= todayMs)),
    week: totalSavings(days),
    days,
    lastRowMs: traffic.newestMs,
    pass: passFacts(larder.all()[0]),
    sinks: await gatherSinks(options),
    journal: await gatherJournal(stateDir),
    events: eventFacts(events.all()),
  };
}

/** Savings of every day of the week, also of those without a row. */
async function gatherDays(options: GatherOptions, fromMs: number): Promise<DayFacts[]> {
  const { stateDir, timeZone, server, nowMs } = options;
  const query = { fromMs, toMs: nowMs + CLOCK_AHEAD_MS, by: "day", timeZone, tags: { server } } as const;
  const found = new Map((await savingsHistory(stateDir, query)).map((row) => [row.startMs, row]));
  const days: DayFacts[] = [];
  let startMs = fromMs;
  while (startMs < nowMs) {
    const { served, fromCaches, fromApple, saved, hitRatio } = found.get(startMs) ?? NOTHING;
    days.push({ startMs, served, fromCaches, fromApple, saved, hitRatio });
    startMs = nextBucket(startMs, "day", timeZone);
  }
  return days;
}

const NOTHING = savingsOf(() => undefined);

async function gatherRollupZone({ stateDir }: GatherOptions): Promise<string | undefined> {
  const last = await openReader(streamFolder(stateDir, "rollup"), "rollup").last();
  return restoreDays(last?.cursors[ROLLUP_CURSOR])?.days.zone;
}

interface Gauges {
  readonly status: SeenLines;
  readonly content: SeenLines;
  readonly peers: SeenLines;
}

function cacheFacts(gauges: Gauges): CacheFacts | undefined {
  const [status] = gauges.status.all();
  if (status === undefined) return undefined;
  const ofThisReading = ({ timeMs }: Seen): boolean => timeMs === status.timeMs;
  // a category that is gone is in no later reading: only those of the newest count
  const content = gauges.content.all().filter(ofThisReading);
  const peers = gauges.peers.all().filter(ofThisReading);
  const number = (name: string): number | undefined => numberOf(status.fields.get(name));
  const flag = (name: string): boolean | undefined => flagOf(status.fields.get(name));
  return {
    timeMs: status.timeMs,
    activated: flag("activated"),
    active: flag("active"),
    registered: number("registered"),
    registrationError: textOf(status.fields.get("registration.error")),
    startup: textOf(status.fields.get("startup")),
    usedBytes: number("used"),
    freeBytes: number("free"),
    limitBytes: number("limit"),
    pressure: number("pressure"),
    lowSpace: flag("lowspace"),
    diskExceeded: flag("diskexceeded"),
    alerts: number("alerts"),
    content: content
      .map(({ tags, fields }) => ({ kind: tags["kind"] ?? "", bytes: numberOf(fields.get("bytes")) ?? 0 }))
      .sort((a, b) => b.bytes - a.bytes),
    neighbours: peers.flatMap(({ tags, fields }) => {
      const healthy = flagOf(fields.get("healthy"));
      return healthy === undefined ? [] : [{ address: tags["peer"] ?? "", role: tags["role"] ?? "", healthy }];
    }),
  };
}

function passFacts(last: Seen | undefined): PassFacts | undefined {
  if (last === undefined) return undefined;
  return {
    timeMs: last.timeMs,
    up: numberOf(last.fields.get("up")) === 1,
    seconds: numberOf(last.fields.get("seconds")),
  };
}

function eventFacts(lines: readonly Seen[]): EventFacts[] {
  return lines
    .map(({ timeMs, tags, fields }) => ({
      timeMs,
      event: tags["event"] ?? "",
      title: textOf(fields.get("title")) ?? "",
      text: textOf(fields.get("text")) ?? "",
    }))
    .sort((a, b) => b.timeMs - a.timeMs);
}

async function gatherSinks({ stateDir, sinks }: GatherOptions): Promise<SinkFacts[]> {
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

function numberOf(value: LineValue | undefined): number | undefined {
  if (value === undefined) return undefined;
  if ("integer" in value) return Number(value.integer);
  return "float" in value ? value.float : undefined;
}

function flagOf(value: LineValue | undefined): boolean | undefined {
  return value !== undefined && "flag" in value ? value.flag : undefined;
}

function textOf(value: LineValue | undefined): string | undefined {
  return value !== undefined && "text" in value && value.text !== "" ? value.text : undefined;
}
