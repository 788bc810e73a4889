/**
 * Core Data's books in an alertData.db: which entity has which number, and the last row number ever given out.
 *
 * Core Data takes `Z_PRIMARYKEY.Z_MAX + 1` for a new row. Tools that insert rows and leave Z_MAX behind make its next insert
 * fail, so Z_MAX is raised to the highest row that is there, and never lowered: a number given out once is an object's
 * identity forever. Entity numbers are read, never assumed.
 *
 * @module
 */
import { LarderError } from "../../core/errors.ts";
import type { SqliteDatabase, SqliteValue } from "../../core/sqlite/sqlite.ts";
import type { Repair } from "./model.ts";
import type { ALERT_BUNDLE, MAIL_RECIPIENT } from "./schema.ts";

type EntityName = typeof MAIL_RECIPIENT | typeof ALERT_BUNDLE;

/** A row of Z_PRIMARYKEY, and what its table says. */
export interface EntityRow {
  /** Z_ENT. */
  readonly entity: number;
  readonly name: string;
  /** Z_ENT of the parent entity, 0 for none. Only entities without a parent have a table and a Z_MAX of their own. */
  readonly parent: number;
  /** Z_MAX as written. */
  readonly lastRow: number;
  /** Highest Z_PK in the table; 0 when it is empty, undefined when there is no such table. */
  readonly highestRow: number | undefined;
}

/** Columns without which a file is not an alertData.db. Others may be there, and stay as they are. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  Z_PRIMARYKEY: ["Z_ENT", "Z_NAME", "Z_SUPER", "Z_MAX"],
  ZADMAILRECIPIENT: ["Z_PK", "Z_ENT", "Z_OPT", "ZENABLED", "ZADDRESS", "ZLOCALIZATION"],
  ZADALERTBUNDLE: ["Z_PK", "Z_ENT", "Z_OPT", "ZENABLED", "ZMAILENABLED", "ZPUSHENABLED", "ZBUNDLE", "ZNAME"],
};

/**
 * Makes sure that a database is an alertData.db.
 * @throws LarderError `ALERTS_FOREIGN` naming the first table or column that is missing.
 */
function checkAlertData(db: SqliteDatabase): void {
  for (const [table, needed] of Object.entries(NEEDED)) {
    const columns = new Set(db.columns(table).map(({ name }) => name.toUpperCase()));
    const missing = needed.find((column) => !columns.has(column));
    if (columns.size === 0) throw foreign(db.path, `it has no table ${table}`);
    if (missing !== undefined) throw foreign(db.path, `its table ${table} has no column ${missing}`);
  }
}

function foreign(path: string, said: string): LarderError {
  return new LarderError(`Cannot use "${path}": ${said}, so it is not an alertData.db of macOS Server`, {
    code: "ALERTS_FOREIGN",
    state: "nothing was changed",
    next: "check --db; `larder alerts init` makes a new file where there is none",
  });
}

/** The books as they are. Checks the database first. */
export function readBooks(db: SqliteDatabase): EntityRow[] {
  checkAlertData(db);
  return db
    .all("SELECT Z_ENT, Z_NAME, Z_SUPER, Z_MAX FROM Z_PRIMARYKEY ORDER BY Z_ENT")
    .map(([entity, name, parent, max]) => {
      const text = String(name ?? "");
      return {
        entity: rowNumber(db.path, entity),
        name: text,
        parent: rowNumber(db.path, parent),
        lastRow: rowNumber(db.path, max),
        highestRow: highestRow(db, text),
      };
    });
}

function highestRow(db: SqliteDatabase, entityName: string): number | undefined {
  const table = `Z${entityName.toUpperCase()}`;
  if (!/^\w+$/.test(table) || !db.columns(table).some(({ name }) => name === "Z_PK")) return undefined;
  return rowNumber(db.path, db.all(`SELECT max(Z_PK) FROM "${table}"`)[0]?.[0] ?? 0);
}

/** A number of the books: NULL counts as 0, anything but a safe integer is refused. */
export function rowNumber(path: string, value: SqliteValue | undefined): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new LarderError(`Cannot use "${path}": its books hold ${typeof value} "${value}" where a row number belongs`, {
    code: "ALERTS_BOOKS",
    state: "nothing was changed",
    next: "`larder alerts restore --list` shows the copies made before earlier changes",
  });
}

/**
 * The book of an entity.
 * @throws LarderError `ALERTS_BOOKS` when Z_PRIMARYKEY names it not exactly once.
 */
export function entityRow(books: readonly EntityRow[], path: string, name: EntityName): EntityRow {
  const book = findBook(books, name);
  if (book !== undefined) return book;
  const count = books.filter((each) => each.name === name).length;
  throw new LarderError(
    `Cannot change "${path}": Z_PRIMARYKEY names the entity ${name} ${count} times, expected once`,
    {
      code: "ALERTS_BOOKS",
      state: "nothing was changed; the list can still be read and exported",
      next: "`larder alerts recipients export` saves the list, `larder alerts restore --list` shows earlier copies",
    },
  );
}

/** The book of an entity; undefined when Z_PRIMARYKEY does not name it exactly once. Reading needs none. */
export function findBook(books: readonly EntityRow[], name: EntityName): EntityRow | undefined {
  const found = books.filter((book) => book.name === name);
  return found.length === 1 ? found[0] : undefined;
}

/** The last row number given out, whatever the books say. */
export function lastRowOf(book: EntityRow): number {
  return Math.max(book.lastRow, book.highestRow ?? 0);
}

/** Every Z_MAX that lags behind its table. Pure. */
export function planLastRowRepairs(books: readonly EntityRow[]): Repair[] {
  return books
    .filter((book) => book.parent === 0 && (book.highestRow ?? 0) > book.lastRow)
    .map((book) => ({
      kind: "last-row",
      text: `Z_MAX of ${book.name} ${book.lastRow} → ${book.highestRow}: row ${book.highestRow} exists, so the server's next insert would fail`,
      sql: "UPDATE Z_PRIMARYKEY SET Z_MAX = ? WHERE Z_ENT = ?",
      parameters: [book.highestRow ?? 0, book.entity],
    }));
}

/** Recipients that carry the number of another entity, as a tool with fixed numbers writes them. Pure. */
export function planEntityRepairs(
  books: readonly EntityRow[],
  book: EntityRow,
  rows: readonly { readonly row: number; readonly entity: number }[],
): Repair[] {
  const parents = new Map(books.map(({ entity, parent }) => [entity, parent]));
  const isKind = (entity: number): boolean => {
    let at = entity;
    for (let steps = 0; at !== 0 && at !== book.entity && steps < books.length; steps++) at = parents.get(at) ?? 0;
    return at === book.entity;
  };
  return rows
    .filter(({ entity }) => !isKind(entity))
    .map(({ row, entity }) => ({
      kind: "entity",
      text: `entity of the recipient in row ${row} ${entity} → ${book.entity}: that is ${book.name} in this file`,
      sql: "UPDATE ZADMAILRECIPIENT SET Z_ENT = ?, Z_OPT = coalesce(Z_OPT, 0) + 1 WHERE Z_PK = ?",
      parameters: [book.entity, row],
    }));
}
