/**
 * The source `own-reports`: bytes of the cache on this computer, from the reports it sends to a receiver on the same state
 * folder. Its counters are the rows of Metrics.db under other names, so only one of the two may count them.
 *
 * One place decides, the collector, and its journal is the only witness. The database is read first in each pass. A row
 * that the journal holds is left out; one the database has not brought counts after a while. Where a database is back,
 * its rows are compared with what was taken from reports (see `metrics/row-source.ts`). So either may stop at any moment, and
 * nothing is lost or counted twice.
 *
 * @module
 */
import { type Cursors, type Json, lastCommit, streamFolder } from "../../../core/journal/journal.ts";
import { forEachField } from "../../../core/line/line.ts";
import { MANAGER_STATUS, parseCursor as parseStatusCursor } from "../cache-status/cache-status.ts";
import { BESIDE_MS, type HeldRow, heldRows, isSameRow } from "../metrics/metrics.ts";
import type { Source, SourceContext } from "../source.ts";
import { HANDED_OVER, type HandedRow, parseHanded } from "./handed-over.ts";

export { HANDED_OVER, type HandedOver, type HandedRow, handedJson, parseHanded } from "./handed-over.ts";

/** The key of its cursor. */
export const OWN_REPORTS = "own-reports";

/** How long a row of the database may be later than the report of it. */
const PATIENCE_MS = 600_000;

/** How long totals may take to hand over. */
const TOTALS_MS = 2 * 3_600_000;

/** How far it has come. */
export interface OwnReportsCursor {
  /** The last that was decided. */
  readonly number: number;
  /** Newest time that was taken from reports; 0 before the first. */
  readonly newestMs: number;
}

/** A cursor from the journal. */
export function parseOwnReports(json: Json | undefined): OwnReportsCursor {
  const { number, newestMs } = (json ?? {}) as { number?: unknown; newestMs?: unknown };
  return {
    number: typeof number === "number" && Number.isSafeInteger(number) ? number : 0,
    newestMs: typeof newestMs === "number" && Number.isSafeInteger(newestMs) ? newestMs : 0,
  };
}

/** Newest time that was taken from reports; 0 where none was. */
export function newestReported(cursors: Cursors): number {
  return parseOwnReports(cursors[OWN_REPORTS]).newestMs;
}

export interface OwnReportsSettings {
  readonly stateDir: string;
  /** Names of sources that read the same from a database. */
  readonly databases: readonly string[];
  /** Whether one of them is there in this pass. */
  readonly hasDatabase: boolean;
}

/** The source. */
export function ownReportsSource({ stateDir, databases, hasDatabase }: OwnReportsSettings): Source {
  return {
    name: OWN_REPORTS,
    place: "reports of this cache",
    async *readAfter(json, context) {
      const cursor = parseOwnReports(json);
      const last = await lastCommit(streamFolder(stateDir, "receiver"));
      const waiting = parseHanded(last?.cursors[HANDED_OVER]).rows.filter(({ number }) => number > cursor.number);
      const newestMs = Math.max(0, ...databases.map((name) => newestOf(context.cursors?.[name])));
      const patient = hasDatabase || newestMs > 0;
      const totals = parseStatusCursor(context.cursors?.[MANAGER_STATUS]);
      const judging = { newestMs, patient, totalsCount: totals?.counting === true, context };
      const due = waiting.slice(
        0,
        firstIndex(waiting, (row) => !isDue(row, judging)),
      );
      if (due.length === 0) return;
      const held = await heldBeside(due, context);
      const { fromMs, toMs } = totals?.counted ?? { fromMs: 0, toMs: 0 };
      const taken = due.filter((row) => !held(row) && !(row.timeMs > fromMs && row.timeMs <= toMs));
      const lines = taken.flatMap((row) => linesOf(row, context.tagText));
      const times = taken.map(({ timeMs }) => timeMs);
      const next: OwnReportsCursor = {
        number: due.at(-1)?.number ?? cursor.number,
        newestMs: Math.max(cursor.newestMs, ...times),
      };
      yield {
        lines: lines.join(""),
        lineCount: lines.length,
        rowCount: taken.length,
        span: times.length === 0 ? undefined : { fromMs: Math.min(...times), toMs: Math.max(...times) },
        cursor: { v: 1, ...next },
      };
    },
  };
}

interface Judging {
  /** Newest time that was read from a database. */
  readonly newestMs: number;
  /** Whether a database may still bring it. */
  readonly patient: boolean;
  /** Whether the totals of the status count at present. */
  readonly totalsCount: boolean;
  readonly context: SourceContext;
}

/** Whether it can be decided: the database has come so far, or has had its time. */
function isDue({ timeMs, heardMs }: HandedRow, { newestMs, patient, totalsCount, context }: Judging): boolean {
  // they hand over at a quiet moment; a status that is not read any more never does
  if (totalsCount && Math.abs(context.nowMs() - heardMs) < TOTALS_MS) return false;
  return !patient || timeMs < newestMs + BESIDE_MS || Math.abs(context.nowMs() - heardMs) >= PATIENCE_MS;
}

function newestOf(cursor: Json | undefined): number {
  const { newestMs } = (cursor ?? {}) as { newestMs?: unknown };
  return typeof newestMs === "number" ? newestMs : 0;
}

/** Asks the journal once for all: whether it has a row beside the time of one, with the same numbers. */
async function heldBeside(rows: readonly HandedRow[], context: SourceContext): Promise<(row: HandedRow) => boolean> {
  const times = rows.map(({ timeMs }) => timeMs);
  const measurements = new Set(rows.flatMap(({ fields }) => Object.keys(fields)));
  const [fromMs, toMs] = [Math.min(...times) - BESIDE_MS, Math.max(...times) + BESIDE_MS];
  const held: { readonly timeMs: number; readonly fields: HeldRow }[] = [];
  const lines = context.alreadyTaken(measurements, fromMs, toMs);
  for await (const row of heldRows(lines, { fromMs, toMs })) held.push(row);
  return (row) => {
    const own = numbersOf(row);
    return held.some(({ timeMs, fields }) => Math.abs(timeMs - row.timeMs) < BESIDE_MS && isSameRow(own, fields));
  };
}

function numbersOf({ fields }: HandedRow): HeldRow {
  const numbers = new Map<string, string>();
  for (const text of Object.values(fields)) {
    forEachField(text, (field, value) => {
      if ("integer" in value) numbers.set(field, String(value.integer));
    });
  }
  return numbers;
}

function linesOf({ fields, timeMs }: HandedRow, tagText: string): string[] {
  return Object.entries(fields).map(([measurement, text]) => `${measurement}${tagText} ${text} ${timeMs}\n`);
}

function firstIndex<T>(list: readonly T[], test: (item: T) => boolean): number {
  const found = list.findIndex(test);
  return found < 0 ? list.length : found;
}
