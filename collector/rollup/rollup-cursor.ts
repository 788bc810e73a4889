/**
 * The position of roll-ups: how far each raw stream is read, what is closed, and the partial sums of what is open.
 *
 * It is written with the roll-up lines in one commit, so that a restart neither loses nor repeats a row.
 *
 * @module
 */

import { type OpenBucket, parseRollupMark, ROLLUP_VERSION, type RollupMark } from "../../core/history/history.ts";
import type { Json } from "../../core/journal/journal.ts";
import { type RollupCursor, restoreDays } from "./restore-days.ts";
import { type BucketSums, UNITS } from "./series.ts";
import type { SeriesTable } from "./series-table.ts";

/** The cursor as JSON. Sums of integers are written as text, `"42"`; those of floats as numbers. */
export function cursorJson(cursor: RollupCursor, table: SeriesTable): Json {
  const open: Json[] = [];
  for (const series of table.all()) {
    for (const unit of UNITS) {
      for (const [from, sums] of series.openOf(unit)) {
        const values: Record<string, Json> = {};
        series.fields.names.forEach((name, i) => {
          const sum = sums[i];
          if (sum !== undefined) values[name] = series.fields.floats[i] === true ? Number(sum) : String(sum);
        });
        open.push([series.key, unit, from, values]);
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
    open,
  };
}

/**
 * Reads a cursor, putting open buckets back into the table.
 * @returns undefined for none, or one we do not understand: everything is then recomputed.
 */
export function restoreCursor(json: Json | undefined, table: SeriesTable): RollupMark | undefined {
  const mark = restoreDays(json) === undefined ? undefined : parseRollupMark(json);
  for (const bucket of mark?.open ?? []) restoreBucket(table, bucket);
  return mark;
}

function restoreBucket(table: SeriesTable, { key, unit, fromMs, sums }: OpenBucket): void {
  const series = table.get(key);
  if (series === undefined) return;
  const values: BucketSums = [];
  for (const [name, { value, isFloat }] of sums) values[series.fields.index(name, isFloat)] = value;
  series.restore(unit, fromMs, values);
}
