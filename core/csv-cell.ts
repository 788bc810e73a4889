/**
 * Values written as fields of CSV: the other half of `csv.ts`, without the reader's library.
 *
 * @module
 */
import { printable } from "./words/printable.ts";

/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^\s*[=+\-@\t\r＝＋－＠]/u;

/** One field as CSV, whichever delimiter of ours is used: quoted where it must be. */
export function csvField(text: string): string {
  return /[",;\t\r\n#]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A text from outside for a spreadsheet: neither a formula (guarded by a `'`) nor a control character gets through. */
export function spreadsheetField(text: string): string {
  const guard = FORMULA.test(text) ? "'" : "";
  return csvField(guard + printable(text));
}
