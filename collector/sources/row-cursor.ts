/**
 * Where a table of numbered rows was left, and where to go on in the file that is there now.
 *
 * The last row taken is looked for by its number and recognised by its guard. Found: go on after it. Gone, with only
 * later rows left: Apple has purged past it, go on with the first there is. Anything else: the numbers began anew (the
 * table was emptied, the file replaced or restored), so every row is looked at again and those the journal holds are
 * left out.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import type { Json } from "../../core/journal/commit.ts";
import type { SqliteDatabase, SqliteValue } from "../../core/sqlite/sqlite.ts";
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
  /** The state of the file once it was read to its end, where the engine must read it whole. */
  readonly stamp: string;
}

export const FIRST: RowCursor = { row: 0, guard: "", newestMs: 0, atNewest: 0, steppedMs: 0, overlapMs: 0, stamp: "" };

/** How the rows of a table are numbered and recognised. */
export interface RowNumbering {
  /** Quoted name of the table. */
  readonly table: string;
  /** SQL expression that numbers the rows, cheap to seek. */
  readonly row: string;
  /** SQL expressions of the values; together they say which row it is. */
  readonly columns: readonly string[];
  /** Whether a VACUUM may number the rows anew; a row is then found again by its last column. */
  readonly mayMove: boolean;
}

/** Where reading goes on. */
export interface Resumption {
  readonly cursor: RowCursor;
  readonly outcome: "first" | "continued" | "purged" | "renumbered";
}

/** A cursor as it stands in the journal, or undefined when it is none of ours. */
export function parseRowCursor(json: Json | undefined): RowCursor | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const { row, guard, newestMs, atNewest, steppedMs, overlapMs, stamp } = json as Record<string, Json>;
  const texts = typeof guard === "string" && typeof stamp === "string";
  if (!texts || !isWhole(row) || !isWhole(newestMs) || !isWhole(atNewest)) return undefined;
  if (!isWhole(steppedMs) || !isWhole(overlapMs)) return undefined;
  return { row, guard, newestMs, atNewest, steppedMs, overlapMs, stamp };
}

function isWhole(value: Json | undefined): value is number {
  return Number.isSafeInteger(value);
}

/** The text a row is recognised by: its last value, and a checksum of all. */
export function guardText(values: readonly SqliteValue[]): string {
  return `${cellText(values.at(-1))}|${crc32(values.map(cellText).join("|")).toString(16)}`;
}

/** Finds the place to go on. Costs two look-ups by row number unless the numbers began anew. */
export function resume(db: SqliteDatabase, numbering: RowNumbering, cursor: RowCursor | undefined): Resumption {
  if (cursor === undefined || cursor.row === 0) return { cursor: cursor ?? FIRST, outcome: "first" };
  const { table, row, columns } = numbering;
  const [found] = db.all(`SELECT ${columns.join(", ")} FROM ${table} WHERE ${row} = ?`, [cursor.row]);
  if (found !== undefined && guardText(found) === cursor.guard) return { cursor, outcome: "continued" };
  const moved = numbering.mayMove ? findMoved(db, numbering, cursor) : undefined;
  if (moved !== undefined) return { cursor: { ...cursor, row: moved }, outcome: "continued" };
  const [ends] = db.all(`SELECT min(${row}), max(${row}) FROM ${table}`);
  const [first, last] = ends ?? [null, null];
  if (typeof first !== "number" || typeof last !== "number") return { cursor, outcome: "continued" };
  if (found === undefined && first > cursor.row) return { cursor, outcome: "purged" };
  const overlapMs = Math.max(cursor.overlapMs, cursor.newestMs);
  return { cursor: { ...FIRST, overlapMs }, outcome: "renumbered" };
}

function findMoved(db: SqliteDatabase, { table, row, columns }: RowNumbering, cursor: RowCursor): number | undefined {
  const last = cursor.guard.slice(0, cursor.guard.lastIndexOf("|"));
  const wanted = /^-?\d{1,15}$/.test(last) ? Number(last) : last;
  const sql = `SELECT ${row}, ${columns.join(", ")} FROM ${table} WHERE ${columns.at(-1)} = ? LIMIT 100`;
  const candidates = db.all(sql, [wanted]);
  const found = candidates.find((values) => guardText(values.slice(1)) === cursor.guard);
  return typeof found?.[0] === "number" ? found[0] : undefined;
}
