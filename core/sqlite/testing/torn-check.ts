/**
 * Reads while a busy owner writes, and counts what no transaction ever left: the owner keeps 80 collections of 25 rows.
 *
 * @module
 */
import { setImmediate as breathe } from "node:timers/promises";
import { errorCode } from "../../errors.ts";
import type { SqliteEngine } from "../database.ts";
import { openReadOnly } from "../open.ts";

export interface TornCount {
  reads: number;
  /** Reads that saw something no commit left, or less than a read before. */
  wrong: number;
  /** Reads that found no quiet moment and reported it. */
  refused: number;
  /** Different states seen. */
  states: number;
}

const STATE = `SELECT count(*), count(DISTINCT collection), max(collection),
  (SELECT count(*) FROM (SELECT 1 FROM m INDEXED BY mc GROUP BY collection HAVING count(*) <> 25)),
  (SELECT count(*) FROM m WHERE value IS NULL OR name NOT LIKE 'metric.%') FROM m`;

/** Reads until so many states were seen, or the time is over. */
export async function readTorn(
  path: string,
  engine: SqliteEngine,
  until: { states?: number; ms: number },
): Promise<TornCount> {
  const count: TornCount = { reads: 0, wrong: 0, refused: 0, states: 0 };
  let newest = -1;
  const end = performance.now() + until.ms;
  for (; performance.now() < end && count.states < (until.states ?? Number.POSITIVE_INFINITY); await breathe()) {
    const seen = await readState(path, engine);
    if (seen === "refused") {
      count.refused += 1;
      continue;
    }
    count.reads += 1;
    const [rows, collections, last, uneven, odd] = seen;
    if (rows !== 2000 || collections !== 80 || uneven !== 0 || odd !== 0 || Number(last) < newest) count.wrong += 1;
    if (Number(last) > newest) count.states += 1;
    newest = Number(last);
  }
  return count;
}

async function readState(path: string, engine: SqliteEngine) {
  try {
    const database = await openReadOnly(path, { engine, busyTimeoutMs: 2000 });
    try {
      return database.all(STATE)[0] ?? [];
    } finally {
      database.close();
    }
  } catch (error) {
    if (errorCode(error) === "DB_LOCKED") return "refused";
    if (errorCode(error) === "DB_CORRUPT") return [];
    throw error;
  }
}
