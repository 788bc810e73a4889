/**
 * The numbers of a stretch of time a manager asks for, by the definitions of `core/measures.ts`.
 *
 * @module
 */

import { groupBy } from "../group-by.ts";
import type { Integer } from "../line/line.ts";
import { addExact } from "../line/line.ts";
import {
  FROM_APPLE,
  FROM_CACHES,
  fieldsOf,
  measure,
  measurementsOf,
  ratio,
  SAVED,
  SERVED,
  type SumOf,
  shown,
  type TrafficSource,
} from "../measures.ts";
import { ask, type HistoryQuery, type Question, type SumsRow } from "./ask.ts";

/** Bytes of a stretch of time. */
export interface Savings {
  readonly served: Integer;
  readonly fromCaches: Integer;
  readonly fromApple: Integer;
  /** Of a part of a longer time it may be below zero: warming asked in one hour for what another hour gave. */
  readonly saved: Integer;
  /** Share of what was served that came from the caches, 0 to 1; undefined when nothing was served. */
  readonly hitRatio: number | undefined;
}

/** The measurements savings are made of. */
const SAVINGS_MEASUREMENTS = measurementsOf(SERVED, SAVED);

/** Savings of a part, with its sign, so that parts add up. */
export function savingsOf(sumOf: SumOf): Savings {
  const served = measure(SERVED, sumOf);
  const fromCaches = measure(FROM_CACHES, sumOf);
  return {
    served,
    fromCaches,
    fromApple: measure(FROM_APPLE, sumOf),
    saved: measure(SAVED, sumOf),
    hitRatio: ratio(fromCaches, served),
  };
}

/** Parts added up to a total, as it is shown. */
export function totalSavings(parts: readonly Savings[]): Savings {
  const total = addSavings(parts);
  return { ...total, saved: shown(SAVED, total.saved) };
}

/** Parts added up to a part, which keeps its sign. */
export function addSavings(parts: readonly Savings[]): Savings {
  const sum = (pick: (part: Savings) => Integer): Integer =>
    parts.reduce<Integer>((total, part) => addExact(total, pick(part)), 0);
  const served = sum((part) => part.served);
  const fromCaches = sum((part) => part.fromCaches);
  return {
    served,
    fromCaches,
    fromApple: sum((part) => part.fromApple),
    saved: sum((part) => part.saved),
    hitRatio: ratio(fromCaches, served),
  };
}

/** Savings of a bucket of one group. */
export interface SavingsRow extends Savings {
  readonly startMs: number;
  readonly group: Readonly<Record<string, string>>;
}

/** Savings, and the bytes of each source. */
export interface TrafficRow extends SavingsRow {
  readonly sources: Sources;
  /** Sums of every field savings are made of, for other measures. */
  readonly sumOf: SumOf;
}

/** Bytes to clients by where they came from. */
export type Sources = Readonly<Record<TrafficSource, Integer>>;

/** What is asked of traffic: everything of a query but its measurement. */
export type TrafficQuery = Omit<HistoryQuery, "measurement">;

/**
 * Traffic by bucket and group, ordered by group and time. Where there is only one bucket for all the time, it is a total;
 * others are parts, and `totalSavings` adds them up.
 */
export function traffic(query: TrafficQuery): Question<TrafficRow[]> {
  return {
    sums: SAVINGS_MEASUREMENTS.map((measurement) => ({
      ...query,
      measurement,
      fields: fieldsOf(measurement, SERVED, SAVED),
    })),
    answer: ({ sums }) => joinMeasurements(sums).map((bucket) => trafficRow(bucket, query.by === "all")),
  };
}

/** The same without its sources. */
export function savings(query: TrafficQuery): Question<SavingsRow[]> {
  const question = traffic(query);
  return {
    ...question,
    answer: (found) => question.answer(found).map(({ sources: _, sumOf: __, ...row }) => row),
  };
}

/** Savings by bucket and group. */
export async function savingsHistory(stateDir: string, query: TrafficQuery): Promise<SavingsRow[]> {
  const [rows] = await ask(stateDir, [savings(query)]);
  return rows;
}

interface Bucket extends Pick<SavingsRow, "startMs" | "group"> {
  /** By measurement. */
  readonly sums: Record<string, SumsRow["sums"]>;
}

/** Sums of all measurements by bucket and group, ordered by group and time as each of them is. */
function joinMeasurements(answers: readonly (readonly SumsRow[])[]): Bucket[] {
  const buckets = new Map<string, Bucket>();
  const groups = new Map<SumsRow["group"], string>();
  for (const [i, measurement] of SAVINGS_MEASUREMENTS.entries()) {
    for (const { startMs, group, sums } of answers[i] ?? []) {
      // rows of a group share one object
      const groupKey = groups.get(group) ?? JSON.stringify(group);
      groups.set(group, groupKey);
      const key = `${groupKey} ${String(startMs).padStart(16, "0")}`;
      const known = buckets.get(key);
      if (known === undefined) buckets.set(key, { startMs, group, sums: { [measurement]: sums } });
      else known.sums[measurement] = sums;
    }
  }
  return [...buckets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bucket]) => bucket);
}

function trafficRow({ startMs, group, sums }: Bucket, isTotal: boolean): TrafficRow {
  const row = trafficOf({ startMs, group }, (measurement, field) => sums[measurement]?.[field]);
  return isTotal ? { ...row, ...totalSavings([row]) } : row;
}

/** The traffic of a bucket, a part of its whole, by the sums of its fields. */
export function trafficOf({ startMs, group }: Pick<SavingsRow, "startMs" | "group">, sumOf: SumOf): TrafficRow {
  const of = (source: TrafficSource): Integer => sumOf("bytestoclients", `bytes.from${source}.toclients`) ?? 0;
  return {
    startMs,
    group,
    ...savingsOf(sumOf),
    sources: { cache: of("cache"), peers: of("peers"), parents: of("parents"), origin: of("origin") },
    sumOf,
  };
}

/** Days joined to longer stretches, each with its own beginning, groups apart. Parts keep their sign. */
export function joinDays(days: readonly SavingsRow[], startOf: (dayMs: number) => number): SavingsRow[] {
  const joined = groupBy(days, ({ group, startMs }) => `${JSON.stringify(group)} ${startOf(startMs)}`);
  return [...joined.values()].map((rows) => ({
    startMs: startOf(rows[0]?.startMs ?? 0),
    group: rows[0]?.group ?? {},
    ...addSavings(rows),
  }));
}
