/**
 * A copy of a database as it was before the transaction that is open on it.
 *
 * Native: a second connection reads the last committed state, WAL included, while the first holds the write lock. Opening
 * the file in any other way would not do: closing a file drops every POSIX lock this process has on it, SQLite's too.
 * Portable: the file itself, whose state the transaction compares again before it replaces it.
 *
 * @module
 */
import { constants, copyFileSync } from "node:fs";
import type { SqliteDatabase } from "../database.ts";
import { queryError } from "../database-errors.ts";
import { loadNodeSqlite } from "../node-sqlite.ts";
import { noNative } from "../open.ts";

/**
 * Copies the database that a write transaction is open on, before its first change, to a file that is not there yet. The
 * copy is one file in rollback mode; it is not yet flushed to the disk.
 * @throws LarderError of the database, or Node's own error for the target.
 */
export function snapshotTo(db: SqliteDatabase, target: string): void {
  if (db.engine === "portable") {
    copyFileSync(db.path, target, constants.COPYFILE_EXCL);
    return;
  }
  const sqlite = loadNodeSqlite();
  if (sqlite === undefined) throw noNative(db.path);
  try {
    const reader = new sqlite.DatabaseSync(db.path, {
      readOnly: true,
      timeout: 1000,
      enableForeignKeyConstraints: false,
    });
    try {
      reader.prepare("VACUUM INTO ?").run(target);
    } finally {
      reader.close();
    }
  } catch (error) {
    throw queryError(db.path, error);
  }
}
