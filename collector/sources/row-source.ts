/**
 * A source made of a table of numbered rows: the reading both generations of Apple's databases share.
 *
 * Rows are read in chunks, each with a statement of its own that is finished before anything is awaited, so that a
 * back-fill never holds a lock on Apple's file while the journal or a server is slow. Each chunk begins as a restart
 * would, from a cursor: there is one way of going on, and every chunk tests it.
 *
 * @module
 */
import { errorText, LarderError } from "../../core/errors.ts";
import type { Json } from "../../core/journal/commit.ts";
import { openReadOnly } from "../../core/sqlite/open.ts";
import type { SqliteDatabase, SqliteEngine, SqliteValue } from "../../core/sqlite/sqlite.ts";
import { databaseStamp } from "../../core/sqlite/stamp.ts";
import { cellText } from "./cell.ts";
import { LineGroups } from "./line-groups.ts";
import { ForwardPlacement, type Placement, RememberingPlacement } from "./placement.ts";
import { guardText, parseRowCursor, type RowCursor, type RowNumbering, resume } from "./row-cursor.ts";
import type { Source, SourceBatch, SourceContext } from "./source.ts";

/** A row: its number, then the columns of the reading. */
export type RowValues = readonly SqliteValue[];

/** How to read one table, decided from the database as it is. */
export interface RowReading extends RowNumbering {
  /** Measurements the rows become, to recognise what was taken. */
  readonly measurements: ReadonlySet<string>;
  /** Unix milliseconds of a row, or undefined when it holds no date. */
  baseMs(values: RowValues): number | undefined;
  /** SQL condition that holds for the rows of a span of time, ends included. */
  between(fromMs: number, toMs: number): { sql: string; parameters: readonly number[] };
  /** What rows of one time are told apart by; undefined for a row that says nothing we collect. */
  slotKey(values: RowValues): string | undefined;
  /** What a row says, to recognise it. */
  identity(values: RowValues): string;
  /** Adds the numbers of a row to the lines; a reason when the row cannot be taken. */
  emit(values: RowValues, timeMs: number, groups: LineGroups): string | undefined;
  /** Rows the journal holds, in the terms of `slotKey` and `identity`. */
  taken(lines: AsyncIterable<string>): AsyncIterable<{ key: string; timeMs: number; value: string }>;
}

export interface RowSourceOptions {
  readonly name: string;
  readonly path: string;
  readonly engine?: SqliteEngine;
  readonly busyTimeoutMs?: number;
  /** Rows of a chunk. Default 40,000. */
  readonly chunkRows?: number;
  /** Looks at the database and says how to read it. */
  readonly describe: (db: SqliteDatabase, groups: LineGroups, context: SourceContext) => RowReading;
}

/** Makes the source. */
export function rowSource(options: RowSourceOptions): Source {
  const { name, path } = options;
  return {
    name,
    place: path,
    async *readAfter(json, context) {
      const before = parseRowCursor(json);
      const stamp = await databaseStamp(path);
      // an engine that must read the whole file leaves one alone that has not changed since
      if (before !== undefined && before.stamp !== "" && stamp === before.stamp) return;
      const db = await openReadOnly(path, pick(options));
      try {
        yield* readRows(db, options, before, db.engine === "portable" ? (stamp ?? "") : "", context);
      } catch (error) {
        throw readError(name, path, error);
      } finally {
        db.close();
      }
    },
  };
}

async function* readRows(
  db: SqliteDatabase,
  options: RowSourceOptions,
  before: RowCursor | undefined,
  stamp: string,
  context: SourceContext,
): AsyncGenerator<SourceBatch> {
  const groups = new LineGroups(context.tagText);
  const reading = options.describe(db, groups, context);
  const resumption = resume(db, reading, before);
  report(options, resumption.outcome, before, context);
  let cursor: RowCursor = { ...resumption.cursor, stamp: "" };
  const limit = options.chunkRows ?? 40_000;
  for (let rows = limit; rows === limit; ) {
    if (context.signal.aborted) return;
    const chunk = await readNext(db, reading, cursor, limit, groups, context);
    rows = chunk.rows;
    // the stamp says "read to the end", so it goes with the last rows alone
    cursor = { ...chunk.cursor, stamp: rows < limit ? stamp : "" };
    const news = rows > 0 || (stamp !== "" && stamp !== before?.stamp);
    if (news) yield { ...groups.take(), rowCount: rows, cursor: { ...cursor } as Json };
  }
}

/** The next chunk: forward where time goes forward, with all that is known where it does not. */
async function readNext(
  db: SqliteDatabase,
  reading: RowReading,
  cursor: RowCursor,
  limit: number,
  groups: LineGroups,
  context: SourceContext,
): Promise<{ rows: number; cursor: RowCursor }> {
  const forward = goForward(db, reading, cursor);
  const quick = readChunk(db, reading, cursor, limit, forward, groups, context);
  if (quick !== undefined) return quick;
  const placement = await remember(db, reading, cursor, limit, context);
  const careful = readChunk(db, reading, cursor, limit, placement, groups, context);
  if (careful === undefined) throw new Error("a placement that remembers everything knows every time");
  return { ...careful, cursor: { ...careful.cursor, steppedMs: careful.cursor.newestMs } };
}

/** Reads a chunk into the groups; undefined when a row's time needs more knowledge of the past than the placement has. */
function readChunk(
  db: SqliteDatabase,
  reading: RowReading,
  cursor: RowCursor,
  limit: number,
  placement: Placement,
  groups: LineGroups,
  context: SourceContext,
): { rows: number; cursor: RowCursor } | undefined {
  let last: readonly SqliteValue[] | undefined;
  let rows = 0;
  let { newestMs, atNewest } = cursor;
  const rejected: { what: string; reason: string }[] = [];
  for (const row of db.rows(chunkSql(reading), [cursor.row, limit])) {
    const baseMs = reading.baseMs(row);
    if (baseMs !== undefined && !placement.knows(baseMs)) {
      groups.take();
      return undefined;
    }
    last = row;
    rows++;
    const key = baseMs === undefined ? undefined : reading.slotKey(row);
    let reason: string | undefined;
    if (baseMs === undefined) reason = "it has no date";
    else if (key !== undefined) {
      if (baseMs > newestMs) {
        newestMs = baseMs;
        atNewest = 0;
      }
      if (baseMs === newestMs) atNewest++;
      const timeMs = placement.place(
        baseMs,
        key,
        placement instanceof ForwardPlacement ? undefined : reading.identity(row),
      );
      if (timeMs !== undefined) reason = reading.emit(row, timeMs, groups);
    }
    if (reason !== undefined) rejected.push({ what: row.map(cellText).join(" | "), reason });
  }
  for (const { what, reason } of rejected) context.reject(what, reason);
  if (last === undefined) return { rows: 0, cursor };
  const row = Number(last[0]);
  return { rows, cursor: { ...cursor, row, guard: guardText(last.slice(1)), newestMs, atNewest } };
}

/** The placement for rows not older than the newest, which are placed again so that further rows of their time go behind them. */
function goForward(db: SqliteDatabase, reading: RowReading, cursor: RowCursor): ForwardPlacement {
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
async function remember(
  db: SqliteDatabase,
  reading: RowReading,
  cursor: RowCursor,
  limit: number,
  context: SourceContext,
): Promise<Placement> {
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

function chunkSql(reading: RowReading): string {
  return `SELECT ${selected(reading)} FROM ${reading.table} WHERE ${reading.row} > ? ORDER BY ${reading.row} LIMIT ?`;
}

function selected(reading: RowReading): string {
  return [reading.row, ...reading.columns].join(", ");
}

function pick({ engine, busyTimeoutMs }: RowSourceOptions): { engine?: SqliteEngine; busyTimeoutMs?: number } {
  return { ...(engine === undefined ? {} : { engine }), ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }) };
}

function report(
  options: RowSourceOptions,
  outcome: string,
  before: RowCursor | undefined,
  context: SourceContext,
): void {
  if (outcome === "purged") {
    context.log.warn("rows were purged before they were read", { source: options.name, after: before?.row });
  } else if (outcome === "renumbered") {
    context.log.warn("the rows were numbered anew: taking those not taken yet", {
      source: options.name,
      path: options.path,
    });
  }
}

function readError(name: string, path: string, error: unknown): LarderError {
  if (error instanceof LarderError) return error;
  return new LarderError(`Cannot read ${name} from "${path}": ${errorText(error)}`, {
    code: "SOURCE_READ",
    state: "nothing was lost: the cursor stays where the journal stands",
    next: "run the pass again; if it stays so, open the file with sqlite3 and run PRAGMA integrity_check",
    retryable: true,
    cause: error,
  });
}
