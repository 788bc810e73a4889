/**
 * What the numbers people ask for are made of: served, saved, from Apple, from the caches, hit ratio, and what warming
 * cost and gave. Each is data, fields to add and fields to subtract, so that history, status, roll-ups, reports and boards
 * cannot mean different things by one word.
 *
 * - **served**: what clients got: from the cache's disk, from peers and parents, or from Apple. Warming is a client too.
 * - **from Apple**: the part that crossed the WAN. A parent is on our side of it.
 * - **from the caches**: the rest: disk, peers and parents.
 * - **saved**: from the caches, less what warming was given without the WAN. Nobody waited for that; it counts when a
 *   device asks.
 *
 * What warming asked for is taken from `precacheasset`, one line for each file as it ends, not from the `precacherun` that
 * closes a run: a run that was killed has asked all the same.
 *
 * The parts of a whole add up to it: hours to days, days to a week, caches to a fleet. So a part keeps its sign. Only a
 * total that is shown is cut off at zero: see `shown`.
 *
 * @module
 */

import type { Integer } from "./line/line.ts";
import { addExact, subtractExact } from "./line/line.ts";

/** Fields of one measurement. */
export interface MeasuredFields {
  readonly measurement: string;
  readonly fields: readonly string[];
}

/** A number made of sums. */
export interface SumMeasure {
  /** What people call it. */
  readonly title: string;
  readonly add: readonly MeasuredFields[];
  readonly subtract: readonly MeasuredFields[];
  /** A total of it is never shown below zero; the parts of the total keep their sign. */
  readonly neverNegative: boolean;
}

/** A share, 0 to 1. */
export interface RatioMeasure {
  readonly title: string;
  readonly part: SumMeasure;
  readonly whole: SumMeasure;
}

/** The sum of a field over what is being measured; undefined where no line had it. */
export type SumOf = (measurement: string, field: string) => Integer | undefined;

const TRAFFIC = "bytestoclients";
const WARMING = "precacheasset";

/** Where bytes come from, as the fields of `bytestoclients` name it. */
export const SOURCES = ["cache", "peers", "parents", "origin"] as const;
export type TrafficSource = (typeof SOURCES)[number];

const toClients = (...origins: readonly TrafficSource[]): MeasuredFields => ({
  measurement: TRAFFIC,
  fields: origins.map((origin) => `bytes.from${origin}.toclients`),
});
const asked: MeasuredFields = { measurement: WARMING, fields: ["bytes.asked"] };
const askedOfApple: MeasuredFields = { measurement: WARMING, fields: ["bytes.fromorigin"] };

const sum = (title: string, ...add: readonly MeasuredFields[]): SumMeasure => ({
  title,
  add,
  subtract: [],
  neverNegative: false,
});

/** Takes off what warming was given without the WAN: what it asked for, less what Apple was asked for. */
const lessWarming = (title: string, gross: MeasuredFields): SumMeasure => ({
  title,
  add: [gross, askedOfApple],
  subtract: [asked],
  neverNegative: true,
});

/** All that clients got. */
export const SERVED = sum("Served", toClients("cache", "origin", "peers", "parents"));

/** What clients got from Apple, over the WAN. */
export const FROM_APPLE = sum("From Apple", toClients("origin"));

/** What clients got without Apple: from the cache's disk, from peers and parents. */
export const FROM_CACHES = sum("From the caches", toClients("cache", "peers", "parents"));

/** What did not have to cross the WAN for somebody who waited for it. */
export const SAVED = lessWarming("Saved", toClients("cache", "peers", "parents"));

/** Share of what was served that did not come from Apple. */
export const HIT_RATIO: RatioMeasure = { title: "Hit ratio", part: FROM_CACHES, whole: SERVED };

/** What warming had the cache fetch from Apple. */
export const WARMING_COST = sum("Warming, from Apple", askedOfApple);

/** What the cache gave devices from its own disk: warming's effect is in it, and never more than it. */
export const WARMING_EFFECT = lessWarming("From the cache's disk", toClients("cache"));

/** The numbers of a closed day in `served_1d` and `fleet_1d`, by field. */
export const DAY_NUMBERS = { local: FROM_CACHES, origin: FROM_APPLE, saved: SAVED } as const;

/** The exact value of a measure over sums: of a part, which may be below zero. */
export function measure(what: SumMeasure, sumOf: SumOf): Integer {
  let total: Integer = 0;
  for (const { measurement, fields } of what.add) {
    for (const field of fields) total = addExact(total, sumOf(measurement, field));
  }
  for (const { measurement, fields } of what.subtract) {
    for (const field of fields) total = subtractExact(total, sumOf(measurement, field));
  }
  return total;
}

/** A total as it is shown: cut off at zero, once, where its measure says so. */
export function shown(what: SumMeasure, total: Integer): Integer {
  return what.neverNegative && total < 0 ? 0 : total;
}

/** Part over whole; undefined where there was nothing to divide, which is not a share of 0. */
export function ratio(part: Integer, whole: Integer): number | undefined {
  return whole > 0 ? Number(part) / Number(whole) : undefined;
}

/** The measurements measures are made of. */
export function measurementsOf(...measures: readonly SumMeasure[]): string[] {
  return [...new Set(partsOf(measures).map((each) => each.measurement))];
}

/** The fields of a measurement that measures are made of. */
export function fieldsOf(measurement: string, ...measures: readonly SumMeasure[]): string[] {
  const parts = partsOf(measures).filter((each) => each.measurement === measurement);
  return [...new Set(parts.flatMap(({ fields }) => fields))];
}

function partsOf(measures: readonly SumMeasure[]): MeasuredFields[] {
  return measures.flatMap(({ add, subtract }) => [...add, ...subtract]);
}
