/**
 * What warming cost, wherever it is kept or shown: the same everywhere, and what the origin has given.
 *
 * @module
 */
import { askSums, readLines } from "../../core/history/history.ts";
import { AT_A_TIME, FILE_BYTES } from "./warming.ts";
import type { World } from "./world.ts";

const MEASUREMENT = "precacheasset";
const FIELDS = ["bytes", "bytes.asked", "bytes.fromorigin"] as const;
const ALL = { fromMs: 0, toMs: 4e12 };

/** Sums by field. */
type Cost = ReadonlyMap<string, number>;

/** What warming was given without the WAN: nobody waited for it, so it is not saved. */
export async function warmedFromCaches({ stateDir }: Pick<World, "stateDir">): Promise<number> {
  const { cost } = await journalCost(stateDir);
  return (cost.get("bytes.asked") ?? 0) - (cost.get("bytes.fromorigin") ?? 0);
}

/** One sentence for each sum that is wrong. */
export async function warmedDifferences(world: World): Promise<string[]> {
  if (world.warming.wanted.length === 0) return [];
  const { cost, warmed } = await journalCost(world.stateDir);
  const missing = world.warming.wanted.filter((url) => !warmed.has(url));
  const wrong = missing.map((url) => `warming: the journal has no line of ${url}`);
  wrong.push(...originDifferences(world, cost.get("bytes.fromorigin") ?? 0));
  const places: readonly (readonly [string, () => Promise<Cost>])[] = [
    ["history", async () => await historyCost(world)],
    ["InfluxDB", async () => await influxCost(world, "")],
    ["InfluxDB, hours", async () => await influxCost(world, "_1h")],
    ["VictoriaMetrics", async () => await victoriaCost(world, "")],
    ["VictoriaMetrics, hours", async () => await victoriaCost(world, "_1h")],
  ];
  for (const [where, ask] of places) {
    const found = await ask();
    for (const field of FIELDS) {
      const [is, expected] = [found.get(field) ?? 0, cost.get(field) ?? 0];
      if (is !== expected) wrong.push(`${where}: ${field} of warming is ${is}, the journal says ${expected}`);
    }
  }
  return wrong;
}

/** Of a run that was killed, the files in hand are in no line, and those that waited to be written with others. */
function originDifferences({ local, warming }: World, booked: number): string[] {
  const given = local.warmedByOrigin;
  const most = (warming.runs - 1) * 2 * AT_A_TIME * FILE_BYTES;
  return given >= booked && given - booked <= most
    ? []
    : [`warming: the journal has ${booked} bytes from the origin, which gave ${given}`];
}

async function journalCost(stateDir: string): Promise<{ readonly cost: Cost; readonly warmed: ReadonlySet<string> }> {
  const cost = new Map<string, number>();
  const warmed = new Set<string>();
  for await (const line of readLines(stateDir, { measurement: MEASUREMENT, ...ALL, streams: ["precache"] })) {
    for (const field of FIELDS) add(cost, field, Number(new RegExp(`[ ,]${field}=(\\d+)i`).exec(line)?.[1] ?? 0));
    if (/,outcome=(warmed|cached)[, ]/.test(line)) warmed.add(/url="([^"]*)"/.exec(line)?.[1] ?? "");
  }
  return { cost, warmed };
}

async function historyCost({ stateDir }: World): Promise<Cost> {
  const cost = new Map<string, number>();
  const [rows = []] = await askSums(stateDir, [{ measurement: MEASUREMENT, ...ALL, by: "all", timeZone: "UTC" }]);
  for (const { sums } of rows) for (const field of FIELDS) add(cost, field, Number(sums[field] ?? 0));
  return cost;
}

async function influxCost({ engines, database }: World, suffix: string): Promise<Cost> {
  const cost = new Map<string, number>();
  const select = `SELECT sum(*) FROM "${MEASUREMENT}${suffix}" WHERE time >= 0`;
  for (const { columns, values } of await engines.influx.query(database, select)) {
    for (const [i, column] of columns.entries()) add(cost, column.replace(/^sum_/, ""), Number(values[0]?.[i] ?? 0));
  }
  return cost;
}

async function victoriaCost({ engines, plan }: World, suffix: string): Promise<Cost> {
  const cost = new Map<string, number>();
  for (const { metric, values } of await engines.victoria.rawSeries(`{world="${plan.seed}"}`)) {
    const [measurement, field] = (metric["__name__"] ?? "").split("_bytes");
    if (measurement !== `${MEASUREMENT}${suffix}`) continue;
    for (const value of values) add(cost, `bytes${field}`, value);
  }
  return cost;
}

function add(cost: Map<string, number>, field: string, value: number): void {
  cost.set(field, (cost.get(field) ?? 0) + value);
}
