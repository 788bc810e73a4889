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
import { databaseStamp } from "../../core/sqlite/file/stamp.ts";
import { openReadOnly } from "../../core/sqlite/open.ts";
import type { SqliteDatabase, SqliteEngine } from "../../core/sqlite/sqlite.ts";
import { LineGroups } from "./line-groups.ts";
import { type Chunk, type ChunkTask, readChunk } from "./row-chunk.ts";
import { parseRowCursor, type RowCursor, resume } from "./row-cursor.ts";
import { goForward, remember } from "./row-past.ts";
import type { RowReading } from "./row-reading.ts";
import type { Source, SourceBatch, SourceContext } from "./source.ts";

export interface RowSourceOptions {
  readonly name: string;
  readonly path: string;
  readonly engine?: SqliteEngine;
  readonly busyTimeoutMs?: number;
  /** Rows of a chunk: what is held at once, and what one commit of the journal takes. Default 20,000. */
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
  const limit = options.chunkRows ?? 20_000;
  for (let rows = limit; rows === limit; ) {
    if (context.signal.aborted) return;
    const chunk = await readNext({ db, reading, cursor, limit, groups, context });
    rows = chunk.rows;
    // the stamp says "read to the end", so it goes with the last rows alone
    cursor = { ...chunk.cursor, stamp: rows < limit ? stamp : "" };
    const news = rows > 0 || (stamp !== "" && stamp !== before?.stamp);
    if (news) yield { ...groups.take(), rowCount: rows, cursor: { ...cursor } as Json };
  }
}

/** The next chunk: plain rows the quick way, forward where time goes forward, with all that is known where it does not. */
async function readNext(task: ChunkTask): Promise<Chunk> {
  const quick = task.reading.plain?.(task, goForward(task)) ?? readChunk(task, goForward(task));
  if (quick !== undefined) return quick;
  const careful = readChunk(task, await remember(task));
  if (careful === undefined) throw new Error("a placement that remembers everything knows every time");
  return { ...careful, cursor: { ...careful.cursor, steppedMs: careful.cursor.newestMs } };
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
