/**
 * The portable engine: sql.js over a consistent image of the file (see `image.ts`).
 *
 * The whole database is in memory, and the handle shows it as it was when it was opened. Nothing is ever written to disk.
 *
 * @module
 */
import type { Database, SqlJs, Statement } from "sql.js";
import { SCHEMA_CHECK, type SqliteColumn, type SqliteDatabase, type SqliteValue, TABLE_COLUMNS } from "../database.ts";
import { databaseError, queryError } from "../database-errors.ts";
import { normalInteger, unsafeAsDouble } from "../integers.ts";
import { bindable } from "../parameters.ts";
import { type ImageOptions, readImage } from "./image.ts";

export { type DatabaseImage, readImage } from "./image.ts";

/**
 * Opens a database with sql.js.
 * @throws LarderError as `readImage`, and `DB_NOT_A_DATABASE` or `DB_CORRUPT` when SQLite refuses the image.
 */
export async function openPortable(path: string, options: ImageOptions): Promise<SqliteDatabase> {
  const [sqlJs, { bytes }] = await Promise.all([loadSqlJs(), readImage(path, options)]);
  return openImage(path, sqlJs, bytes);
}

/** The loaded sql.js module; the second call is free. */
export async function loadSqlJs(): Promise<SqlJs> {
  loading ??= import("sql.js").then((module) => module.default());
  return await loading;
}

let loading: Promise<SqlJs> | undefined;

/** Opens an image that is already read. The image then belongs to sql.js. */
export function openImage(path: string, sqlJs: SqlJs, image: Uint8Array): PortableDatabase {
  const database = new PortableDatabase(path, new sqlJs.Database(withoutCopy(image)));
  try {
    database.all(SCHEMA_CHECK);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * sql.js copies what it is given with `slice()` into its file system. The image is nobody else's, so it is handed over
 * as it is: for a large database that is half of the memory.
 */
function withoutCopy(image: Uint8Array): Uint8Array {
  Object.defineProperty(image, "slice", { value: () => image });
  return image;
}

export class PortableDatabase implements SqliteDatabase {
  readonly engine = "portable";
  readonly path: string;
  readonly #database: Database;
  #open = true;

  constructor(path: string, database: Database) {
    this.path = path;
    this.#database = database;
  }

  columns(table: string): readonly SqliteColumn[] {
    return this.all(TABLE_COLUMNS, [table]).map(([name, type]) => ({ name: String(name), type: String(type ?? "") }));
  }

  all(sql: string, parameters: readonly SqliteValue[] = []): SqliteValue[][] {
    const rows: SqliteValue[][] = [];
    this.each(sql, parameters, (row) => rows.push(row) > 0);
    return rows;
  }

  each(sql: string, parameters: readonly SqliteValue[], take: (row: SqliteValue[]) => boolean): void {
    const statement = this.#prepare(sql, parameters);
    try {
      while (this.#step(statement)) {
        const row = statement.get();
        if (!take(unsafeAsDouble(row) ? exactRow(statement) : row)) return;
      }
    } finally {
      statement.free();
    }
  }

  *rows(sql: string, parameters: readonly SqliteValue[] = []): IterableIterator<SqliteValue[]> {
    const statement = this.#prepare(sql, parameters);
    try {
      while (this.#step(statement)) {
        const row = statement.get();
        yield unsafeAsDouble(row) ? exactRow(statement) : row;
      }
    } finally {
      if (this.#open) statement.free();
    }
  }

  /** The image never changes. */
  snapshot<T>(read: () => T): T {
    return read();
  }

  /** Runs a statement that returns no rows; the number of rows it changed. */
  run(sql: string, parameters: readonly SqliteValue[]): number {
    const statement = this.#prepare(sql, parameters);
    try {
      this.#step(statement);
    } finally {
      statement.free();
    }
    return this.#database.getRowsModified();
  }

  /** The database as a file. It drops every open statement. */
  export(): Uint8Array {
    return this.#database.export();
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#database.close();
  }

  #prepare(sql: string, parameters: readonly SqliteValue[]): Statement {
    if (!this.#open) throw databaseError(this.path, "the database is closed", { code: "DB_QUERY" });
    try {
      const bound = bindable(sql, parameters);
      const statement = this.#database.prepare(bound.sql);
      statement.bind(bound.parameters);
      return statement;
    } catch (error) {
      throw queryError(this.path, error);
    }
  }

  #step(statement: Statement): boolean {
    try {
      return statement.step();
    } catch (error) {
      throw queryError(this.path, error);
    }
  }
}

function exactRow(statement: Statement): SqliteValue[] {
  return statement.get(null, { useBigInt: true }).map(normalInteger);
}
