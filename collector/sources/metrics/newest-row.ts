/**
 * When the newest row of one of Apple's databases was written.
 *
 * @module
 */
import type { SqliteDatabase, SqliteValue } from "../../../core/sqlite/sqlite.ts";
import { appleToUnixMs } from "../../../core/time/apple-time.ts";
import { dateSeconds } from "./cell.ts";

/** The table of each generation, its column of dates, and how those count. */
const GENERATIONS: readonly { readonly table: string; readonly date: string; toMs(seconds: number): number }[] = [
  { table: "ZMETRIC", date: "ZCREATIONDATE", toMs: appleToUnixMs },
  { table: "statsData", date: "collectionDate", toMs: (seconds) => Math.round(seconds * 1000) },
];

/**
 * Unix milliseconds; undefined where it has no rows, or is none of Apple's.
 * @throws LarderError `DB_…` where it cannot be read
 */
export function newestRowMs(db: SqliteDatabase): number | undefined {
  for (const { table, date, toMs } of GENERATIONS) {
    if (!db.columns(table).some(({ name }) => name.toLowerCase() === date.toLowerCase())) continue;
    const [[newest = null] = []] = db.all(`SELECT max(CAST(${date} AS REAL)) FROM ${table}`) as SqliteValue[][];
    const seconds = dateSeconds(newest);
    return seconds === undefined ? undefined : toMs(seconds);
  }
  return undefined;
}
