/**
 * Buckets that were closed when another row for them came, while everything is computed again: a row may be in what was
 * written, or not. So the bucket is recomputed from the journal, it alone.
 *
 * @module
 */

import type { JournalReader, Position } from "../../core/journal/journal.ts";
import type { Integer, LineValues } from "../../core/line/line.ts";
import { addValue } from "../../core/line/line.ts";
import type { DayZones } from "../../core/time/day-zones.ts";
import type { BucketUnit } from "../../core/time/local-days.ts";
import type { ClosedBucket } from "./corrections.ts";
import { rollupKey, type Series, UNITS } from "./series.ts";
import { SeriesTable } from "./series-table.ts";

/** More separate spans than this are read as one: every span costs a look at the segments it may lie in. */
const MAX_SPANS = 16;

interface Span {
  fromMs: number;
  toMs: number;
}

/** Collects the buckets of late rows, by series. */
export class LateBuckets {
  readonly #days: DayZones;
  /** Beginnings of late buckets by key of the series. */
  readonly #late: Readonly<Record<BucketUnit, Map<string, Set<number>>>> = { hour: new Map(), day: new Map() };
  #count = 0;

  constructor(days: DayZones) {
    this.#days = days;
  }

  /** Buckets to be recomputed. */
  get count(): number {
    return this.#count;
  }

  add(key: string, unit: BucketUnit, from: number): void {
    const starts = this.#late[unit].get(key);
    if (starts?.has(from) === true) return;
    if (starts === undefined) this.#late[unit].set(key, new Set([from]));
    else starts.add(from);
    this.#count++;
  }

  /**
   * The late buckets with their whole sums, as the journal's raw rows have them.
   * @param until where each stream ends: rows beyond are still to come, and would be counted twice when they do
   */
  async recompute(raw: readonly JournalReader[], until: ReadonlyMap<string, Position>): Promise<ClosedBucket[]> {
    if (this.#count === 0) return [];
    const table = new SeriesTable((key) => UNITS.some((unit) => this.#late[unit].has(key)));
    const buckets = new Map<string, ClosedBucket>();
    for (const span of this.#spans()) {
      for (const reader of raw) {
        const end = until.get(reader.stream) ?? { segment: 0, offset: 0 };
        for (const { number, span: held } of await reader.segments()) {
          if (number > end.segment) break;
          if (held === undefined || held.fromMs >= span.toMs || held.toMs < span.fromMs) continue;
          const part = number === end.segment ? { to: end.offset } : {};
          for await (const lines of reader.bytes(number, part)) {
            table.readLines(lines, (series, values, ms) => {
              if (ms < span.fromMs || ms >= span.toMs) return;
              for (const unit of UNITS) this.#addRow(buckets, series, values, ms, unit);
            });
          }
        }
      }
    }
    return [...buckets.values()];
  }

  #addRow(buckets: Map<string, ClosedBucket>, series: Series, values: LineValues, ms: number, unit: BucketUnit): void {
    const starts = this.#late[unit].get(series.key);
    if (starts === undefined) return;
    const from = this.#days.start(ms, unit);
    if (!starts.has(from)) return;
    const key = `${from} ${rollupKey(series.key, unit)}`;
    let late = buckets.get(key);
    if (late === undefined) {
      late = { series, bucket: { unit, from, to: this.#days.next(from, unit), after: 0, sums: [] } };
      buckets.set(key, late);
    }
    const { sums } = late.bucket;
    const add = (index: number, value: Integer): void => {
      sums[index] = addValue(sums[index], value, series.fields.floats[index] === true);
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
