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
import type { World } from "./world.ts";

const NAMES = new Set(FLEET_FIELDS.map(({ name }) => name));
const SERVER = /[,]server=([^, ]+)/;

/** One sentence for each sum that is wrong. */
export async function differences(world: World): Promise<string[]> {
  const aside = await onlyAside(world);
  const book = world.book.without(RemoteCache.server, aside);
  const truth = book.sums();
  const places: readonly (readonly [string, () => Promise<Sums>])[] = [
    ["journal", async () => await journalSums(world.stateDir)],
    ["history", async () => await historySums(world.stateDir)],
    ["InfluxDB", async () => await influxSums(world)],
    ["VictoriaMetrics", async () => await victoriaSums(world)],
  ];
  const wrong: string[] = [];
  for (const [where, ask] of places) wrong.push(...compare(where, truth, await ask()));
  wrong.push(...(await hourDifferences(world, book)));
  wrong.push(...(await requestDifferences(world)));
  wrong.push(...(await shownDifferences(world, book)));
  wrong.push(...(await boardDifferences(world, truth)));
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
  const asked = local.cache.requests.length;
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

async function influxSums({ engines, database }: World, suffix = "", where = "time >= 0"): Promise<Sums> {
  const sums = new Map<string, number>();
  const from = FLEET_MEASUREMENTS.map(({ name }) => `"${name}${suffix}"`).join(", ");
  const series = await engines.influx.query(database, `SELECT sum(*) FROM ${from} WHERE ${where} GROUP BY server`);
  for (const { tags, columns, values } of series) {
    for (const [i, column] of columns.entries()) {
      const name = column.replace(/^sum_/, "");
      const value = values[0]?.[i];
      if (NAMES.has(name) && typeof value === "number") add(sums, `${tags?.["server"]} ${name}`, value);
    }
  }
  return sums;
}

async function victoriaSums(world: World, suffix = "", hourMs?: number): Promise<Sums> {
  const sums = new Map<string, number>();
  const names = FLEET_MEASUREMENTS.map(({ name }) => `${name}${suffix}`);
  // by the tag alone: what was killed while it wrote its index finds a series by one label and not by another
  const selector = `{world="${world.plan.seed}"}`;
  for (const { metric, values, timestamps } of await world.engines.victoria.rawSeries(selector)) {
    const whole = metric["__name__"] ?? "";
    const measurement = names.find((each) => whole.startsWith(`${each}_`) && NAMES.has(whole.slice(each.length + 1)));
    if (measurement === undefined) continue;
    for (const [i, value] of values.entries()) {
      if (hourMs !== undefined && hourOf(timestamps[i] ?? 0) !== hourMs) continue;
      add(sums, `${metric["server"]} ${whole.slice(measurement.length + 1)}`, value);
    }
  }
  return sums;
}

/** Hours that are over are rolled up, and as the book has them. */
async function hourDifferences(world: World, book: Book): Promise<string[]> {
  const { database, engines } = world;
  const wrong: string[] = [];
  const hours = new Set(book.servers.flatMap((server) => book.hours(server)));
  const now = hourOf(world.clock.now());
  for (const hour of hours) {
    // the newest may still be open
    if (hour >= now - 3_600_000) continue;
    const at = new Date(hour).toISOString().slice(0, 16);
    const during = `time >= ${hour}ms AND time < ${hour + 3_600_000}ms`;
    const truth = book.sums(hour);
    wrong.push(
      ...compare(`InfluxDB, hour ${at}`, truth, await influxSums({ database, engines } as World, "_1h", during)),
    );
    wrong.push(...compare(`VictoriaMetrics, hour ${at}`, truth, await victoriaSums(world, "_1h", hour)));
  }
  return wrong;
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}
