/**
 * Lines of line protocol added up by the bucket of time each is of: the slow and obvious way.
 *
 * @module
 */

import { FLEET_FIELDS, FLEET_MEASUREMENTS } from "../../fixtures/fleet/fields.ts";
import { wallDayStart } from "../../fixtures/fleet/wall-clock.ts";
import { hourOf } from "../torture/book.ts";

const NAMES = new Set(FLEET_FIELDS.map(({ name }) => name));
const COUNTERS = new Set(FLEET_MEASUREMENTS.map(({ name }) => name));
const LINE = /^([a-z]+)(_1h|_1d)?,(\S*) (.*) (\d+)\s*$/;
const SERVER = /(?:^|,)server=([^,]+)/;

/** Raw lines, closed hours, closed days. */
export const SUFFIXES = ["", "_1h", "_1d"] as const;
export type Suffix = (typeof SUFFIXES)[number];

/** Sums by the beginning of a bucket, then by `<server> <field>`. */
export type BucketSums = Map<number, Map<string, number>>;

/** The bucket of a time: raw lines are added up by the hour too. */
export function bucketOf(suffix: Suffix, zone: string): (timeMs: number) => number {
  return suffix === "_1d" ? (timeMs) => wallDayStart(timeMs, zone) : hourOf;
}

/** Adds up lines of what caches count; others are left out. */
export class Buckets {
  readonly #zone: string;
  readonly #of: Readonly<Record<Suffix, BucketSums>> = { "": new Map(), _1h: new Map(), _1d: new Map() };

  constructor(zone: string) {
    this.#zone = zone;
  }

  add(line: string): void {
    const [, measurement = "", suffix = "", tags = "", fields = "", time = ""] = LINE.exec(line) ?? [];
    if (!COUNTERS.has(measurement)) return;
    const own = suffix as Suffix;
    const bucket = bucketOf(own, this.#zone)(Number(time));
    const sums = this.#of[own].get(bucket) ?? new Map<string, number>();
    this.#of[own].set(bucket, sums);
    const server = SERVER.exec(tags)?.[1] ?? "";
    for (const [, name = "", value] of fields.matchAll(/(?:^|,)([\w.]+)=(-?\d+)i/g)) {
      if (NAMES.has(name)) sums.set(`${server} ${name}`, (sums.get(`${server} ${name}`) ?? 0) + Number(value));
    }
  }

  sums(suffix: Suffix): BucketSums {
    return this.#of[suffix];
  }
}
