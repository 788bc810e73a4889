/**
 * Tables for people. Apart from `output.ts`, because what measures a text in columns of a terminal takes longer to load
 * than the rest of a short command.
 *
 * @module
 */
import { columnsOf, cutTo, fillTo } from "../core/words/columns.ts";
import { cleanCell } from "./output.ts";

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: "left" | "right";
  /** Longer values are cut in the middle. */
  readonly maxWidth?: number;
}

/** A table with aligned columns and a rule under the titles; two spaces between columns. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) =>
    columns.map(({ value, maxWidth }) => {
      const cell = cleanCell(value(row));
      return maxWidth === undefined ? cell : cutTo(cell, maxWidth);
    }),
  );
  const widths = columns.map((column, i) =>
    Math.max(columnsOf(column.title), ...cells.map((row) => columnsOf(row[i] ?? ""))),
  );
  const line = (values: readonly string[]): string =>
    values
      .map((value, i) => fillTo(value, widths[i] ?? 0, columns[i]?.align))
      .join("  ")
      .trimEnd();
  return [line(columns.map(({ title }) => title)), line(widths.map((w) => "─".repeat(w))), ...cells.map(line)].join(
    "\n",
  );
}
