/**
 * One chunk of rows ▶ lines, from one state of the database: where the last chunk ended is looked for again, the past is
 * looked at, and the rows are read within one snapshot. Whatever the cache commits, purges or replaces meanwhile is
 * seen by the next chunk as a whole. Nothing is awaited in it, so that no lock on Apple's file outlasts a chunk.
 *
 * @module
 */
import type { Span } from "../../../core/journal/journal.ts";
import type { SourceContext } from "../source.ts";
import { cellText } from "./cell.ts";
import type { LineGroups } from "./line-groups.ts";
import type { Placement } from "./placement.ts";
import { forwardPlacement, type GoingOn, type Remembering } from "./recall-placement.ts";
import { type CursorOutcome, guardText, type RowCursor, resume } from "./row-cursor.ts";
import { chunkSql, type RowValues } from "./row-reading.ts";

/** Rows asked for at once: the objects they become are then still short-lived to the runtime. */
const PORTION_ROWS = 1000;

/** What there is to read from, where, and what it becomes. */
export interface ChunkTask extends GoingOn {
  /** Most rows of the chunk. */
  readonly limit: number;
  readonly groups: LineGroups;
  readonly context: SourceContext;
  /** What the journal holds of a span, where the last chunk asked for it. */
  readonly remembering: Remembering | undefined;
}

/** What was read. */
export interface Chunk {
  /** How reading went on from the last chunk. */
  readonly outcome: CursorOutcome;
  readonly rows: number;
  readonly cursor: RowCursor;
  /** How it ended: there is no further row, the chunk is full, or the next row cannot be placed without the past. */
  readonly end: "last" | "full" | "past";
  /** Times of the next rows, where the past is needed to place them. */
  readonly asks: Span | undefined;
}

/** Reads the next chunk into the groups. */
export function readChunk(task: ChunkTask): Chunk {
  return task.db.snapshot(() => {
    const { cursor, outcome } = resume(task.db, task.reading, task.cursor);
    const found = { ...task, cursor };
    // what was asked for is of no use where the rows are others now
    const remembered = outcome === "renumbered" || outcome === "changed" ? undefined : task.remembering;
    const chunk = readRows(found, remembered?.(found) ?? forwardPlacement(found));
    // from here on rows may share their times with any before
    if (remembered !== undefined) chunk.cursor = { ...chunk.cursor, steppedMs: chunk.cursor.newestMs };
    const asks = chunk.end === "past" && chunk.rows === 0 ? timesOfNext(found) : undefined;
    return { ...chunk, outcome, asks };
  });
}

interface RowsRead {
  rows: number;
  cursor: RowCursor;
  end: Chunk["end"];
}

function readRows(task: ChunkTask, placement: Placement): RowsRead {
  const { db, reading, cursor, limit, groups, context } = task;
  const sql = chunkSql(reading);
  let last: RowValues | undefined;
  let rows = 0;
  let { newestMs, atNewest } = cursor;
  let known = true;

  function takeDated(row: RowValues, baseMs: number): string | undefined {
    const key = reading.slotKey(row);
    if (key === undefined) return undefined;
    if (baseMs > newestMs) {
      newestMs = baseMs;
      atNewest = 0;
    }
    if (baseMs === newestMs) atNewest++;
    const placed = placement.place(baseMs, key, row);
    return typeof placed === "number"
      ? reading.emit(row, placed, groups)
      : reading.emit(row, placed.timeMs, groups, placed.fields);
  }

  function take(row: RowValues): boolean {
    const baseMs = reading.baseMs(row);
    known = baseMs === undefined || placement.knows(baseMs);
    if (!known) return false;
    last = row;
    rows++;
    const reason = baseMs === undefined ? "it has no date" : takeDated(row, baseMs);
    if (reason !== undefined) context.reject(row.map(cellText).join(" | "), reason);
    return true;
  }

  let ended = false;
  while (known && !ended && rows < limit) {
    const portion = Math.min(PORTION_ROWS, limit - rows);
    const before = rows;
    db.each(sql, [last === undefined ? cursor.row : Number(last[0]), portion], take);
    ended = rows - before < portion;
  }
  const end = known ? (ended ? "last" : "full") : "past";
  if (last === undefined) return { rows, cursor, end };
  const guard = guardText(last.slice(1));
  return { rows, cursor: { ...cursor, row: Number(last[0]), guard, newestMs, atNewest }, end };
}

/** Oldest and newest time of the rows the next chunk will hold. */
function timesOfNext({ db, reading, cursor, limit }: ChunkTask): Span {
  let fromMs = Infinity;
  let toMs = -Infinity;
  for (const row of db.rows(chunkSql(reading), [cursor.row, limit])) {
    const baseMs = reading.baseMs(row);
    if (baseMs !== undefined && baseMs < fromMs) fromMs = baseMs;
    if (baseMs !== undefined && baseMs > toMs) toMs = baseMs;
  }
  return { fromMs, toMs };
}
