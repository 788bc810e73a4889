/**
 * How one table of numbered rows is read: what a source of rows says of its database.
 *
 * @module
 */
import type { Span } from "../../../core/journal/journal.ts";
import type { SqliteValue } from "../../../core/sqlite/sqlite.ts";
import type { Held } from "./already-journaled.ts";
import type { LineGroups } from "./line-groups.ts";
import type { HeldRow, SaidFields } from "./recognise.ts";
import type { RowNumbering } from "./row-cursor.ts";

/** A row: its number, then the columns of the reading. */
export type RowValues = readonly SqliteValue[];

/** How to read one table, decided from the database as it is. */
export interface RowReading extends RowNumbering {
  /** Measurements the rows become, to recognise what was taken. */
  readonly measurements: ReadonlySet<string>;
  /** Unix milliseconds of a row, or undefined when it holds no date. */
  baseMs(values: RowValues): number | undefined;
  /** SQL condition that holds for the rows of a span of time, ends included. */
  between(fromMs: number, toMs: number): { sql: string; parameters: readonly number[] };
  /** What distinguishes rows of one time; undefined for a row that says nothing we collect. */
  slotKey(values: RowValues): string | undefined;
  /** What a row says, to recognise it. */
  says(values: RowValues): SaidFields;
  /**
   * Adds the numbers of a row to the lines; a reason when the row cannot be taken.
   * @param held fields that are in the journal already
   */
  emit(values: RowValues, timeMs: number, groups: LineGroups, held?: HeldRow): string | undefined;
  /** Rows the journal holds within a span, in the terms of `slotKey` and `says`. */
  held(lines: AsyncIterable<string>, span: Span): AsyncIterable<Held>;
}

/** The next rows after a row, at most so many. */
export function chunkSql(reading: RowReading): string {
  return `SELECT ${selected(reading)} FROM ${reading.table} WHERE ${reading.row} > ? ORDER BY ${reading.row} LIMIT ?`;
}

/** A row's number and its columns. */
export function selected(reading: RowReading): string {
  return [reading.row, ...reading.columns].join(", ");
}
