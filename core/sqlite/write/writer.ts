/**
 * What the work of a write transaction is given: the database without the transaction's own ends.
 *
 * @module
 */

import type { SqliteDatabase, SqliteValue, SqliteWriter } from "../database.ts";
import { databaseError } from "../database-errors.ts";

interface Changeable extends SqliteDatabase {
  run(sql: string, parameters: readonly SqliteValue[]): number;
}

/** What `work` is given: everything but the transaction's own ends. */
export function writer(database: Changeable): SqliteWriter {
  return {
    engine: database.engine,
    path: database.path,
    columns: (table) => database.columns(table),
    all: (sql, parameters) => database.all(sql, parameters),
    each: (sql, parameters, take) => database.each(sql, parameters, take),
    rows: (sql, parameters) => database.rows(sql, parameters),
    snapshot: (read) => database.snapshot(read),
    run: (sql, parameters = []) => ({ changes: database.run(sql, parameters) }),
    close: () => {
      throw databaseError(database.path, "a write transaction must not end inside", { code: "DB_QUERY" });
    },
  };
}
