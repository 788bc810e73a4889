/**
 * Metrics.sqlite of macOS Server 5.2 (macOS 10.12): table statsData, one row for each metric and collection.
 *
 * The declared types are not documented, so values are taken by what they are. Rows are numbered by the table's own row
 * number: where entryIndex is the primary key it is that number, and where it is a plain column a search by it would
 * read the whole table at every pass.
 *
 * @module
 */
import { LarderError } from "../../../core/errors.ts";
import type { SqliteDatabase, SqliteValue } from "../../../core/sqlite/sqlite.ts";
import { statsDataPlace } from "../../mapping/mapping.ts";
import type { Source } from "../source.ts";
import { heldNumbers } from "./already-journaled.ts";
import { cellText, dateSeconds, numberText, wholeNumber } from "./cell.ts";
import type { LineGroups, PreparedPlace } from "./line-groups.ts";
import type { RowReading, RowValues } from "./row-reading.ts";
import { type MetricsOptions, rowSource } from "./row-source.ts";

const MEASUREMENTS = new Set([
  "bytestoclients",
  "bytesdropped",
  "bytesimported",
  "bytespurged",
  "imports",
  "replies",
  "requests",
]);
const NEEDED = ["entryIndex", "collectionDate", "metricName", "dataValue"];
// their places among the selected values, after the row's number
const NAME = 1;
const DATE = 2;
const VALUE = 3;

/** The source `metrics-sqlite`. */
export function metricsSqlite(options: MetricsOptions): Source {
  const reported = new Set<unknown>();
  return rowSource({
    ...options,
    name: "metrics-sqlite",
    describe: (db, groups, context) =>
      describe(db, groups, (name) => {
        if (reported.size > 1000 || reported.has(name)) return;
        reported.add(name);
        context.log.warn("statsData has a metric this version does not know; it is not collected", {
          metric: cellText(name),
        });
      }),
  });
}

function describe(db: SqliteDatabase, groups: LineGroups, reportUnknown: (name: SqliteValue) => void): RowReading {
  const names = new Set(db.columns("statsData").map(({ name }) => name.toLowerCase()));
  const missing = NEEDED.filter((name) => !names.has(name.toLowerCase()));
  if (missing.length > 0) {
    throw new LarderError(`Cannot read "${db.path}": its table statsData has no ${missing.join(", ")}`, {
      code: "SOURCE_SCHEMA",
      state: "nothing was read",
      next: "check that sources.metricsSqlite.path names the Metrics.sqlite of macOS Server",
    });
  }
  const places = new Map<unknown, PreparedPlace | null>();
  const placeOf = (name: SqliteValue): PreparedPlace | null => {
    const known = places.get(name);
    if (known !== undefined) return known;
    const place = typeof name === "string" ? statsDataPlace(name) : undefined;
    const prepared = place === undefined ? null : groups.prepare(place);
    if (prepared === null) reportUnknown(name);
    if (places.size < 10_000) places.set(name, prepared);
    return prepared;
  };
  return {
    table: "statsData",
    row: "rowid",
    columns: ["metricName", "collectionDate", "dataValue", ...(isKey(db) ? [] : ["entryIndex"])],
    mayMove: !isKey(db),
    measurements: MEASUREMENTS,
    baseMs,
    between: (fromMs, toMs) => ({
      sql: "CAST(collectionDate AS REAL) BETWEEN ? AND ?",
      parameters: [fromMs / 1000, toMs / 1000],
    }),
    slotKey: (values) => (placeOf(values[NAME] ?? null) === null ? undefined : String(values[NAME])),
    says: (values) => new Map([[String(values[NAME]), numberText(values[VALUE] ?? null)]]),
    emit(values, timeMs, target, held) {
      const value = values[VALUE] ?? null;
      // a row is one number: where the journal has it, it has the row
      if (value === null || held !== undefined) return undefined;
      const number = wholeNumber(value);
      if (number === undefined) return `its dataValue ${cellText(value)} is not a whole number`;
      const place = placeOf(values[NAME] ?? null);
      if (place !== null) target.add(timeMs, place, number);
      return undefined;
    },
    held: heldNumbers,
  };
}

function baseMs(values: RowValues): number | undefined {
  const date = values[DATE] ?? null;
  const seconds = dateSeconds(date);
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

/** Whether entryIndex is the table's own row number. */
function isKey(db: SqliteDatabase): boolean {
  const sql = "SELECT upper(type) FROM pragma_table_info('statsData') WHERE lower(name) = 'entryindex' AND pk = 1";
  return db.all(sql)[0]?.[0] === "INTEGER";
}
