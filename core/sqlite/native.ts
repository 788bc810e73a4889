/**
 * The native engine: node:sqlite, with SQLite's own locks and its own reading of the WAL.
 *
 * SQLite creates a `-wal` and a `-shm` beside a database in WAL mode when they are missing, even for a reader. So that
 * nothing of ours stays there, such a database is opened only when both exist, with `readonly_shm`, which creates none.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { errorCode } from "../errors.ts";
import { databaseError, queryError } from "./database-errors.ts";
import { integerAsBigInt, normalInteger } from "./integers.ts";
import type { NodeDatabase, NodeSqlite, NodeStatement } from "./node-sqlite.ts";
import { type SqliteColumn, type SqliteDatabase, type SqliteValue, TABLE_COLUMNS } from "./sqlite.ts";

/**
 * Opens for reading. Opening is lazy: the first statement finds out whether SQLite can read the file.
 * @param realPath the file itself, `path` being what messages call it.
 * @param busyTimeoutMs how long a statement waits, blocking, for another's lock.
 */
export function openNative(sqlite: NodeSqlite, path: string, realPath: string, busyTimeoutMs: number): NativeDatabase {
  const location = pathToFileURL(realPath);
  location.searchParams.set("readonly_shm", "1");
  try {
    const options = { readOnly: true, timeout: busyTimeoutMs, enableForeignKeyConstraints: false };
    return new NativeDatabase(path, new sqlite.DatabaseSync(location, options));
  } catch (error) {
    throw queryError(path, error);
  }
}

/** A row with an integer that is no safe number. */
const INEXACT = Symbol("inexact");

export class NativeDatabase implements SqliteDatabase {
  readonly engine = "native";
  readonly path: string;
  readonly #database: NodeDatabase;
  #readers: number;
  #open = true;

  /** @param inTransaction true when the caller has begun one, and ends it. */
  constructor(path: string, database: NodeDatabase, inTransaction = false) {
    this.path = path;
    this.#database = database;
    this.#readers = inTransaction ? 1 : 0;
  }

  columns(table: string): readonly SqliteColumn[] {
    return this.all(TABLE_COLUMNS, [table]).map(([name, type]) => ({ name: String(name), type: String(type ?? "") }));
  }

  all(sql: string, parameters: readonly SqliteValue[] = []): SqliteValue[][] {
    const bound = parameters.map(integerAsBigInt);
    return this.#guard(() => {
      const statement = this.#prepare(sql);
      try {
        const rows = statement.all(...bound);
        if (!rows.some(inexact)) return rows;
      } catch (error) {
        if (!outOfRange(error)) throw error;
      }
      statement.setReadBigInts(true);
      return statement.all(...bound).map((row) => row.map(normalInteger));
    });
  }

  *rows(sql: string, parameters: readonly SqliteValue[] = []): IterableIterator<SqliteValue[]> {
    const bound = parameters.map(integerAsBigInt);
    this.#beginReading();
    let iterator: IterableIterator<SqliteValue[]> | undefined;
    try {
      const statement = this.#guard(() => this.#prepare(sql));
      iterator = this.#guard(() => statement.iterate(...bound));
      let yielded = 0;
      for (let row = this.#next(iterator); row !== undefined; row = this.#next(iterator)) {
        if (row === INEXACT) {
          iterator.return?.();
          iterator = this.#restart(statement, bound, yielded);
          yield* this.#exactRows(iterator);
          return;
        }
        yield row;
        yielded += 1;
      }
    } finally {
      // Without this the statement stays open, and with it SQLite's lock.
      if (this.#open) iterator?.return?.();
      this.#endReading();
    }
  }

  /** Runs a statement that returns no rows; the number of rows it changed. */
  run(sql: string, parameters: readonly SqliteValue[]): number {
    return this.#guard(() => Number(this.#prepare(sql).run(...parameters.map(integerAsBigInt)).changes));
  }

  exec(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#database.close();
  }

  #prepare(sql: string): NodeStatement {
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }

  #next(iterator: IterableIterator<SqliteValue[]>): SqliteValue[] | typeof INEXACT | undefined {
    try {
      const next = iterator.next();
      if (next.done === true) return undefined;
      return inexact(next.value) ? INEXACT : next.value;
    } catch (error) {
      if (outOfRange(error)) return INEXACT;
      throw queryError(this.path, error);
    }
  }

  *#exactRows(iterator: IterableIterator<SqliteValue[]>): IterableIterator<SqliteValue[]> {
    for (;;) {
      const next = this.#guard(() => iterator.next());
      if (next.done === true) return;
      yield next.value.map(normalInteger);
    }
  }

  /** Starts again with bigint integers, after the rows that were yielded: the transaction shows the same rows again. */
  #restart(statement: NodeStatement, parameters: readonly SqliteValue[], yielded: number) {
    return this.#guard(() => {
      statement.setReadBigInts(true);
      const iterator = statement.iterate(...parameters);
      for (let row = 0; row < yielded; row++) iterator.next();
      return iterator;
    });
  }

  #beginReading(): void {
    if (this.#readers === 0) this.exec("BEGIN");
    this.#readers += 1;
  }

  #endReading(): void {
    this.#readers -= 1;
    if (this.#readers === 0 && this.#open) this.exec("COMMIT");
  }

  #guard<T>(work: () => T): T {
    if (!this.#open) throw databaseError("DB_QUERY", this.path, "the database is closed");
    try {
      return work();
    } catch (error) {
      throw queryError(this.path, error);
    }
  }
}

/** node:sqlite refuses integers beyond 2^53 as numbers, all but this one: it takes the absolute value of -2^63. */
const SMALLEST = -(2 ** 63);

function inexact(row: readonly SqliteValue[]): boolean {
  for (const value of row) if (value === SMALLEST) return true;
  return false;
}

function outOfRange(error: unknown): boolean {
  return errorCode(error) === "ERR_OUT_OF_RANGE";
}
