/**
 * Buckets that were closed when another row for them came: they are computed anew from the journal, they alone.
 *
 * @module
 */
import type { JournalReader } from "../../core/journal/reader.ts";
import type { BucketUnit } from "../../core/local-days.ts";
import type { Integer } from "../../core/point.ts";
import type { DayZones } from "./day-zones.ts";
import { SeriesTable } from "./line-reader.ts";
import type { LineValues } from "./line-values.ts";
import { findRawGaps } from "./raw-gaps.ts";
import type { RollupLines } from "./rollup-lines.ts";
import { addExact, type Bucket, rollupKey, type Series, UNITS } from "./series.ts";

/** More separate spans than this are read as one: every span costs a look at the segments it may lie in. */
const MAX_SPANS = 16;

/** What late buckets are computed from: the raw streams, and the roll-ups that are written. */
export interface LateStreams {
  readonly raw: readonly JournalReader[];
  readonly written: JournalReader;
}

/** A bucket that is over, or was. */
export interface ClosedBucket {
  readonly series: Series;
  readonly bucket: Bucket;
}

interface Span {
  fromMs: number;
  toMs: number;
}

/** Collects the late rows of a pass, by series and bucket. */
export class LateBuckets {
  readonly #days: DayZones;
  /** Beginnings of late buckets by key of the series. */
  readonly #late: Readonly<Record<BucketUnit, Map<string, Set<number>>>> = { hour: new Map(), day: new Map() };
  #count = 0;

  constructor(days: DayZones) {
    this.#days = days;
  }

  /** Buckets to be computed anew. */
  get count(): number {
    return this.#count;
  }

  add(key: string, ms: number, unit: BucketUnit): void {
    const from = this.#days.start(ms, unit);
    const starts = this.#late[unit].get(key);
    if (starts?.has(from) === true) return;
    if (starts === undefined) this.#late[unit].set(key, new Set([from]));
    else starts.add(from);
    this.#count++;
  }

  /**
   * Adds the lines of each late bucket, with its whole sums.
   * Of a bucket whose raw rows may be gone, no field becomes smaller than what was written of it.
   * @returns how many buckets they are
   */
  async recompute(streams: LateStreams, target: RollupLines): Promise<number> {
    if (this.#count === 0) return 0;
    const table = new SeriesTable();
    const { raw } = streams;
    const buckets = new Map<string, ClosedBucket>();
    for (const span of this.#spans()) {
      const asked = { fromMs: span.fromMs, toMs: span.toMs - 1 };
      for (const reader of raw) {
        for await (const text of reader.chunks(asked)) {
          table.readLines(Buffer.from(text, "utf8"), (series, values, ms) => {
            if (ms < span.fromMs || ms >= span.toMs) return;
            for (const unit of UNITS) this.#addRow(buckets, series, values, ms, unit);
          });
        }
      }
    }
    await raiseToWritten([...buckets.values()], streams, this.#days);
    for (const { series, bucket } of buckets.values()) series.write(bucket, target);
    return buckets.size;
  }

  #addRow(buckets: Map<string, ClosedBucket>, series: Series, values: LineValues, ms: number, unit: BucketUnit): void {
    const starts = this.#late[unit].get(series.key);
    if (starts === undefined) return;
    const from = this.#days.start(ms, unit);
    if (!starts.has(from)) return;
    const key = `${from} ${rollupKey(series.key, unit)}`;
    let late = buckets.get(key);
    if (late === undefined) {
      late = { series, bucket: { unit, from, to: this.#days.next(from, unit), sums: [] } };
      buckets.set(key, late);
    }
    const { sums } = late.bucket;
    const add = (index: number, value: Integer): void => {
      sums[index] = addExact(sums[index], value, series.floats[index] === true);
    };
    for (let i = 0; i < values.count; i++) add(values.indexes[i] ?? 0, values.numbers[i] ?? 0);
    for (const [index, value] of values.large) add(index, value);
  }

  /** The spans of time to be read: late buckets that touch are one span. */
  #spans(): Span[] {
    const all = UNITS.flatMap((unit) =>
      [...new Set([...this.#late[unit].values()].flatMap((starts) => [...starts]))].map(
        (from): Span => ({ fromMs: from, toMs: this.#days.next(from, unit) }),
      ),
    ).sort((a, b) => a.fromMs - b.fromMs);
    const merged: Span[] = [];
    for (const span of all) {
      const last = merged.at(-1);
      if (last !== undefined && span.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, span.toMs);
      else merged.push({ ...span });
    }
    const [first] = merged;
    const last = merged.at(-1);
    if (merged.length <= MAX_SPANS || first === undefined || last === undefined) return merged;
    return [{ fromMs: first.fromMs, toMs: last.toMs }];
  }
}

/** Raises sums to those written before, of buckets whose raw rows may be gone. */
export async function raiseToWritten(
  closed: readonly ClosedBucket[],
  { raw, written }: LateStreams,
  days: DayZones,
): Promise<void> {
  if (closed.length === 0) return;
  const gaps = await findRawGaps(raw, days, spanOf(closed));
  const doubtful = closed.filter(({ bucket }) => gaps.touches(bucket.from, bucket.to));
  if (doubtful.length === 0) return;
  const byKey = new Map(doubtful.map((each) => [bucketKey(each), each]));
  const last = new Map<ClosedBucket, string>();
  for await (const text of written.chunks(spanOf(doubtful))) noteWritten(text, byKey, last);
  for (const [bucket, fields] of last) raise(bucket, fields);
}

function bucketKey({ series, bucket }: ClosedBucket): string {
  return `${bucket.from} ${rollupKey(series.key, bucket.unit)}`;
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

/** Notes the fields last written of buckets, by bucket. */
function noteWritten(
  text: string,
  buckets: ReadonlyMap<string, ClosedBucket>,
  written: Map<ClosedBucket, string>,
): void {
  for (const line of text.split("\n")) {
    const timeAt = line.lastIndexOf(" ");
    const fieldsAt = line.search(/(?<!\\) /);
    const late = buckets.get(`${line.slice(timeAt + 1)} ${line.slice(0, fieldsAt)}`);
    if (late !== undefined && timeAt > fieldsAt) written.set(late, line.slice(fieldsAt + 1, timeAt));
  }
}

/** Raises the sums of a bucket to those written before. */
function raise({ series, bucket: { sums } }: ClosedBucket, fields: string): void {
  for (const field of fields.split(/(?<!\\),/)) {
    const equals = field.lastIndexOf("=");
    const integer = field.endsWith("i");
    const value = integer ? BigInt(field.slice(equals + 1, -1)) : Number(field.slice(equals + 1));
    const index = series.fieldIndex(field.slice(0, equals), !integer);
    const now = sums[index];
    if (now === undefined || now < value) sums[index] = value;
  }
}
