/**
 * What stands in an alertData.db, typed: rows in, words of the room out.
 *
 * @module
 */
import type { SqliteDatabase, SqliteValue } from "../../core/sqlite/sqlite.ts";
import { bookOf, type EntityBook, planEntityRepairs, planLastRowRepairs, readBooks, rowNumber } from "./books.ts";
import { findDuplicates } from "./changes.ts";
import { type AlertService, DEFAULT_LANGUAGE, type Repair, type StoredRecipient } from "./model.ts";
import { ALERT_BUNDLE, MAIL_RECIPIENT } from "./schema.ts";

/** The part of an alertData.db that we know, at one moment. */
export interface AlertData {
  /** In the order of their rows. Rows without an address are no recipients, and stay as they are. */
  readonly recipients: readonly StoredRecipient[];
  readonly services: readonly AlertService[];
  /** The book of the recipients. */
  readonly book: EntityBook;
  /** What the next change puts right. */
  readonly repairs: readonly Repair[];
  /** Rows that hold an address another row holds too. */
  readonly duplicates: readonly StoredRecipient[];
}

/**
 * Reads an alertData.db, whatever else is in it.
 * @throws LarderError `ALERTS_FOREIGN`, `ALERTS_BOOKS`, and those of the database.
 */
export function readAlertData(db: SqliteDatabase): AlertData {
  const books = readBooks(db);
  const book = bookOf(books, db.path, MAIL_RECIPIENT);
  bookOf(books, db.path, ALERT_BUNDLE);
  const rows = db.all(
    "SELECT Z_PK, Z_ENT, Z_OPT, ZENABLED, ZADDRESS, ZLOCALIZATION FROM ZADMAILRECIPIENT ORDER BY Z_PK",
  );
  const recipients = rows.filter((row) => row[4] !== null).map((row) => toRecipient(db.path, row));
  const numbers = rows.map(([row, entity]) => ({ row: rowNumber(db.path, row), entity: entityNumber(entity) }));
  return {
    recipients,
    services: readServices(db),
    book,
    repairs: [...planLastRowRepairs(books), ...planEntityRepairs(books, book, numbers)],
    duplicates: findDuplicates(recipients),
  };
}

function toRecipient(path: string, row: readonly SqliteValue[]): StoredRecipient {
  const [key, , version, enabled, address, language] = row;
  return {
    row: rowNumber(path, key),
    version: entityNumber(version),
    address: textOf(address),
    language: textOf(language) || DEFAULT_LANGUAGE,
    enabled: isOn(enabled),
  };
}

function readServices(db: SqliteDatabase): AlertService[] {
  return db
    .all("SELECT Z_PK, ZBUNDLE, ZNAME, ZMAILENABLED, ZPUSHENABLED, ZENABLED FROM ZADALERTBUNDLE ORDER BY Z_PK")
    .map(([row, bundle, name, mail, push, enabled]) => ({
      row: rowNumber(db.path, row),
      bundle: textOf(bundle),
      name: textOf(name),
      mail: isOn(mail),
      push: isOn(push),
      enabled: isOn(enabled),
    }));
}

/** A number that a repair or the next change sets right where it is none. */
function entityNumber(value: SqliteValue | undefined): number {
  return typeof value === "number" ? value : 0;
}

function textOf(value: SqliteValue | undefined): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return value === null || value === undefined ? "" : String(value);
}

/** A flag as SQLite compares it: any number but 0; a number in quotes counts as the number. */
function isOn(value: SqliteValue | undefined): boolean {
  return value !== null && value !== undefined && Number(value) !== 0 && !Number.isNaN(Number(value));
}
