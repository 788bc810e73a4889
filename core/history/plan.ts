/**
 * Which lines answer a question about sums: closed hours and days from roll-ups, the rest from raw lines. Pure.
 *
 * The span is cut in three: an edge before the first whole bucket, whole buckets, and an edge after the last. Edges are
 * read raw; whole buckets are the roll-up's points in them, its open sums, and the raw lines it has not read yet.
 *
 * @module
 */
import type { DayZones } from "../time/day-zones.ts";
import { type BucketUnit, bucketStart, nextBucket } from "../time/local-days.ts";

/** A span of time: from, inclusive, to, exclusive, Unix milliseconds. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What of a question roll-ups answer, and what is left. */
export interface SumPlan {
  readonly unit: BucketUnit;
  /** Whole buckets. */
  readonly rolled: Range;
  /** Read raw, whatever roll-ups have read. */
  readonly edges: readonly Range[];
}

/** What is asked, as far as it matters here. */
export interface Asked extends Range {
  readonly by: BucketUnit | "all";
  readonly timeZone: string;
}

const HOUR_MS = 3_600_000;

/** The plan; undefined where roll-ups are of no use: other days, or no whole bucket in the span. */
export function planSums(asked: Asked, days: DayZones): SumPlan | undefined {
  const unit = unitFor(asked, days);
  if (unit === undefined) return undefined;
  const rolled = { fromMs: firstStart(asked.fromMs, unit, days), toMs: days.start(asked.toMs, unit) };
  if (rolled.fromMs >= rolled.toMs) return undefined;
  const edges = [
    { fromMs: asked.fromMs, toMs: rolled.fromMs },
    { fromMs: rolled.toMs, toMs: asked.toMs },
  ];
  return { unit, rolled, edges: edges.filter(({ fromMs, toMs }) => fromMs < toMs) };
}

function unitFor(asked: Asked, days: DayZones): BucketUnit | undefined {
  if (asked.by === "hour") return "hour";
  if (asked.by === "all") return "day";
  const starts = dayStarts(asked);
  if (starts.every((ms) => days.start(ms, "day") === ms) && sameCount(starts, asked, days)) return "day";
  // hours are of no zone: they answer for every day that begins with one
  return starts.every((ms) => ms % HOUR_MS === 0) ? "hour" : undefined;
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
