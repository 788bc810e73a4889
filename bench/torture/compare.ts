/**
 * Whether every place that keeps or shows what the caches counted says what their book says.
 *
 * @module
 */
import { askSums, readLines } from "../../core/history/history.ts";
import { RAW_STREAMS } from "../../core/journal/journal.ts";
import { FLEET_FIELDS, FLEET_MEASUREMENTS } from "../../fixtures/fleet/fields.ts";
import { boardDifferences } from "./board.ts";
import { type Book, hourOf, type Sums } from "./book.ts";
import { LocalCache, RemoteCache } from "./caches.ts";
import { setAsideTimes } from "./set-aside.ts";
import { shownDifferences } from "./shown.ts";
import { warmedDifferences, warmedFromCaches } from "./warmed.ts";
import type { Engines, World } from "./world.ts";

const NAMES = new Set(FLEET_FIELDS.map(({ name }) => name));
const HOUR_MS = 3_600_000;
const SERVER = /[,]server=([^, ]+)/;

/**
 * One sentence for each sum that is wrong.
 * @param soon whether the first place that is wrong says enough, as for who will look again
 */
export async function differences(world: World, soon = false): Promise<string[]> {
  const aside = await onlyAside(world);
  const book = world.book.without(RemoteCache.server, aside);
  const truth = book.sums();
  const places: readonly (() => Promise<string[]>)[] = [
    async () => compare("journal", truth, await journalSums(world.stateDir)),
    async () => compare("InfluxDB", truth, await influxSums(world)),
    async () => compare("VictoriaMetrics", truth, await victoriaSums(world)),
    async () => await hourDifferences(world, book),
    async () => compare("history", truth, await historySums(world.stateDir)),
    async () => await requestDifferences(world),
    async () => await shownDifferences(world, book),
    async () => await boardDifferences(world, truth, await warmedFromCaches(world)),
    async () => await warmedDifferences(world),
  ];
  const wrong: string[] = [];
  for (const ask of places) if (!soon || wrong.length === 0) wrong.push(...(await ask()));
  return wrong;
}

/** Whether every row of the cache here is in the journal by now. */
export async function hasReadAll({ stateDir, book }: World): Promise<boolean> {
  const own = (sums: Sums): string =>
    JSON.stringify([...sums].filter(([key]) => key.startsWith(`${LocalCache.server} `)).sort());
  return own(await journalSums(stateDir)) === own(book.sums());
}

/** What devices asked for, by the log of the cache. */
async function requestDifferences({ stateDir, local }: World): Promise<string[]> {
  let found = 0;
  const all = { measurement: "cachefiles", fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, streams: RAW_STREAMS };
  for await (const line of readLines(stateDir, all)) found += Number(/[ ,]requests=(\d+)i/.exec(line)?.[1] ?? 0);
  const asked = local.cache.requests.filter(({ method }) => method === "GET").length;
  return found === asked ? [] : [`log: ${found} requests, the cache had ${asked}`];
}

/** Times of reports that are in no sum, and were not taken at another try either. */
async function onlyAside({ stateDir }: World): Promise<Set<number>> {
  const times = await setAsideTimes(stateDir, RemoteCache.server);
  const all = { measurement: "bytestoclients", fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, streams: RAW_STREAMS };
  for await (const line of readLines(stateDir, all)) {
    if (line.includes(`server=${RemoteCache.server}`)) times.delete(Number(/ (\d+)\s*$/.exec(line)?.[1]));
  }
  return times;
}

/** One sentence for each sum of a place that the book has otherwise. */
export function compare(where: string, expected: Sums, found: Sums): string[] {
  const keys = [...new Set([...expected.keys(), ...found.keys()])].sort();
  return keys
    .filter((key) => (expected.get(key) ?? 0) !== (found.get(key) ?? 0))
    .map((key) => `${where}: ${key} is ${found.get(key) ?? 0}, the book says ${expected.get(key) ?? 0}`);
}

/** Line by line, by nothing of ours but the reading of committed lines. */
async function journalSums(stateDir: string): Promise<Sums> {
  const sums = new Map<string, number>();
  for (const { name: measurement } of FLEET_MEASUREMENTS) {
    const all = { measurement, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, streams: RAW_STREAMS };
    for await (const line of readLines(stateDir, all)) addLine(sums, line);
  }
  return sums;
}

function addLine(sums: Map<string, number>, line: string): void {
  const server = SERVER.exec(line)?.[1] ?? "";
  for (const [, name = "", value] of line.matchAll(/[ ,]([\w.]+)=(-?\d+)i/g)) {
    if (NAMES.has(name)) add(sums, `${server} ${name}`, Number(value));
  }
}

/** As larder itself adds up: closed hours from roll-ups. */
async function historySums(stateDir: string): Promise<Sums> {
  const sums = new Map<string, number>();
  for (const { name: measurement } of FLEET_MEASUREMENTS) {
    const span = { fromMs: 0, toMs: 4e12, by: "all", timeZone: "UTC", groupBy: ["server"] } as const;
    const [rows = []] = await askSums(stateDir, [{ measurement, ...span }]);
    for (const { group, sums: of } of rows) {
      for (const [name, value] of Object.entries(of)) {
        if (NAMES.has(name)) add(sums, `${group["server"]} ${name}`, Number(value));
      }
    }
  }
  return sums;
}

async function influxSums({ engines, database }: World): Promise<Sums> {
  const select = `SELECT sum(*) FROM ${influxNames("")} WHERE time >= 0 GROUP BY server`;
  return (await influxBuckets(engines, database, select)).get(0) ?? new Map();
}

function influxNames(suffix: string): string {
  return FLEET_MEASUREMENTS.map(({ name }) => `"${name}${suffix}"`).join(", ");
}

/** Sums of an answer by the time of their bucket. */
async function influxBuckets({ influx }: Engines, database: string, select: string): Promise<Map<number, Sums>> {
  const buckets = new Map<number, Map<string, number>>();
  for (const { tags, columns, values } of await influx.query(database, select)) {
    for (const row of values) {
      for (const [i, column] of columns.entries()) {
        const [name, value] = [column.replace(/^sum_/, ""), row[i]];
        if (!NAMES.has(name) || typeof value !== "number") continue;
        add(bucketOf(buckets, Number(row[0])), `${tags?.["server"]} ${name}`, value);
      }
    }
  }
  return buckets;
}

async function victoriaSums(world: World): Promise<Sums> {
  return (await victoriaBuckets(world, "", () => 0)).get(0) ?? new Map();
}

async function victoriaBuckets(
  { engines, plan }: World,
  suffix: string,
  startOf: (ms: number) => number,
): Promise<Map<number, Sums>> {
  const buckets = new Map<number, Map<string, number>>();
  const names = FLEET_MEASUREMENTS.map(({ name }) => `${name}${suffix}`);
  // by the tag alone: what was killed while it wrote its index finds a series by one label and not by another
  for (const { metric, values, timestamps } of await engines.victoria.rawSeries(`{world="${plan.seed}"}`)) {
    const whole = metric["__name__"] ?? "";
    const measurement = names.find((each) => whole.startsWith(`${each}_`) && NAMES.has(whole.slice(each.length + 1)));
    if (measurement === undefined) continue;
    const key = `${metric["server"]} ${whole.slice(measurement.length + 1)}`;
    for (const [i, value] of values.entries()) add(bucketOf(buckets, startOf(timestamps[i] ?? 0)), key, value);
  }
  return buckets;
}

function bucketOf(buckets: Map<number, Map<string, number>>, start: number): Map<string, number> {
  const sums = buckets.get(start) ?? new Map<string, number>();
  buckets.set(start, sums);
  return sums;
}

/** Hours that are over are rolled up, and as the book has them. */
async function hourDifferences(world: World, book: Book): Promise<string[]> {
  const hours = new Set(book.servers.flatMap((server) => book.hours(server)));
  const byHour = `SELECT sum(*) FROM ${influxNames("_1h")} WHERE ${spanOf(hours)} GROUP BY time(1h), server fill(none)`;
  const influx = await influxBuckets(world.engines, world.database, byHour);
  const victoria = await victoriaBuckets(world, "_1h", hourOf);
  const truth = book.sumsBy(hourOf);
  const now = hourOf(world.clock.now());
  const none = new Map<string, number>();
  // the newest may still be open
  return [...hours].flatMap((hour) => {
    if (hour >= now - HOUR_MS) return [];
    const at = new Date(hour).toISOString().slice(0, 16);
    const expected = truth.get(hour) ?? none;
    return [
      ...compare(`InfluxDB, hour ${at}`, expected, influx.get(hour) ?? none),
      ...compare(`VictoriaMetrics, hour ${at}`, expected, victoria.get(hour) ?? none),
    ];
  });
}

function spanOf(hours: ReadonlySet<number>): string {
  return `time >= ${Math.min(...hours)}ms AND time < ${Math.max(...hours) + HOUR_MS}ms`;
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}
