/**
 * When each file of a cache was last asked for: `ZLASTACCESSED` of AssetInfo.db, where that database has it. The column
 * is not publicly documented; without it nothing is reported.
 *
 * @module
 */

import type { LastAsked } from "../../core/history/history.ts";
import { openReadOnly } from "../../core/sqlite/sqlite.ts";
import { appleToUnixMs } from "../../core/time/apple-time.ts";

/**
 * Reads it, or undefined when this database does not have it.
 * @throws LarderError of `openReadOnly`.
 */
export async function readLastAsked(path: string): Promise<LastAsked[] | undefined> {
  const database = await openReadOnly(path);
  try {
    const columns = new Set(database.columns("ZASSET").map(({ name }) => name));
    if (!columns.has("ZURI") || !columns.has("ZLASTACCESSED")) return undefined;
    const found: LastAsked[] = [];
    for (const [uri, seconds] of database.rows("SELECT ZURI, ZLASTACCESSED FROM ZASSET")) {
      if (typeof uri === "string" && typeof seconds === "number")
        found.push({ uri, lastAskedMs: appleToUnixMs(seconds) });
    }
    return found;
  } finally {
    database.close();
  }
}
