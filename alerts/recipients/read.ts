/**
 * Reads an alertData.db: rows in, types of the room out.
 *
 * @module
 */
import type { SqliteDatabase, SqliteValue } from "../../core/sqlite/sqlite.ts";
import { findDuplicates } from "./changes.ts";
import {
  type EntityRow,
  findBook,
  planEntityRepairs,
  planLastRowRepairs,
  readBooks,
  rowNumber,
} from "./entity-table.ts";
import { type AlertService, DEFAULT_LANGUAGE, type Repair, type StoredRecipient } from "./model.ts";
import { MAIL_RECIPIENT } from "./schema.ts";

/** The part of an alertData.db that we know, at one moment. */
export interface AlertData {
  /** In the order of their rows. Rows without an address are not recipients and are left alone. */
  readonly recipients: readonly StoredRecipient[];
  readonly services: readonly AlertService[];
  /** The book of the recipients; undefined where the books do not name them once. A change needs it, reading does not. */
  readonly book: EntityRow | undefined;
  readonly books: readonly EntityRow[];
  /** Rows without an address: nobody gets a mail by them, and they stay as they are. */
  readonly withoutAddress: number;
  /** What the next change puts right. */
  readonly repairs: readonly Repair[];
  /** Rows that hold an address another row holds too. */
  readonly duplicates: readonly StoredRecipient[];
}

/**
 * Reads an alertData.db, whatever else is in it.
 * @throws LarderError `ALERTS_FOREIGN`, `ALERTS_BOOKS` where a row number is not one, and those of the database.
 */
export function readAlertData(db: SqliteDatabase): AlertData {
  const books = readBooks(db);
  const book = findBook(books, MAIL_RECIPIENT);
  const rows = db.all(
    "SELECT Z_PK, Z_ENT, Z_OPT, ZENABLED, ZADDRESS, ZLOCALIZATION FROM ZADMAILRECIPIENT ORDER BY Z_PK",
  );
  const recipients = rows.filter((row) => row[4] !== null).map((row) => toRecipient(db.path, row));
  const withoutAddress = rows.length - recipients.filter(({ address }) => address.trim() !== "").length;
  const numbers = rows.map(([row, entity]) => ({ row: rowNumber(db.path, row), entity: entityNumber(entity) }));
  return {
    recipients,
    services: readServices(db),
    book,
    books,
    withoutAddress,
    repairs: [...planLastRowRepairs(books), ...(book === undefined ? [] : planEntityRepairs(books, book, numbers))],
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

/** A number; a repair or the next change corrects what is not one. */
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
