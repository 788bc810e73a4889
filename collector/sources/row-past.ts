/**
 * What a source knows of the past before it places its next rows.
 *
 * @module
 */
import { ForwardPlacement, type Placement, RememberingPlacement } from "./placement.ts";
import type { ChunkTask } from "./row-chunk.ts";
import { chunkSql, type RowReading, type RowValues, selected } from "./row-reading.ts";

/** The placement for rows not older than the newest, which are placed again so that further rows of their time go behind them. */
export function goForward({ db, reading, cursor }: ChunkTask): ForwardPlacement {
  const rows: RowValues[] = [];
  const sql = `SELECT ${selected(reading)} FROM ${reading.table} WHERE ${reading.row} <= ? ORDER BY ${reading.row} DESC`;
  if (cursor.row > 0) {
    for (const row of db.rows(sql, [cursor.row])) {
      const baseMs = reading.baseMs(row);
      // a second back as well: a place may lie behind the time of its row
      if ((baseMs !== undefined && baseMs < cursor.newestMs - 1000) || rows.length > 100_000) break;
      rows.push(row);
    }
  }
  const found = rows.filter((row) => reading.baseMs(row) === cursor.newestMs).length;
  const complete = found >= cursor.atNewest;
  const knownFrom = Math.max(
    complete ? cursor.newestMs : cursor.newestMs + 1,
    cursor.steppedMs + 1,
    cursor.overlapMs + 1,
  );
  const placement = new ForwardPlacement(knownFrom);
  for (const row of rows.reverse()) placeAgain(reading, row, placement);
  return placement;
}

/** Everything that stands at the times of the next chunk: the journal knows, and which of it may come again. */
export async function remember({ db, reading, cursor, limit, context }: ChunkTask): Promise<Placement> {
  let fromMs = Infinity;
  let toMs = -Infinity;
  for (const row of db.rows(chunkSql(reading), [cursor.row, limit])) {
    const baseMs = reading.baseMs(row);
    if (baseMs !== undefined && baseMs < fromMs) fromMs = baseMs;
    if (baseMs !== undefined && baseMs > toMs) toMs = baseMs;
  }
  const placement = new RememberingPlacement();
  const lines = context.alreadyTaken(reading.measurements, fromMs - 1000, toMs + 1000);
  for await (const { key, timeMs, value } of reading.taken(lines)) {
    if (timeMs <= cursor.overlapMs + 1000) placement.useTaken(timeMs, key, value);
    else placement.use(timeMs, key);
  }
  if (fromMs <= cursor.overlapMs) {
    // rows of this numbering that were taken already: each claims its own
    const { sql, parameters } = reading.between(fromMs - 1, cursor.overlapMs + 1);
    const earlier = `SELECT ${selected(reading)} FROM ${reading.table} WHERE ${reading.row} <= ? AND ${sql} ORDER BY ${reading.row}`;
    for (const row of db.rows(earlier, [cursor.row, ...parameters])) {
      if ((reading.baseMs(row) ?? Infinity) <= cursor.overlapMs) placeAgain(reading, row, placement);
    }
  }
  return placement;
}

function placeAgain(reading: RowReading, row: RowValues, placement: Placement): void {
  const baseMs = reading.baseMs(row);
  const key = baseMs === undefined ? undefined : reading.slotKey(row);
  if (baseMs !== undefined && key !== undefined) placement.place(baseMs, key, reading.identity(row));
}
