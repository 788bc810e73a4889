/**
 * What is written of a bucket of which something was written before: the difference, as a point of its own.
 *
 * A point is never written again with another value: InfluxDB takes the last value of a stamp, VictoriaMetrics keeps one
 * that cannot be foretold, newer ones the greatest. So a bucket's first point is stamped with its beginning, and each correction
 * a millisecond behind the last; the sum over the bucket is right on every engine, whatever is sent again, and in which
 * order. A correction may be negative.
 *
 * @module
 */

import { scanReader } from "../../core/history/history.ts";
import type { JournalReader, Span } from "../../core/journal/journal.ts";
import type { Integer } from "../../core/line/line.ts";
import {
  addExact,
  addValue,
  forEachField,
  measurementEnd,
  type ParsedLine,
  subtractExact,
} from "../../core/line/line.ts";
import type { DayZones } from "../../core/time/day-zones.ts";
import type { BucketUnit } from "../../core/time/local-days.ts";
import { findRawGaps } from "./raw-gaps.ts";
import { type Bucket, type BucketSums, rollupKey, type Series } from "./series.ts";

/** A bucket that is over, or was, with its sums as the raw rows have them. */
export interface ClosedBucket {
  readonly series: Series;
  readonly bucket: Bucket;
}

/** The raw streams, and the roll-ups that are written. */
export interface RollupStreams {
  readonly raw: readonly JournalReader[];
  readonly written: JournalReader;
}

/** Points of a bucket, by their time: a stamp of which there is more than one line has the value of the last. */
type WrittenPoints = Map<number, string>;

/** A sum of floats that differs by less than this share of itself is the same. */
const FLOAT_NOISE = 1e-9;

/**
 * Replaces sums by what has to be written: all of a bucket of which nothing is written yet, else the difference; buckets
 * that are right already are left out. Where raw rows may be gone, what is written is the better witness and no sum
 * becomes smaller; where written lines may be gone, nothing is known and nothing is written.
 */
export async function corrections(
  closed: readonly ClosedBucket[],
  { raw, written }: RollupStreams,
  days: DayZones,
): Promise<ClosedBucket[]> {
  if (closed.length === 0) return [];
  const asked = spanOf(closed);
  const points = await pointsOf(closed, written, days);
  const lost = await written.incompleteSpans(asked);
  const gaps = points.size === 0 ? undefined : await findRawGaps(raw, days, asked);
  return closed.flatMap((each) => {
    const { from, to } = each.bucket;
    if (lost.some((span) => span.fromMs < to && span.toMs >= from)) return [];
    const known = points.get(each);
    if (known === undefined) return [each];
    const bucket = difference(each, known, gaps?.touches(from, to) === true);
    return bucket === undefined ? [] : [{ series: each.series, bucket }];
  });
}

/** The points of buckets that are written. */
async function pointsOf(
  closed: readonly ClosedBucket[],
  written: JournalReader,
  days: DayZones,
): Promise<Map<ClosedBucket, WrittenPoints>> {
  const wanted = new Map<string, { readonly unit: BucketUnit; readonly byStart: Map<number, ClosedBucket> }>();
  for (const each of closed) {
    const { unit, from } = each.bucket;
    const key = rollupKey(each.series.key, unit);
    const known = wanted.get(key);
    if (known === undefined) wanted.set(key, { unit, byStart: new Map([[from, each]]) });
    else known.byStart.set(from, each);
  }
  const points = new Map<ClosedBucket, WrittenPoints>();
  const take = ({ measurement, tagText, fieldText, timeMs }: ParsedLine): void => {
    const found = wanted.get(`${measurement}${tagText}`);
    const bucket = found?.byStart.get(days.start(timeMs, found.unit));
    if (bucket === undefined) return;
    const known = points.get(bucket);
    if (known === undefined) points.set(bucket, new Map([[timeMs, fieldText]]));
    else known.set(timeMs, fieldText);
  };
  const { fromMs, toMs } = spanOf(closed);
  const measurements = new Set([...wanted.keys()].map((key) => key.slice(0, measurementEnd(key))));
  await scanReader(
    written,
    [...measurements].map((measurement) => ({ measurement, fromMs, toMs: toMs + 1, take })),
  );
  return points;
}

/** What is missing of a bucket, behind its points; undefined when nothing is. */
function difference({ series, bucket }: ClosedBucket, points: WrittenPoints, onlyMore: boolean): Bucket | undefined {
  const held: BucketSums = [];
  for (const fieldText of points.values()) {
    forEachField(fieldText, (name, value) => {
      const float = "float" in value;
      if (!float && !("integer" in value)) return;
      const index = series.fields.index(name, float);
      held[index] = float ? addValue(held[index], value.float, true) : addExact(held[index], value.integer);
    });
  }
  let missing = false;
  const sums: BucketSums = series.fields.names.map((_, i) => {
    const less = minus(bucket.sums[i] ?? 0, held[i] ?? 0, series.fields.floats[i] === true);
    const wanted = onlyMore && less < 0 ? 0 : less;
    if (wanted !== 0) missing = true;
    return wanted;
  });
  if (!missing) return undefined;
  return { ...bucket, sums, after: Math.max(...points.keys()) + 1 - bucket.from };
}

function minus(sum: Integer, held: Integer, float: boolean): Integer {
  if (!float) return subtractExact(sum, held);
  const less = Number(sum) - Number(held);
  return Math.abs(less) <= FLOAT_NOISE * Math.abs(Number(sum)) ? 0 : less;
}

function spanOf(buckets: readonly ClosedBucket[]): Span {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for (const { bucket } of buckets) {
    fromMs = Math.min(fromMs, bucket.from);
    toMs = Math.max(toMs, bucket.to - 1);
  }
  return { fromMs, toMs };
}
