/**
 * One chunk of plain rows ▶ lines: digits are copied from where SQLite wrote them into the lines. A chunk with any other
 * row in it is left to `row-chunk.ts` as a whole.
 *
 * @module
 */
import type { SqliteDatabase } from "../../core/sqlite/sqlite.ts";
import { dateSeconds } from "./cell.ts";
import type { PreparedPlace } from "./line-groups.ts";
import type { ForwardPlacement } from "./placement.ts";
import { type PlainColumns, PlainRows } from "./plain-rows.ts";
import type { Chunk, ChunkTask } from "./row-chunk.ts";
import { guardText } from "./row-cursor.ts";

/** What a name means: `key` as in `slotKey`, and where its numbers go; undefined for one that is not collected. */
export type PlainMetric = { readonly key: string; readonly place: PreparedPlace } | undefined;

/**
 * Reads a chunk into the groups, which must be empty.
 * @returns undefined, the groups empty again, when a row is not plain or is older than the placement knows.
 */
export type ReadPlainChunk = (task: ChunkTask, placement: ForwardPlacement) => Chunk | undefined;

/** The way to read chunks of plain rows from an open database. */
export function plainChunks(
  db: SqliteDatabase,
  columns: PlainColumns,
  metricOf: (name: string) => PlainMetric,
): ReadPlainChunk {
  const rows = new PlainRows(db, columns, metricOf);
  return (task, placement) => {
    const chunk = readChunk(rows, task, placement);
    if (chunk === undefined) task.groups.drop();
    return chunk;
  };
}

function readChunk(rows: PlainRows<PlainMetric>, task: ChunkTask, placement: ForwardPlacement): Chunk | undefined {
  const { db, reading, cursor, groups, limit } = task;
  let { newestMs, atNewest } = cursor;
  let openDate = Number.NaN;
  let baseMs = 0;
  const read = rows.read(cursor.row, limit, (date, metric, text, from, to) => {
    if (date !== openDate) {
      if (dateSeconds(date) === undefined) return false;
      openDate = date;
      baseMs = date * 1000;
      if (!placement.knows(baseMs)) return false;
    }
    if (metric === undefined) return true;
    if (baseMs > newestMs) {
      newestMs = baseMs;
      atNewest = 0;
    }
    if (baseMs === newestMs) atNewest++;
    groups.addDigits(placement.place(baseMs, metric.key), metric.place, text, from, to);
    return true;
  });
  if (read === undefined || read.rows === 0) return read && { rows: 0, cursor };
  const sql = `SELECT ${reading.columns.join(", ")} FROM ${reading.table} WHERE ${reading.row} = ?`;
  const [last] = db.all(sql, [read.last]);
  if (last === undefined) return undefined;
  return { rows: read.rows, cursor: { ...cursor, row: read.last, guard: guardText(last), newestMs, atNewest } };
}
