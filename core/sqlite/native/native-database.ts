/**
 * The native engine: node:sqlite, with SQLite's own locks and its own reading of the WAL.
 *
 * SQLite creates a `-wal` and a `-shm` beside a database in WAL mode when they are missing, even for a reader. So that
 * nothing of ours stays there, such a database is opened only when both exist, with `readonly_shm`, which creates no `-shm`.
 * What is left: when the owner closes, and so removes both, within the microseconds between that look and SQLite's own, SQLite
 * makes an empty `-wal`. It is harmless, and left to the next owner, because removing it could hit one that just opens.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { errorCode } from "../../errors.ts";
import { type SqliteColumn, type SqliteDatabase, type SqliteValue, TABLE_COLUMNS } from "../database.ts";
import { databaseError, queryError } from "../database-errors.ts";
import { holdFile } from "../file/file.ts";
import { integerAsBigInt, normalInteger } from "../integers.ts";
import type { NodeDatabase, NodeOpenOptions, NodeSqlite, NodeStatement } from "../node-sqlite.ts";

/** Which file, and how. */
export interface NativeOpening {
  /** What messages call the file. */
  readonly path: string;
  /** The file itself. */
  readonly realPath: string;
  /** How long a statement waits, blocking, for another's lock. */
  readonly busyTimeoutMs: number;
}

/** Opens for reading. Opening is lazy: the first statement finds out whether SQLite can read the file. */
export function openNative(sqlite: NodeSqlite, opening: NativeOpening): NativeDatabase {
  const { realPath, busyTimeoutMs } = opening;
  const location = pathToFileURL(realPath);
  location.searchParams.set("readonly_shm", "1");
  return openAt(sqlite, opening, location, { readOnly: true, timeout: busyTimeoutMs, ...NO_FOREIGN_KEYS });
}

/** Opens an existing file for reading and writing. */
export function openNativeForWriting(sqlite: NodeSqlite, opening: NativeOpening): NativeDatabase {
  const { realPath, busyTimeoutMs } = opening;
  const location = pathToFileURL(realPath);
  location.searchParams.set("mode", "rw");
  return openAt(sqlite, opening, location, { readOnly: false, timeout: busyTimeoutMs, ...NO_FOREIGN_KEYS });
}

function openAt(sqlite: NodeSqlite, { path, realPath }: NativeOpening, location: URL, options: NodeOpenOptions) {
  let release: (() => void) | undefined;
  try {
    release = holdFile(realPath);
    return new NativeDatabase(path, new sqlite.DatabaseSync(location, options), release);
  } catch (error) {
    release?.();
    throw queryError(path, error);
  }
}

/** As in SQLite itself and in the portable engine; node:sqlite has them on. */
const NO_FOREIGN_KEYS = { enableForeignKeyConstraints: false };

/** A row with an integer that is not a safe number. */
const INEXACT = Symbol("inexact");

class NativeDatabase implements SqliteDatabase {
  readonly engine = "native";
  readonly path: string;
  readonly #database: NodeDatabase;
  readonly #release: () => void;
  #transactions = 0;
  #open = true;

  /** @param release called when the database is closed. */
  constructor(path: string, database: NodeDatabase, release: () => void) {
    this.path = path;
    this.#database = database;
    this.#release = release;
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

  /** All at once: a row costs half of what an iterator takes for it. */
  each(sql: string, parameters: readonly SqliteValue[], take: (row: SqliteValue[]) => boolean): void {
    for (const row of this.all(sql, parameters)) if (!take(row)) return;
  }

  *rows(sql: string, parameters: readonly SqliteValue[] = []): IterableIterator<SqliteValue[]> {
    const bound = parameters.map(integerAsBigInt);
    this.begin();
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
      this.end();
    }
  }

  snapshot<T>(read: () => T): T {
    this.begin();
    try {
      return read();
    } finally {
      this.end();
    }
  }

  /** Runs a statement that returns no rows; the number of rows it changed. */
  run(sql: string, parameters: readonly SqliteValue[]): number {
    return this.#guard(() => Number(this.#prepare(sql).run(...parameters.map(integerAsBigInt)).changes));
  }

  /** Begins a transaction, or goes further into the one there is: a reader within it sees what it sees. */
  begin(kind: "DEFERRED" | "IMMEDIATE" = "DEFERRED"): void {
    if (this.#transactions === 0) this.exec(`BEGIN ${kind}`);
    this.#transactions += 1;
  }

  /** Ends what `begin` began. When the outermost cannot be committed it stays open. */
  end(how: "COMMIT" | "ROLLBACK" = "COMMIT"): void {
    if (this.#transactions === 1 && this.#open) this.exec(how);
    this.#transactions -= 1;
  }

  exec(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#database.close();
    this.#release();
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

  #guard<T>(work: () => T): T {
    if (!this.#open) throw databaseError(this.path, "the database is closed", { code: "DB_QUERY" });
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
