/**
 * The SQLite seam: one interface, two engines.
 *
 * `native.ts` is node:sqlite, where the runtime has it (Node 22.13 and later): real locks, real WAL. `portable.ts` is
 * sql.js elsewhere: it works on a consistent image of the file taken under check-and-retry, with the committed frames
 * of the `-wal` laid over it, or refuses with a clear error. Neither returns stale or torn rows, changes a row, or
 * leaves a file beside the database. Integers stay exact: safe ones are numbers, larger ones bigint.
 *
 * @module
 */

/** Makes an engine read the schema, so that a file it cannot read is refused when it is opened. */
export const SCHEMA_CHECK = "SELECT count(*) FROM sqlite_master";
/** Name and declared type of the columns of the table given as parameter. */
export const TABLE_COLUMNS = "SELECT name, type FROM pragma_table_info(?) ORDER BY cid";

/** A value as SQLite stores it. Integers beyond 2^53 are bigint. */
export type SqliteValue = number | bigint | string | Uint8Array | null;

/** A column of a table, in declaration order. */
export interface SqliteColumn {
  readonly name: string;
  /** As declared; "" when the declaration names no type. */
  readonly type: string;
}

/** A database opened for reading, or for the one writer that `alerts` needs. Close it. */
export interface SqliteDatabase {
  readonly engine: SqliteEngine;
  readonly path: string;
  /** Columns of a table; empty when there is no such table. */
  columns(table: string): readonly SqliteColumn[];
  /** All rows, as arrays in the order of the selected columns. For small answers. */
  all(sql: string, parameters?: readonly SqliteValue[]): SqliteValue[][];
  /**
   * Calls back for every row of an answer whose size is bounded, until the callback says false. The cheapest way to look
   * at many rows: each engine gives them as it does it fastest.
   */
  each(sql: string, parameters: readonly SqliteValue[], take: (row: SqliteValue[]) => boolean): void;
  /**
   * Rows one at a time, as arrays. For answers of any size: memory does not grow with their number.
   * The iterator must be run to its end or closed with `return()`: until then the native engine holds SQLite's shared
   * lock, and in rollback mode a writer has to wait for it. Read a large table in portions. One call sees one state of the
   * database. Errors in the statement are thrown at the first row.
   */
  rows(sql: string, parameters?: readonly SqliteValue[]): IterableIterator<SqliteValue[]>;
  /**
   * Runs statements that all see one state of the database, whatever is committed between them. In rollback mode a writer
   * has to wait meanwhile, so keep it short; nothing can be awaited in it.
   */
  snapshot<T>(read: () => T): T;
  close(): void;
}

/** A database within a write transaction. Reads see what was written in it. */
export interface SqliteWriter extends SqliteDatabase {
  /** Runs one statement that returns no rows; the rows it inserted, updated or deleted. */
  run(sql: string, parameters?: readonly SqliteValue[]): SqliteChange;
}

export interface SqliteChange {
  readonly changes: number;
}

/** `portable` also on a runtime with node:sqlite, where SQLite itself could not read without leaving a file. */
export type SqliteEngine = "native" | "portable";

export interface OpenOptions {
  /** Force an engine; without it, native where the runtime has it. */
  readonly engine?: SqliteEngine;
  /** How long to wait for another's lock, or for a consistent image. Default 5,000 ms. */
  readonly busyTimeoutMs?: number;
  /** Native engine: from which size a closed WAL database is copied to a temporary file, not to memory. Default 64 MiB. */
  readonly copyFromBytes?: number;
}
