/**
 * What a source knows of the past before it places its next rows.
 *
 * @module
 */
import type { Span } from "../../../core/journal/journal.ts";
import type { SqliteDatabase } from "../../../core/sqlite/sqlite.ts";
import type { SourceContext } from "../source.ts";
import { BESIDE_MS, ForwardPlacement, type Placement, RememberingPlacement } from "./placement.ts";
import type { RowCursor } from "./row-cursor.ts";
import { type RowReading, type RowValues, selected } from "./row-reading.ts";

/** Where reading goes on, in an open snapshot. */
export interface GoingOn {
  readonly db: SqliteDatabase;
  readonly reading: RowReading;
  readonly cursor: RowCursor;
}

/** Gives the placement of a chunk, once its snapshot is open. */
export type Remembering = (from: GoingOn) => Placement;

/** The placement for rows not older than the newest, which are placed again so that further rows of their time go behind them. */
export function forwardPlacement({ db, reading, cursor }: GoingOn): ForwardPlacement {
  const rows: RowValues[] = [];
  const sql = `SELECT ${selected(reading)} FROM ${reading.table} WHERE ${reading.row} <= ? ORDER BY ${reading.row} DESC`;
  if (cursor.row > 0) {
    for (const row of db.rows(sql, [cursor.row])) {
      if ((reading.baseMs(row) ?? Infinity) < cursor.newestMs - BESIDE_MS || rows.length > 100_000) break;
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

/**
 * Asks the journal for everything it holds at some times. What is asked of the database is asked later, in the snapshot
 * of the chunk that is placed with it.
 */
export async function recallPlacement(reading: RowReading, span: Span, context: SourceContext): Promise<Remembering> {
  const [fromMs, toMs] = [span.fromMs - BESIDE_MS, span.toMs + BESIDE_MS];
  const held: Parameters<RememberingPlacement["hold"]>[] = [];
  const lines = context.alreadyTaken(reading.measurements, fromMs, toMs);
  for await (const { key, timeMs, fields } of reading.held(lines, { fromMs, toMs })) held.push([timeMs, key, fields]);
  return ({ db, cursor }) => {
    const { overlapMs, changedMs, reportedMs } = cursor;
    const says = (row: RowValues) => reading.says(row);
    const placement = new RememberingPlacement({ span, overlapMs, changedMs, reportedMs, says });
    for (const each of held) placement.hold(...each);
    if (span.fromMs <= overlapMs) {
      // rows of this numbering that were taken already: each claims its own
      const { sql, parameters } = reading.between(span.fromMs - BESIDE_MS, overlapMs + 1);
      const earlier = `SELECT ${selected(reading)} FROM ${reading.table} WHERE ${reading.row} <= ? AND ${sql} ORDER BY ${reading.row}`;
      for (const row of db.rows(earlier, [cursor.row, ...parameters])) {
        if ((reading.baseMs(row) ?? Infinity) <= overlapMs) placeAgain(reading, row, placement);
      }
    }
    return placement;
  };
}

function placeAgain(reading: RowReading, row: RowValues, placement: Placement): void {
  const baseMs = reading.baseMs(row);
  if (baseMs === undefined) return;
  const key = reading.slotKey(row);
  if (key !== undefined) placement.place(baseMs, key, row);
}
