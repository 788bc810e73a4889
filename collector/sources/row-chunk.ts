/**
 * One chunk of rows ▶ lines: read in one go, so that nothing is awaited while SQLite holds Apple's file.
 *
 * @module
 */
import type { SqliteDatabase, SqliteValue } from "../../core/sqlite/sqlite.ts";
import { cellText } from "./cell.ts";
import type { LineGroups } from "./line-groups.ts";
import { ForwardPlacement, type Placement } from "./placement.ts";
import { guardText, type RowCursor } from "./row-cursor.ts";
import { chunkSql, type RowReading } from "./row-reading.ts";
import type { SourceContext } from "./source.ts";

/** What there is to read from, where, and what it becomes. */
export interface ChunkTask {
  readonly db: SqliteDatabase;
  readonly reading: RowReading;
  readonly cursor: RowCursor;
  /** Most rows of the chunk. */
  readonly limit: number;
  readonly groups: LineGroups;
  readonly context: SourceContext;
}

/** What was read: fewer rows than the limit means that there are no more. */
export interface Chunk {
  readonly rows: number;
  readonly cursor: RowCursor;
}

/** Reads a chunk into the groups; undefined when a row's time needs more knowledge of the past than the placement has. */
export function readChunk(task: ChunkTask, placement: Placement): Chunk | undefined {
  const { reading, cursor, groups } = task;
  const recognises = !(placement instanceof ForwardPlacement);
  const rejected: { what: string; reason: string }[] = [];
  let last: readonly SqliteValue[] | undefined;
  let rows = 0;
  let { newestMs, atNewest } = cursor;
  let known = true;

  function takeDated(row: readonly SqliteValue[], baseMs: number): string | undefined {
    const key = reading.slotKey(row);
    if (key === undefined) return undefined;
    if (baseMs > newestMs) {
      newestMs = baseMs;
      atNewest = 0;
    }
    if (baseMs === newestMs) atNewest++;
    const timeMs = placement.place(baseMs, key, recognises ? reading.identity(row) : undefined);
    return timeMs === undefined ? undefined : reading.emit(row, timeMs, groups);
  }

  task.db.each(chunkSql(reading), [cursor.row, task.limit], (row) => {
    const baseMs = reading.baseMs(row);
    known = baseMs === undefined || placement.knows(baseMs);
    if (!known) return false;
    last = row;
    rows++;
    const reason = baseMs === undefined ? "it has no date" : takeDated(row, baseMs);
    if (reason !== undefined) rejected.push({ what: row.map(cellText).join(" | "), reason });
    return true;
  });
  if (!known) {
    groups.drop();
    return undefined;
  }
  for (const { what, reason } of rejected) task.context.reject(what, reason);
  if (last === undefined) return { rows: 0, cursor };
  return { rows, cursor: { ...cursor, row: Number(last[0]), guard: guardText(last.slice(1)), newestMs, atNewest } };
}
