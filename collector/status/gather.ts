/**
 * Gathers the facts of `larder status` from the journal and the places of sinks. Reads only; asks no server.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../core/errors.ts";
import { queryHistory, readLines } from "../../core/history/history.ts";
import { forEachField, type LineValue, parseLine, parseTags } from "../../core/history/parse-line.ts";
import { savingsHistory, savingsOf, totalSavings } from "../../core/history/savings.ts";
import { streamFolder } from "../../core/journal/journal.ts";
import { openReader } from "../../core/journal/reader.ts";
import { bucketStart, bucketsBefore, nextBucket } from "../../core/local-days.ts";
import { rejectPath, retryPath } from "../reject-file.ts";
import { ROLLUP_CURSOR, restoreDays } from "../rollup/rollup-cursor.ts";
import { loadPositions } from "../ship-cursor.ts";
import { loadShipState } from "../ship-state.ts";
import { type Destination, destinationsOf } from "../sinks/destinations.ts";
import type { SinkOptions } from "../sinks/options.ts";

import { CLOCK_AHEAD_MS } from "../sources/source.ts";
import type { CacheFacts, DayFacts, EventFacts, PassFacts, SinkFacts, StatusFacts } from "./facts.ts";
import { gatherJournal } from "./gather-journal.ts";

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

/** A line of a measurement, read whole. */
interface Seen {
  readonly timeMs: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly fields: ReadonlyMap<string, LineValue>;
}

/** All there is to know. */
export async function gatherStatus(options: GatherOptions): Promise<StatusFacts> {
  const { nowMs, server, timeZone, readsStatus } = options;
  const todayMs = bucketStart(nowMs, "day", timeZone);
  const fromMs = bucketsBefore(nowMs, DAYS - 1, "day", timeZone);
  const days = await gatherDays(options, fromMs);
  return {
    nowMs,
    server,
    timeZone,
    rollupZone: await gatherRollupZone(options),
    readsStatus,
    cache: await gatherCache(options, fromMs),
    today: totalSavings(days.filter(({ startMs }) => startMs >= todayMs)),
    week: totalSavings(days),
    days,
    lastRowMs: await gatherLastRow(options, fromMs),
    pass: await gatherPass(options, fromMs),
    sinks: await gatherSinks(options),
    journal: await gatherJournal(options.stateDir),
    events: await gatherEvents(options, fromMs),
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

async function gatherLastRow({ stateDir, timeZone, server, nowMs }: GatherOptions, fromMs: number) {
  const query = { fromMs, toMs: nowMs + CLOCK_AHEAD_MS, by: "all", timeZone, tags: { server } } as const;
  return (await queryHistory(stateDir, { ...query, measurement: "bytestoclients" }))[0]?.newestMs;
}

async function gatherCache(options: GatherOptions, fromMs: number): Promise<CacheFacts | undefined> {
  const [status] = await seen(options, "cachestatus", fromMs);
  if (status === undefined) return undefined;
  const ofThisReading = ({ timeMs }: Seen): boolean => timeMs === status.timeMs;
  // a category that is gone is in no later reading: only those of the newest count
  const content = (await seen(options, "cachecontent", fromMs)).filter(ofThisReading);
  const peers = (await seen(options, "cachepeers", fromMs)).filter(ofThisReading);
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

async function gatherPass(options: GatherOptions, fromMs: number): Promise<PassFacts | undefined> {
  const [last] = await seen(options, "larder", fromMs);
  if (last === undefined) return undefined;
  return {
    timeMs: last.timeMs,
    up: numberOf(last.fields.get("up")) === 1,
    seconds: numberOf(last.fields.get("seconds")),
  };
}

async function gatherEvents(options: GatherOptions, fromMs: number): Promise<EventFacts[]> {
  const lines = await seen(options, "events", fromMs);
  return lines
    .map(({ timeMs, tags, fields }) => ({
      timeMs,
      event: tags["event"] ?? "",
      title: textOf(fields.get("title")) ?? "",
      text: textOf(fields.get("text")) ?? "",
    }))
    .sort((a, b) => b.timeMs - a.timeMs);
}

/** Lines of a measurement of this server: all events, and of a gauge those of its newest reading. */
async function seen({ stateDir, server, nowMs }: GatherOptions, measurement: string, fromMs: number): Promise<Seen[]> {
  const all = measurement === "events";
  const ours = new Map<string, Readonly<Record<string, string>> | undefined>();
  let found: { timeMs: number; tags: Readonly<Record<string, string>>; fieldText: string }[] = [];
  let newestMs = 0;
  for await (const line of readLines(stateDir, measurement, fromMs, nowMs)) {
    const parsed = parseLine(line);
    if (parsed === undefined || parsed.measurement !== measurement) continue;
    const { timeMs, tagText, fieldText } = parsed;
    if (timeMs < fromMs || (!all && timeMs < newestMs)) continue;
    if (!ours.has(tagText)) {
      const tags = parseTags(tagText);
      ours.set(tagText, tags["server"] === server ? tags : undefined);
    }
    const tags = ours.get(tagText);
    if (tags === undefined) continue;
    if (!all && timeMs > newestMs) found = [];
    newestMs = Math.max(newestMs, timeMs);
    found.push({ timeMs, tags, fieldText });
  }
  return found.map(({ timeMs, tags, fieldText }) => {
    const fields = new Map<string, LineValue>();
    forEachField(fieldText, (name, value) => fields.set(name, value));
    return { timeMs, tags, fields };
  });
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
