/**
 * Buckets that were closed when another row for them came: they are computed anew from the journal, they alone.
 *
 * @module
 */
import type { JournalReader } from "../../core/journal/reader.ts";
import { type BucketUnit, bucketStart, nextBucket } from "../../core/local-days.ts";
import type { Integer } from "../../core/point.ts";
import { SeriesTable } from "./line-reader.ts";
import type { LineValues } from "./line-values.ts";
import type { RollupLines } from "./rollup-lines.ts";
import { addExact, rollupKey, type Series, type Sums, UNITS } from "./series.ts";

/** More separate spans than this are read as one: every span costs a look at the segments it may lie in. */
const MAX_SPANS = 16;

interface Span {
  fromMs: number;
  toMs: number;
}

/** Collects the late rows of a pass, by series and bucket. */
export class LateBuckets {
  readonly #zone: string;
  /** Beginnings of late buckets by key of the series. */
  readonly #late: Readonly<Record<BucketUnit, Map<string, Set<number>>>> = { hour: new Map(), day: new Map() };
  #count = 0;

  constructor(zone: string) {
    this.#zone = zone;
  }

  /** Buckets to be computed anew. */
  get count(): number {
    return this.#count;
  }

  add(key: string, ms: number, unit: BucketUnit): void {
    const from = bucketStart(ms, unit, this.#zone);
    const starts = this.#late[unit].get(key);
    if (starts?.has(from) === true) return;
    if (starts === undefined) this.#late[unit].set(key, new Set([from]));
    else starts.add(from);
    this.#count++;
  }

  /**
   * Adds the lines of each late bucket, with its whole sums. No field becomes smaller than it was written before: raw rows
   * may have gone by age, and a server that keeps the greater of two values must not disagree with one that overwrites.
   * @returns how many buckets they are
   */
  async recompute(raw: readonly JournalReader[], rollup: JournalReader, target: RollupLines): Promise<number> {
    if (this.#count === 0) return 0;
    const table = new SeriesTable();
    const sums = new Map<string, { series: Series; unit: BucketUnit; from: number; values: Sums }>();
    for (const span of this.#spans()) {
      const asked = { fromMs: span.fromMs, toMs: span.toMs - 1 };
      for (const reader of raw) {
        for await (const text of reader.chunks(asked)) {
          table.readLines(Buffer.from(text, "utf8"), (series, values, ms) => {
            if (ms < span.fromMs || ms >= span.toMs) return;
            for (const unit of UNITS) this.#addRow(sums, series, values, ms, unit);
          });
        }
      }
      for await (const text of rollup.chunks(asked)) this.#raiseToWritten(text, sums);
    }
    for (const { series, unit, from, values } of sums.values()) series.write(unit, from, values, target);
    return sums.size;
  }

  #addRow(
    sums: Map<string, { series: Series; unit: BucketUnit; from: number; values: Sums }>,
    series: Series,
    values: LineValues,
    ms: number,
    unit: BucketUnit,
  ): void {
    const starts = this.#late[unit].get(series.key);
    if (starts === undefined) return;
    const from = bucketStart(ms, unit, this.#zone);
    if (!starts.has(from)) return;
    const key = `${from} ${rollupKey(series.key, unit)}`;
    let bucket = sums.get(key);
    if (bucket === undefined) {
      bucket = { series, unit, from, values: [] };
      sums.set(key, bucket);
    }
    const add = (index: number, value: Integer): void => {
      bucket.values[index] = addExact(bucket.values[index], value, series.floats[index] === true);
    };
    for (let i = 0; i < values.count; i++) add(values.indexes[i] ?? 0, values.numbers[i] ?? 0);
    for (const [index, value] of values.large) add(index, value);
  }

  #raiseToWritten(text: string, sums: ReadonlyMap<string, { readonly series: Series; readonly values: Sums }>): void {
    for (const line of text.split("\n")) {
      const timeAt = line.lastIndexOf(" ");
      const fieldsAt = line.search(/(?<!\\) /);
      const bucket = sums.get(`${line.slice(timeAt + 1)} ${line.slice(0, fieldsAt)}`);
      if (bucket === undefined || timeAt <= fieldsAt) continue;
      for (const field of line.slice(fieldsAt + 1, timeAt).split(/(?<!\\),/)) {
        const equals = field.lastIndexOf("=");
        const integer = field.endsWith("i");
        const value = integer ? BigInt(field.slice(equals + 1, -1)) : Number(field.slice(equals + 1));
        const index = bucket.series.fieldIndex(field.slice(0, equals), !integer);
        const now = bucket.values[index];
        if (now === undefined || now < value) bucket.values[index] = value;
      }
    }
  }

  /** The spans of time to be read: late buckets that touch are one span. */
  #spans(): Span[] {
    const all = UNITS.flatMap((unit) =>
      [...new Set([...this.#late[unit].values()].flatMap((starts) => [...starts]))].map(
        (from): Span => ({ fromMs: from, toMs: nextBucket(from, unit, this.#zone) }),
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
