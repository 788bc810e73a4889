/**
 * Rows of a database ▶ our lines. Pure.
 *
 * @module
 */
import { escapeKey, escapeMeasurement } from "../../core/line/line.ts";
import type { SourceTable } from "./source-tables.ts";

/** A value that is not taken, and why. */
export type ValueFault = "not a whole number" | "negative" | "too large";

/** What one measurement of ours gets from a row. */
interface PointFields {
  readonly measurement: string;
  readonly fieldText: string;
}

/** A row in our terms. */
export interface SourcePoint {
  readonly timeMs: number;
  readonly fields: readonly PointFields[];
  readonly faults: readonly ValueFault[];
}

/** A text that a pipeline without coercion has stored: `5`, `5.0`. */
const WHOLE = /^\s*(-?\d+)(?:\.0+)?\s*$/;

/** A count as the database gives it. Null, where there is none, is undefined. */
export function countOf(value: unknown): number | ValueFault | undefined {
  if (value === null || value === undefined) return undefined;
  const number = typeof value === "string" ? Number(WHOLE.exec(value)?.[1] ?? Number.NaN) : value;
  if (typeof number !== "number" || !Number.isInteger(number)) return "not a whole number";
  if (number < 0) return "negative";
  return Number.isSafeInteger(number) ? number : "too large";
}

/**
 * Reads the rows of a table.
 * @param columns those of the answer, by their aliases
 */
export function pointReader(
  { columns }: SourceTable,
  answered: readonly string[],
): (timeMs: number, row: readonly unknown[]) => SourcePoint {
  const wanted = columns.map((column) => ({ ...column, at: answered.indexOf(column.alias) }));
  const fields = [...new Set(wanted.map(({ place }) => place.measurement))].map((measurement) => ({
    measurement,
    columns: wanted.filter(({ place }) => place.measurement === measurement),
  }));
  return (timeMs, row) => {
    const faults: ValueFault[] = [];
    const found: PointFields[] = [];
    for (const each of fields) {
      const counts = new Map<string, number>();
      for (const { place, at } of each.columns) {
        if (at < 0 || counts.has(place.field)) continue;
        const count = countOf(row[at]);
        if (typeof count === "number") counts.set(place.field, count);
        else if (count !== undefined) faults.push(count);
      }
      if (counts.size === 0) continue;
      const fieldText = [...counts].map(([field, count]) => `${escapeKey(field)}=${count}i`).join(",");
      found.push({ measurement: each.measurement, fieldText });
    }
    return { timeMs, fields: found, faults };
  };
}

/** A line of ours, with its newline. @param tagText escaped */
export function lineOf({ measurement, fieldText }: PointFields, tagText: string, timeMs: number): string {
  return `${escapeMeasurement(measurement)}${tagText} ${fieldText} ${timeMs}\n`;
}
