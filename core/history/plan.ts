/**
 * Which lines answer a question about sums: closed hours and days from roll-ups, the rest from raw lines. Pure.
 *
 * The span is cut into whole days, whole hours before the first and after the last of them, and the parts of an hour at
 * both ends. These are read raw; whole buckets are the roll-up's points in them, its open sums, and the raw lines it has
 * not read yet.
 *
 * @module
 */
import { measurementSchema } from "../schema.ts";
import type { DayZones } from "../time/day-zones.ts";
import { type BucketUnit, bucketStart, nextBucket } from "../time/local-days.ts";

/** A span of time: from, inclusive, to, exclusive, Unix milliseconds. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Whole buckets of a unit. */
export interface RolledRange extends Range {
  readonly unit: BucketUnit;
}

/** What of a question roll-ups answer, and what is left. */
export interface SumPlan {
  readonly rolled: readonly RolledRange[];
  /** Read raw, whatever roll-ups have read. */
  readonly edges: readonly Range[];
}

/** What is asked, as far as it matters here. */
export interface Asked extends Range {
  readonly by: BucketUnit | "all";
  readonly timeZone: string;
}

const HOUR_MS = 3_600_000;

/** Whether roll-ups have the measurement, and every tag that is asked for. */
export function isRolledUp(query: {
  readonly measurement: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly groupBy?: readonly string[];
}): boolean {
  const schema = measurementSchema(query.measurement);
  if (schema?.rollup !== true) return false;
  const { tags = {}, groupBy = [] } = query;
  return ![...Object.keys(tags), ...groupBy].some((tag) => schema.rolledWithout?.includes(tag));
}

/** The plan; undefined where roll-ups are of no use: other days, or no whole bucket in the span. */
export function planSums(asked: Asked, days: DayZones): SumPlan | undefined {
  const unit = unitFor(asked, days);
  if (unit === undefined) return undefined;
  const whole = wholeBuckets(asked, unit, days);
  // a span without a whole day may have a day's beginning in it, and that within an hour
  if (whole === undefined) return unit === "hour" || !hoursFit(asked) ? undefined : plan(asked, "hour", days);
  return plan(asked, unit, days);
}

/** Whole buckets of a unit, and what is left on both sides: of days, that is a part of one day on each. */
function plan(span: Range, unit: BucketUnit, days: DayZones): SumPlan | undefined {
  const whole = wholeBuckets(span, unit, days);
  if (whole === undefined) return undefined;
  const sides = [
    { fromMs: span.fromMs, toMs: whole.fromMs },
    { fromMs: whole.toMs, toMs: span.toMs },
  ].filter(({ fromMs, toMs }) => fromMs < toMs);
  const parts = sides.map(
    (side) => (unit === "day" ? plan(side, "hour", days) : undefined) ?? { rolled: [], edges: [side] },
  );
  return {
    rolled: [{ unit, ...whole }, ...parts.flatMap(({ rolled }) => rolled)],
    edges: parts.flatMap(({ edges }) => edges),
  };
}

function wholeBuckets({ fromMs, toMs }: Range, unit: BucketUnit, days: DayZones): Range | undefined {
  const whole = { fromMs: firstStart(fromMs, unit, days), toMs: days.start(toMs, unit) };
  return whole.fromMs < whole.toMs ? whole : undefined;
}

function unitFor(asked: Asked, days: DayZones): BucketUnit | undefined {
  if (asked.by === "hour") return "hour";
  if (asked.by === "all") return "day";
  const starts = dayStarts(asked);
  if (starts.every((ms) => days.start(ms, "day") === ms) && sameCount(starts, asked, days)) return "day";
  return hoursFit(asked) ? "hour" : undefined;
}

/** Hours are of no zone: they answer for every day that begins with one. */
function hoursFit(asked: Asked): boolean {
  return asked.by !== "day" || dayStarts(asked).every((ms) => ms % HOUR_MS === 0);
}

/** The beginnings of the days that begin in the span, in the zone asked for. */
function dayStarts({ fromMs, toMs, timeZone }: Asked): number[] {
  const starts: number[] = [];
  for (let ms = bucketStart(fromMs, "day", timeZone); ms < toMs; ms = nextBucket(ms, "day", timeZone)) {
    if (ms >= fromMs) starts.push(ms);
  }
  return starts;
}

/** Whether the roll-up's days in the span are as many: none begins where no day asked for does. */
function sameCount(starts: readonly number[], { fromMs, toMs }: Asked, days: DayZones): boolean {
  let count = 0;
  for (let ms = firstStart(fromMs, "day", days); ms < toMs; ms = days.next(ms, "day")) count++;
  return count === starts.length;
}

function firstStart(ms: number, unit: BucketUnit, days: DayZones): number {
  const start = days.start(ms, unit);
  return start === ms ? ms : days.next(ms, unit);
}
