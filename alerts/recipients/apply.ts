/**
 * Writes planned changes through an open transaction. Decides nothing.
 *
 * Rows are named by Z_PK and columns by name, so that columns of other versions keep what they hold or take their default.
 *
 * @module
 */
import type { SqliteWriter } from "../../core/sqlite/sqlite.ts";
import { type EntityRow, lastRowOf } from "./entity-table.ts";
import type { RecipientChanges, Repair } from "./model.ts";

/** Puts the books right. */
export function applyRepairs(db: SqliteWriter, repairs: readonly Repair[]): void {
  for (const { sql, parameters } of repairs) db.run(sql, parameters);
}

/** Applies changes to the recipients and counts Z_MAX on; Z_MAX is never lowered. */
export function applyChanges(db: SqliteWriter, book: EntityRow, changes: RecipientChanges): void {
  for (const { row } of [...changes.deletes, ...changes.duplicates]) {
    db.run("DELETE FROM ZADMAILRECIPIENT WHERE Z_PK = ?", [row]);
  }
  for (const { after } of changes.updates) {
    db.run(
      "UPDATE ZADMAILRECIPIENT SET ZENABLED = ?, ZLOCALIZATION = ?, Z_OPT = coalesce(Z_OPT, 0) + 1 WHERE Z_PK = ?",
      [after.enabled ? 1 : 0, after.language, after.row],
    );
  }
  for (const { row, version, enabled, address, language } of changes.inserts) {
    db.run(
      "INSERT INTO ZADMAILRECIPIENT (Z_PK, Z_ENT, Z_OPT, ZENABLED, ZADDRESS, ZLOCALIZATION) VALUES (?, ?, ?, ?, ?, ?)",
      [row, book.entity, version, enabled ? 1 : 0, address, language],
    );
  }
  const last = changes.inserts.at(-1)?.row;
  if (last === undefined || last <= lastRowOf(book)) return;
  db.run("UPDATE Z_PRIMARYKEY SET Z_MAX = ? WHERE Z_ENT = ?", [last, book.entity]);
}
