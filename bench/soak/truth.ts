/**
 * Whether every place that keeps or shows what the caches counted says what their book says, hour by hour and day by day.
 *
 * @module
 */
import { askSums, readLines } from "../../core/history/history.ts";
import { RAW_STREAMS } from "../../core/journal/journal.ts";
import { FLEET_FIELDS, FLEET_MEASUREMENTS } from "../../fixtures/fleet/fields.ts";
import { hourOf, type Sums } from "../torture/book.ts";
import { compare } from "../torture/compare.ts";
import { shownDifferences } from "../torture/shown.ts";
import type { WorldClock } from "../torture/world-clock.ts";
import { type BucketSums, Buckets, bucketOf, SUFFIXES, type Suffix } from "./buckets.ts";
import type { SoakWorld } from "./soak-world.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Raw lines are looked at this far back; before that, retention may have removed them. */
const RAW_DAYS = 10;
const NAMES = new Set(FLEET_FIELDS.map(({ name }) => name));

/** One sentence for each sum that is wrong. */
export async function differences(world: SoakWorld, clock: WorldClock): Promise<string[]> {
  const { book, sink, plan, stateDir } = world;
  const now = clock.now();
  const wrong: string[] = [];
  const places: readonly (readonly [string, Suffix, BucketSums, number])[] = [
    ...SUFFIXES.map((suffix) => ["sink", suffix, sink.buckets.sums(suffix), 0] as const),
    ["journal", "", (await journalBuckets(world, now)).sums(""), hourOf(now) - RAW_DAYS * DAY_MS],
    ...(await Promise.all(
      (["_1h", "_1d"] as const).map(async (suffix) => {
        return ["history", suffix, await historyBuckets(stateDir, suffix, plan.zone), 0] as const;
      }),
    )),
  ];
  for (const [place, suffix, found, fromMs] of places) {
    // the newest hour and day are open, where only what is closed is written
    const open = suffix === "_1d" ? now - 25 * HOUR_MS : hourOf(now) - HOUR_MS;
    const toMs = place === "sink" && suffix !== "" ? open : now;
    const bucket = bucketOf(suffix, plan.zone);
    const truth = book.sumsBy((timeMs) => bucket(timeMs));
    for (const start of new Set([...truth.keys(), ...found.keys()])) {
      if (start < fromMs || start >= toMs) continue;
      const where = `${place}${suffix} ${new Date(start).toISOString().slice(0, 16)}`;
      wrong.push(...compare(where, truth.get(start) ?? none, found.get(start) ?? none));
    }
  }
  const { config, programs } = world;
  const showing = { config, clock, page: programs.page, plan: { ...plan, seed: 0 } };
  return [...wrong, ...(await shownDifferences(showing, book))];
}

const none: Sums = new Map();

/** Line by line, of the hours that are sure to be kept. */
async function journalBuckets({ stateDir, plan }: SoakWorld, nowMs: number): Promise<Buckets> {
  const buckets = new Buckets(plan.zone);
  for (const { name: measurement } of FLEET_MEASUREMENTS) {
    const span = { fromMs: hourOf(nowMs) - RAW_DAYS * DAY_MS, toMs: Number.MAX_SAFE_INTEGER };
    for await (const line of readLines(stateDir, { measurement, ...span, streams: RAW_STREAMS })) buckets.add(line);
  }
  return buckets;
}

/** As larder itself adds up: closed hours and days from roll-ups, whose raw lines may be gone. */
async function historyBuckets(stateDir: string, suffix: "_1h" | "_1d", timeZone: string): Promise<BucketSums> {
  const found: BucketSums = new Map();
  const by = suffix === "_1h" ? "hour" : "day";
  for (const { name: measurement } of FLEET_MEASUREMENTS) {
    const query = { measurement, fromMs: 0, toMs: 4e12, by, timeZone, groupBy: ["server"] } as const;
    const [rows = []] = await askSums(stateDir, [query]);
    for (const { startMs, group, sums: of } of rows) {
      const sums = found.get(startMs) ?? new Map<string, number>();
      found.set(startMs, sums);
      for (const [name, value] of Object.entries(of)) {
        if (NAMES.has(name)) sums.set(`${group["server"]} ${name}`, Number(value));
      }
    }
  }
  return found;
}
