/**
 * A database that lets something happen before each of its statements: where a writer commits between two of them, a
 * reader that takes them for one state of the database shows it.
 *
 * @module
 */
import type { SqliteDatabase } from "../database.ts";

/** The same database; `before` is called ahead of every statement, also within a snapshot. */
export function betweenStatements(db: SqliteDatabase, before: () => void): SqliteDatabase {
  const first = <A extends unknown[], R>(work: (...given: A) => R) => {
    return (...given: A): R => {
      before();
      return work(...given);
    };
  };
  return {
    engine: db.engine,
    path: db.path,
    columns: first((table) => db.columns(table)),
    all: first((sql, parameters) => db.all(sql, parameters)),
    each: first((sql, parameters, take) => db.each(sql, parameters, take)),
    rows: first((sql, parameters) => db.rows(sql, parameters)),
    snapshot: (read) => db.snapshot(read),
    close: () => db.close(),
  };
}
