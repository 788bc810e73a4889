/**
 * A question about sums in the parts a server can answer: closed hours and days from roll-ups, what is left from raw rows. Pure.
 *
 * A roll-up's points lie at the beginning of their hour or day, corrections a few milliseconds later. Days are asked for from
 * noon to noon, so that the one beginning in each such window is that day's whatever the clocks do, and that of a cache in
 * another zone is counted on its own date.
 *
 * @module
 */
import { type HistoryQuery, isRolledUp, planSums, type Range } from "../../../core/history/history.ts";
import { fieldSchema, isSummed, measurementSchema, ROLLUP_SUFFIXES } from "../../../core/schema.ts";
import { DayZones } from "../../../core/time/day-zones.ts";
import { type BucketUnit, bucketStart, nextBucket } from "../../../core/time/local-days.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** From the noon before a day, with which its window begins, to its morning. */
const NOON_TO_MORNING_MS = 20 * HOUR_MS;
/** Roll-ups are there an hour after the end of their bucket. */
const CLOSED_AFTER_MS = HOUR_MS;

/** One question of a server: sums of fields of one measurement, by group and window. */
export interface SumPart {
  /** Whether it is asked where roll-ups are kept. */
  readonly store: "raw" | "rolled";
  readonly measurement: string;
  readonly fields: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly groupBy: readonly string[];
  /** Times of points: from, inclusive, to, exclusive. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Length of the windows that are added up by themselves, from `fromMs` on; undefined for one that is all. */
  readonly windowMs: number | undefined;
  /** An instant of the bucket that a window belongs to. */
  bucketOf(windowStartMs: number): number;
}

/** The parts of a query. @param nowMs what is over is known by it */
export function partsOf(query: HistoryQuery, nowMs: number): SumPart[] {
  const plan = isRolledUp(query) ? planSums(query, DayZones.of(query.timeZone)) : undefined;
  const raw = (range: Range): SumPart[] => buckets(query, range).map((bucket) => onePart(query, "raw", bucket));
  if (plan === undefined) return raw(query);
  const rolled = plan.rolled.flatMap(({ unit, ...range }) => {
    const closedMs = bucketStart(nowMs - CLOSED_AFTER_MS, unit, query.timeZone);
    const cutMs = Math.min(range.toMs, Math.max(range.fromMs, closedMs));
    const [closed, open] = [
      { fromMs: range.fromMs, toMs: cutMs },
      { fromMs: cutMs, toMs: range.toMs },
    ];
    return [...(isEmpty(closed) ? [] : rolledParts(query, unit, closed)), ...(isEmpty(open) ? [] : raw(open))];
  });
  return [...rolled, ...plan.edges.flatMap(raw)];
}

/** Closed hours or days of a query: a window for each of its buckets, or parts that each lie in one. */
function rolledParts(query: HistoryQuery, unit: BucketUnit, range: Range): SumPart[] {
  const store = unit === "day" ? "days" : "hours";
  if (query.by === unit) return [{ ...onePart(query, store, range), ...WINDOWS[unit] }];
  return buckets(query, range).map((bucket) => onePart(query, store, bucket));
}

const WINDOWS = {
  day: { windowMs: DAY_MS, bucketOf: (windowStartMs: number) => windowStartMs + NOON_TO_MORNING_MS },
  hour: { windowMs: HOUR_MS, bucketOf: (windowStartMs: number) => windowStartMs },
} as const;

/** A part that lies in one bucket. */
function onePart(query: HistoryQuery, points: "raw" | "hours" | "days", { fromMs, toMs }: Range): SumPart {
  const { measurement, tags = {}, groupBy = [] } = query;
  const shiftMs = points === "days" ? DAY_MS / 2 : 0;
  const suffix = points === "raw" ? "" : ROLLUP_SUFFIXES[points === "days" ? "day" : "hour"];
  return {
    store: points === "raw" ? "raw" : "rolled",
    measurement: `${measurement}${suffix}`,
    fields: query.fields ?? summedFields(measurement),
    tags,
    groupBy,
    fromMs: fromMs - shiftMs,
    toMs: toMs - shiftMs,
    windowMs: undefined,
    bucketOf: () => fromMs,
  };
}

function isEmpty({ fromMs, toMs }: Range): boolean {
  return fromMs >= toMs;
}

/** A span cut where the query's buckets begin. */
function buckets({ by, timeZone }: HistoryQuery, { fromMs, toMs }: Range): Range[] {
  if (by === "all") return [{ fromMs, toMs }];
  const unit: BucketUnit = by;
  const ranges: Range[] = [];
  for (let at = fromMs; at < toMs; at = nextBucket(at, unit, timeZone)) {
    ranges.push({ fromMs: at, toMs: Math.min(toMs, nextBucket(at, unit, timeZone)) });
  }
  return ranges;
}

function summedFields(measurement: string): string[] {
  const names = measurementSchema(measurement)?.fields.map(({ name }) => name) ?? [];
  return names.filter((name) => {
    const field = fieldSchema(measurement, name);
    return field !== undefined && isSummed(field);
  });
}
