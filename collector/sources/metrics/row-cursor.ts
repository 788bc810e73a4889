/**
 * Where a table of numbered rows was left, and where to go on in the file that is there now.
 *
 * The last row taken is looked for by its number and recognised by its guard. Found: go on after it. Gone, with only
 * later rows left: Apple has purged past it, go on with the first there is. Anything else: the table was emptied, the file
 * replaced or restored, or the columns we read are others than before. Every row is then looked at again, and those the
 * journal holds are left out, or given the fields they lack there.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import type { Json } from "../../../core/journal/journal.ts";
import type { SqliteDatabase, SqliteValue } from "../../../core/sqlite/sqlite.ts";
import { cellText } from "./cell.ts";

/** The cursor of a table of numbered rows. */
export interface RowCursor {
  /** Number of the last row taken; 0 before the first. */
  readonly row: number;
  /** What that row says of itself. */
  readonly guard: string;
  /** Newest time among the rows taken under this numbering, Unix milliseconds. */
  readonly newestMs: number;
  /** Rows taken of that time. */
  readonly atNewest: number;
  /** Newest time taken when time last stepped back: rows up to it may share a time with any row before. */
  readonly steppedMs: number;
  /** Newest time taken under earlier numberings: rows up to it may be in the journal already. */
  readonly overlapMs: number;
  /** Names the columns that were read; "" when an older version took the row, which did not say. */
  readonly columns: string;
  /** Newest time taken with other columns: rows up to it may be in the journal with other fields. */
  readonly changedMs: number;
  /** Newest time taken from reports instead: rows up to it may be in the journal a second beside their own, with fewer fields. */
  readonly reportedMs: number;
  /** The state of the file once it was read to its end, where the engine must read it whole. */
  readonly stamp: string;
}

export const FIRST: RowCursor = {
  row: 0,
  guard: "",
  newestMs: 0,
  atNewest: 0,
  steppedMs: 0,
  overlapMs: 0,
  columns: "",
  changedMs: 0,
  reportedMs: 0,
  stamp: "",
};

/** How the rows of a table are numbered and recognised. */
export interface RowNumbering {
  /** Quoted name of the table. */
  readonly table: string;
  /** SQL expression that numbers the rows, cheap to seek. */
  readonly row: string;
  /** SQL expressions of the values; together they say which row it is. */
  readonly columns: readonly string[];
  /** Whether a VACUUM may renumber the rows; a row is then found again by its last column. */
  readonly mayMove: boolean;
}

/** How reading goes on: `changed` is `renumbered` because the columns are others. */
export type CursorOutcome = "first" | "continued" | "purged" | "renumbered" | "changed";

/** Where reading goes on. */
export interface Resumption {
  readonly cursor: RowCursor;
  readonly outcome: CursorOutcome;
}

/** A cursor read from the journal, or undefined when it is not one of ours. */
export function parseRowCursor(json: Json | undefined): RowCursor | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const { row, guard, newestMs, atNewest, steppedMs, overlapMs, stamp } = json as Record<string, Json>;
  // written since 0.2
  const { columns = "", changedMs = 0, reportedMs = 0 } = json as Record<string, Json>;
  if (typeof guard !== "string" || typeof stamp !== "string" || typeof columns !== "string") return undefined;
  if (!isWhole(row) || !isWhole(newestMs) || !isWhole(atNewest)) return undefined;
  if (!isWhole(steppedMs) || !isWhole(overlapMs) || !isWhole(changedMs) || !isWhole(reportedMs)) return undefined;
  return { row, guard, newestMs, atNewest, steppedMs, overlapMs, columns, changedMs, reportedMs, stamp };
}

function isWhole(value: Json | undefined): value is number {
  return Number.isSafeInteger(value);
}

/** The text a row is recognised by: its last value, and a checksum of all. */
export function guardText(values: readonly SqliteValue[]): string {
  return `${cellText(values.at(-1))}|${crc32(values.map(cellText).join("|")).toString(16)}`;
}

/** The text a set of columns is recognised by. */
function columnsText({ columns }: RowNumbering): string {
  return crc32(columns.join("|")).toString(16);
}

/** Finds the place to go on. Costs two look-ups by row number unless every row is looked at again. */
export function resume(db: SqliteDatabase, numbering: RowNumbering, before: RowCursor): Resumption {
  const columns = columnsText(numbering);
  const cursor = { ...before, columns };
  if (before.row === 0) return { cursor, outcome: "first" };
  const changed = before.columns !== "" && before.columns !== columns;
  if (!changed) {
    const row = findLast(db, numbering, before);
    if (row !== undefined) return { cursor: { ...cursor, row }, outcome: "continued" };
  }
  const [ends] = db.all(`SELECT min(${numbering.row}), max(${numbering.row}) FROM ${numbering.table}`);
  const [first, last] = ends ?? [null, null];
  // an empty table says nothing; what it is filled with will
  if (typeof first !== "number" || typeof last !== "number") return { cursor: before, outcome: "continued" };
  const overlapMs = Math.max(before.overlapMs, before.newestMs);
  // or the same rows under greater numbers: what is not newer than the newest is compared with the journal
  if (!changed && first > before.row) return { cursor: { ...cursor, overlapMs }, outcome: "purged" };
  // who took the rows before columns were named may have known others
  const changedMs = changed || before.columns === "" ? overlapMs : before.changedMs;
  const { reportedMs } = before;
  return {
    cursor: { ...FIRST, columns, overlapMs, changedMs, reportedMs },
    outcome: changed ? "changed" : "renumbered",
  };
}

/** The number of the last row taken, where it is there. */
export function findLast(db: SqliteDatabase, numbering: RowNumbering, cursor: RowCursor): number | undefined {
  const { table, row, columns } = numbering;
  const [found] = db.all(`SELECT ${columns.join(", ")} FROM ${table} WHERE ${row} = ?`, [cursor.row]);
  if (found !== undefined && guardText(found) === cursor.guard) return cursor.row;
  return numbering.mayMove ? findMoved(db, numbering, cursor) : undefined;
}

function findMoved(db: SqliteDatabase, { table, row, columns }: RowNumbering, cursor: RowCursor): number | undefined {
  const last = cursor.guard.slice(0, cursor.guard.lastIndexOf("|"));
  const wanted = /^-?\d{1,15}$/.test(last) ? Number(last) : last;
  const sql = `SELECT ${row}, ${columns.join(", ")} FROM ${table} WHERE ${columns.at(-1)} = ? LIMIT 100`;
  const candidates = db.all(sql, [wanted]);
  const found = candidates.find((values) => guardText(values.slice(1)) === cursor.guard);
  return typeof found?.[0] === "number" ? found[0] : undefined;
}
