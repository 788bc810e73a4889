/**
 * A source made of a table of numbered rows: the reading both generations of Apple's databases share.
 *
 * Rows are read in chunks, each in a snapshot of its own that is closed before anything is awaited, so that a back-fill
 * never holds a lock on Apple's file while the journal or a server is slow. Each chunk begins as a restart would, from a
 * cursor: there is one way of going on, and every chunk tests it.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { errorText, LarderError } from "../../../core/errors.ts";
import type { Json } from "../../../core/journal/journal.ts";
import type { OpenOptions, SqliteDatabase, SqliteEngine } from "../../../core/sqlite/sqlite.ts";
import { databaseStamp, openReadOnly } from "../../../core/sqlite/sqlite.ts";
import { CLOCK_AHEAD_MS, type Source, type SourceBatch, type SourceContext } from "../source.ts";
import { LineGroups } from "./line-groups.ts";
import { BESIDE_MS } from "./placement.ts";
import { type Remembering, recallPlacement } from "./recall-placement.ts";
import { readChunk } from "./row-chunk.ts";
import { type CursorOutcome, FIRST, findLast, parseRowCursor, type RowCursor } from "./row-cursor.ts";
import type { RowReading } from "./row-reading.ts";

/** Opens a database for reading. */
export type OpenDatabase = (path: string, options: OpenOptions) => Promise<SqliteDatabase>;

/** What both generations can be given. */
export type MetricsOptions = Pick<RowSourceOptions, "path" | "engine" | "chunkRows" | "open">;

export interface RowSourceOptions {
  readonly name: string;
  readonly path: string;
  readonly engine?: SqliteEngine;
  readonly busyTimeoutMs?: number;
  /** Rows of a chunk: what is held at once, and what one commit of the journal takes. Default 20,000. */
  readonly chunkRows?: number;
  /** How the database is opened. Default `openReadOnly`. */
  readonly open?: OpenDatabase;
  /** Looks at the database and says how to read it. */
  readonly describe: (db: SqliteDatabase, groups: LineGroups, context: Pick<SourceContext, "log">) => RowReading;
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
      const db = await (options.open ?? openReadOnly)(path, pick(options));
      try {
        yield* readRows(db, options, before, db.engine === "portable" ? (stamp ?? "") : "", context);
      } catch (error) {
        throw readError(name, path, error);
      } finally {
        db.close();
      }
    },
    async file() {
      try {
        const { ino, birthtimeNs } = await stat(path, { bigint: true });
        // the number alone is given to another file when this one is gone
        return `${ino}.${birthtimeNs}`;
      } catch {
        return undefined;
      }
    },
    async continues(json, context) {
      const cursor = parseRowCursor(json);
      if (cursor === undefined || cursor.row === 0) return "nothing";
      const db = await (options.open ?? openReadOnly)(path, pick(options));
      try {
        const reading = options.describe(db, new LineGroups(""), context);
        return db.snapshot(() => findLast(db, reading, cursor)) === undefined ? "other" : "same";
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
  const groups = new LineGroups(context.tagText, context.nowMs() + CLOCK_AHEAD_MS);
  const reading = options.describe(db, groups, context);
  const limit = options.chunkRows ?? 20_000;
  let cursor: RowCursor = { ...besideReports(before ?? FIRST, context.reportedMs ?? 0), stamp: "" };
  let remembering: Remembering | undefined;
  for (;;) {
    if (context.signal.aborted) return;
    const chunk = readChunk({ db, reading, cursor, limit, groups, context, remembering });
    if (chunk.asks === undefined || chunk.outcome !== "purged") report(options, chunk.outcome, cursor, context);
    const last = chunk.end === "last";
    // the stamp says "read to the end", so it goes with the last rows alone
    cursor = { ...chunk.cursor, stamp: last ? stamp : "" };
    const news = chunk.rows > 0 || (last && stamp !== "" && stamp !== before?.stamp);
    if (news) yield { ...groups.take(), rowCount: chunk.rows, cursor: { ...cursor } as Json };
    if (last) return;
    remembering = chunk.asks === undefined ? undefined : await recallPlacement(reading, chunk.asks, context);
  }
}

/**
 * Where reports were taken in place of rows: those rows are compared with the journal. A report need not have every column,
 * and has whole seconds. That a newer row was read says nothing: the clock may have been ahead when it was written.
 */
function besideReports(cursor: RowCursor, reportedMs: number): RowCursor {
  const untilMs = reportedMs + BESIDE_MS;
  if (reportedMs === 0 || untilMs <= cursor.reportedMs) return cursor;
  return { ...cursor, reportedMs: untilMs, overlapMs: Math.max(cursor.overlapMs, untilMs) };
}

function pick({ engine, busyTimeoutMs }: RowSourceOptions): { engine?: SqliteEngine; busyTimeoutMs?: number } {
  return { ...(engine === undefined ? {} : { engine }), ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }) };
}

function report(
  { name, path }: RowSourceOptions,
  outcome: CursorOutcome,
  before: RowCursor,
  context: SourceContext,
): void {
  if (outcome === "purged") {
    context.log.warn("rows were purged before they were read", { source: name, after: before.row });
  } else if (outcome === "changed") {
    context.log.warn("the columns of the table have changed: its rows are compared with the journal", {
      source: name,
      path,
    });
  } else if (outcome === "renumbered") {
    context.log.warn("row ids restarted; reading again and skipping rows already in the journal", {
      source: name,
      path,
    });
  }
}

function readError(name: string, path: string, error: unknown): LarderError {
  if (error instanceof LarderError) return error;
  return new LarderError(`Cannot read ${name} from "${path}": ${errorText(error)}`, {
    code: "SOURCE_READ",
    state: "nothing was lost: the cursor stays at the end of the journal",
    next: "run the pass again; if it stays so, open the file with sqlite3 and run PRAGMA integrity_check",
    retryable: true,
    cause: error,
  });
}
