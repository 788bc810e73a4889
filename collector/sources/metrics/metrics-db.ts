/**
 * Metrics.db of macOS 10.13.4 and later: Core Data entity Metric, table ZMETRIC, one row a minute while the cache works.
 *
 * Apple promises only the date; every other column may be missing or NULL, which is absent, not zero. Columns we do not
 * know are reported once and left alone. A minute without a row is idle, not a gap.
 *
 * @module
 */

import { LarderError } from "../../../core/errors.ts";
import type { SqliteDatabase } from "../../../core/sqlite/sqlite.ts";
import { appleToUnixMs, unixMsToApple } from "../../../core/time/apple-time.ts";
import { ZMETRIC_OTHER_COLUMNS, ZMETRIC_PLACES } from "../../mapping/mapping.ts";
import type { Source, SourceContext } from "../source.ts";
import { heldRows } from "./already-journaled.ts";
import { cellText, dateSeconds, numberText, wholeNumber } from "./cell.ts";
import type { LineGroups } from "./line-groups.ts";
import type { RowReading, RowValues } from "./row-reading.ts";
import { type MetricsOptions, rowSource } from "./row-source.ts";

// the order of the selected values: number, date, numbers
const DATE = 1;
const FIRST_NUMBER = 2;

/** The source `metrics-db`. */
export function metricsDb(options: MetricsOptions): Source {
  const reported = new Set<string>();
  return rowSource({
    ...options,
    name: "metrics-db",
    describe: (db, groups, context) => {
      reportUnknown(db, reported, context);
      return describe(db, groups);
    },
  });
}

function describe(db: SqliteDatabase, groups: LineGroups): RowReading {
  const names = db.columns("ZMETRIC").map(({ name }) => name);
  if (!names.includes("ZCREATIONDATE")) {
    throw new LarderError(`Cannot read "${db.path}": its table ZMETRIC has no ZCREATIONDATE`, {
      code: "SOURCE_SCHEMA",
      state: "nothing was read",
      next: "check that sources.metricsDb.path names the Metrics.db of the content cache",
    });
  }
  const places = names.flatMap((name) => {
    const place = ZMETRIC_PLACES.get(name);
    return place === undefined ? [] : [{ column: name, ...place, place: groups.prepare(place) }];
  });
  return {
    table: "ZMETRIC",
    row: names.includes("Z_PK") ? "Z_PK" : "rowid",
    columns: ["ZCREATIONDATE", ...places.map(({ column }) => column)],
    mayMove: false,
    measurements: new Set(places.map(({ measurement }) => measurement)),
    baseMs,
    between: (fromMs, toMs) => ({
      sql: "CAST(ZCREATIONDATE AS REAL) BETWEEN ? AND ?",
      parameters: [unixMsToApple(fromMs), unixMsToApple(toMs)],
    }),
    slotKey: () => "",
    says: (values) => new Map(places.map(({ field }, i) => [field, numberText(values[FIRST_NUMBER + i] ?? null)])),
    emit(values, timeMs, target, held) {
      const wrong: string[] = [];
      for (let i = 0; i < places.length; i++) {
        const value = values[FIRST_NUMBER + i] ?? null;
        const column = places[i];
        if (value === null || column === undefined || held?.has(column.field) === true) continue;
        const number = wholeNumber(value);
        if (number === undefined) wrong.push(`${column.column} ${cellText(value)}`);
        else target.add(timeMs, column.place, number);
      }
      return wrong.length === 0 ? undefined : `no whole number in ${wrong.join(", ")}; its other numbers were taken`;
    },
    held: heldRows,
  };
}

function baseMs(values: RowValues): number | undefined {
  const seconds = dateSeconds(values[DATE] ?? null);
  return seconds === undefined ? undefined : appleToUnixMs(seconds);
}

function reportUnknown(db: SqliteDatabase, reported: Set<string>, context: Pick<SourceContext, "log">): void {
  const unknown = db
    .columns("ZMETRIC")
    .map(({ name }) => name)
    .filter((name) => !ZMETRIC_PLACES.has(name) && !ZMETRIC_OTHER_COLUMNS.has(name) && !reported.has(name));
  if (unknown.length === 0) return;
  for (const name of unknown) reported.add(name);
  context.log.warn("ZMETRIC has columns this version does not know; they are not collected", { columns: unknown });
}
