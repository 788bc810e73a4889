/**
 * What roll-ups know between runs: how far they have read, what is open, and what is written; from the last commit, from a
 * roll-up of the same process, or nothing yet.
 *
 * @module
 */
import { ROLLUP_CURSOR } from "../../core/history/history.ts";
import type { Journal, JournalReader, Json, Position } from "../../core/journal/journal.ts";
import type { Log } from "../../core/log.ts";
import { DayZones } from "../../core/time/day-zones.ts";
import { isTimeZone } from "../../core/time/local-days.ts";
import { LateRows } from "./late-rows.ts";
import { FIRST_AFTER, restoreDays, sumsApart, type WrittenEnds } from "./restore-days.ts";
import { restoreCursor } from "./rollup-cursor.ts";
import { UNITS } from "./series.ts";
import { SeriesTable } from "./series-table.ts";

const NOTHING_CLOSED = Number.MIN_SAFE_INTEGER;

export interface State {
  readonly table: SeriesTable;
  readonly positions: Map<string, Position>;
  readonly days: DayZones;
  closedMs: number;
  /** Ends of the newest hour and day of which anything was written, whatever the clock. */
  written: WrittenEnds;
  /** How far behind the beginning of its bucket the next correction is written. */
  after: number;
  /** Rows for closed buckets, since the last commit. */
  late: LateRows;
  /** The last commit of this process: when, and how long what was open. */
  committed: { readonly atMs: number; readonly cursorLength: number } | undefined;
  /** Bytes read since the last commit. */
  uncommitted: number;
  /** The zones of days have changed since the last commit. */
  changed: boolean;
  /** What is written is more than what has been read: everything is being computed again. */
  again: boolean;
}

/** Nothing read, but the days as they were. */
export function fresh({ days, written, after }: Pick<State, "days" | "written" | "after">): State {
  return {
    table: new SeriesTable(),
    positions: new Map(),
    days,
    closedMs: NOTHING_CLOSED,
    written,
    after,
    late: new LateRows(),
    committed: undefined,
    uncommitted: 0,
    changed: false,
    again: written.hour > NOTHING_CLOSED || written.day > NOTHING_CLOSED,
  };
}

/** What roll-ups know, kept for those that are opened after them: of a fleet, its open sums. */
export class RollupMemory {
  #kept: { readonly state: State; readonly cursor: Json } | undefined;

  /** What is known, if the last commit of the journal is still the one it belongs to. */
  recall({ cursors }: Journal): State | undefined {
    return this.#kept !== undefined && this.#kept.cursor === cursors[ROLLUP_CURSOR] ? this.#kept.state : undefined;
  }

  keep(state: State, { cursors }: Journal): void {
    const cursor = cursors[ROLLUP_CURSOR];
    this.#kept = cursor === undefined ? undefined : { state, cursor };
  }
}

/** False where the raw journal is not the one that was read: a backup was put back, and it ends before our places. */
export async function cursorsAreValid({ positions }: State, raw: readonly JournalReader[]): Promise<boolean> {
  for (const reader of raw) {
    const position = positions.get(reader.stream);
    if (position !== undefined && !(await reader.canResume(position))) return false;
  }
  return true;
}

/** The state of the last commit. Of one we do not understand, its days are kept: their points are written. */
export function restore({ journal, timeZone }: { readonly journal: Journal; readonly timeZone: string }): State {
  const table = new SeriesTable();
  const json = journal.cursors[ROLLUP_CURSOR];
  const days = restoreDays(json) ?? {
    days: DayZones.of(timeZone),
    written: { hour: NOTHING_CLOSED, day: NOTHING_CLOSED },
    after: FIRST_AFTER,
  };
  const cursor = restoreCursor(json, table);
  // older versions kept all of a bucket that a clock ahead had written, and that was open again
  if (cursor === undefined || (!sumsApart(json) && isReopened(table, days.written))) return fresh(days);
  return {
    ...fresh(days),
    table,
    positions: new Map(cursor.positions),
    closedMs: cursor.closedMs,
    again: cursor.again,
  };
}

function isReopened(table: SeriesTable, written: WrittenEnds): boolean {
  return [...table.all()].some((series) =>
    UNITS.some((unit) => [...series.openOf(unit).keys()].some((from) => from < written[unit])),
  );
}

export interface WantedZone {
  readonly timeZone: string;
  /** Whether the admin has named it. */
  readonly zoneIsSet?: boolean;
  readonly log?: Log;
}

/**
 * Another zone, named by the admin, applies from the end of the open day on. Open days beyond it, of rows with a time in
 * the future, cannot be divided otherwise than they are: everything is then recomputed.
 */
export function changeZone(state: State, { timeZone, zoneIsSet, log }: WantedZone, nowMs: number): State {
  if (zoneIsSet !== true || !isTimeZone(timeZone)) return state;
  const days = state.days.changed(timeZone, Math.max(nowMs, state.written.day - 1));
  if (days === state.days) return state;
  const fromMs = days.differsFrom(state.days);
  log?.info("days of roll-ups change their zone", { zone: days.zone, from: new Date(fromMs).toISOString() });
  const divided = [...state.table.all()].some((series) =>
    [...series.openOf("day").keys()].some((from) => from >= fromMs),
  );
  return divided ? { ...fresh({ ...state, days }), changed: true } : { ...state, days, changed: true };
}
