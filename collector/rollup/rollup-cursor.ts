/**
 * The position of roll-ups: how far each raw stream is read, what is closed, and the partial sums of what is open.
 *
 * It is written with the roll-up lines in one commit, so that a restart neither loses nor repeats a row.
 *
 * @module
 */

import { type OpenBucket, parseRollupMark, ROLLUP_VERSION, type RollupMark } from "../../core/history/history.ts";
import type { Json } from "../../core/journal/journal.ts";
import { fromBigInt, type LineValues } from "../../core/line/line.ts";
import { type RollupCursor, restoreDays } from "./restore-days.ts";
import { type BucketSums, type Series, UNITS } from "./series.ts";
import type { SeriesTable } from "./series-table.ts";

/** The cursor as JSON. Open sums are lines, those that no line can hold JSON: integers as text, `"42"`, floats as numbers. */
export function cursorJson(cursor: RollupCursor, table: SeriesTable) {
  const lines = { hour: "", day: "" };
  const open: Json[] = [];
  for (const series of table.all()) {
    for (const unit of UNITS) {
      for (const [from, sums] of series.openOf(unit)) {
        const fields = series.sumsText(sums);
        if (fields === undefined) open.push([series.key, unit, from, valuesOf(series, sums)]);
        else lines[unit] += `${series.key} ${fields} ${from}\n`;
      }
    }
  }
  const positions = [...cursor.positions].map(([stream, { segment, offset }]): Json => [stream, segment, offset]);
  return {
    v: ROLLUP_VERSION,
    timeZone: cursor.days.json,
    written: { hour: cursor.written.hour, day: cursor.written.day },
    after: cursor.after,
    closedMs: cursor.closedMs,
    positions,
    ...(cursor.again ? { again: true } : {}),
    lines,
    open,
  } satisfies Json;
}

function valuesOf({ fields }: Series, sums: BucketSums): Json {
  const values: Record<string, Json> = {};
  fields.names.forEach((name, i) => {
    const sum = sums[i];
    if (sum !== undefined) values[name] = fields.floats[i] === true ? Number(sum) : String(sum);
  });
  return values;
}

/**
 * Reads a cursor, putting open buckets back into the table.
 * @returns undefined for none, or one we do not understand: everything is then recomputed.
 */
export function restoreCursor(json: Json | undefined, table: SeriesTable): RollupMark | undefined {
  const mark = restoreDays(json) === undefined ? undefined : parseRollupMark(json);
  if (mark === undefined) return undefined;
  for (const unit of UNITS) {
    table.readLines(mark.open.lines[unit], (series, values, from) => series.restore(unit, from, sumsOf(values)));
  }
  for (const bucket of mark.open.others) restoreBucket(table, bucket);
  return mark;
}

function sumsOf({ count, indexes, numbers, large }: LineValues): BucketSums {
  const sums: BucketSums = [];
  for (let i = 0; i < count; i++) sums[indexes[i] ?? 0] = numbers[i] ?? 0;
  for (const [index, value] of large) sums[index] = fromBigInt(value);
  return sums;
}

function restoreBucket(table: SeriesTable, { key, unit, fromMs, sums }: OpenBucket): void {
  const series = table.get(key);
  if (series === undefined) return;
  const values: BucketSums = [];
  for (const [name, { value, isFloat }] of sums) values[series.fields.index(name, isFloat)] = value;
  series.restore(unit, fromMs, values);
}
