/**
 * Roll-ups at the edge: `<name>_1h` and `<name>_1d`, and days in three numbers (`served_1d`, `fleet_1d`), so that a year of
 * a whole fleet is as quick to ask as a day.
 *
 * Sums of closed hours and closed local days are computed from the committed lines of the raw streams and written to the
 * stream `rollup`, stamped with the beginning of their bucket, tags kept. The open buckets' partial sums stand in the
 * commit mark beside the lines: a restart neither loses nor repeats a row. A row that comes late for a closed bucket has
 * that bucket computed anew from the journal and written again; sums only grow.
 *
 * A reader of the stream `rollup` takes the last line of a bucket. Days are those of one time zone: when the zone is
 * changed in the settings, everything is computed anew from what the journal still has.
 *
 * @module
 */
import type { Journal } from "../core/journal/journal.ts";
import { streamFolder } from "../core/journal/journal.ts";
import type { Position } from "../core/journal/position.ts";
import { type JournalReader, openReader } from "../core/journal/reader.ts";
import { nextBucket } from "../core/local-days.ts";
import { LateBuckets } from "./rollup/late-buckets.ts";
import { SeriesTable } from "./rollup/line-reader.ts";
import { cursorJson, ROLLUP_CURSOR, restoreCursor } from "./rollup/rollup-cursor.ts";
import { RollupLines } from "./rollup/rollup-lines.ts";
import { type TellLate, UNITS } from "./rollup/series.ts";

/** Streams that are rolled up. */
export const ROLLED_STREAMS = ["collector", "precache", "receiver"] as const;

export interface RollupOptions {
  readonly stateDir: string;
  /** Writers of raw streams in this process, whose readers are then the quicker. */
  readonly writers?: readonly Journal[];
  /** The stream `rollup`, open for writing. */
  readonly journal: Journal;
  /** Zone of local days. */
  readonly timeZone: string;
  readonly nowMs: () => number;
  /** A bucket is closed this long after its end. Default 300,000 ms: rows of its last minute are then there. */
  readonly graceMs?: number;
  /**
   * Buckets held open beside an hour and a day of each series, before those that are over are written. Default 500: what
   * lives longer outlives each search for garbage, and the memory of a back-fill grows with its length.
   */
  readonly maxOpen?: number;
}

/** What a run did. */
export interface RollupReport {
  /** Raw bytes read, those of late buckets included. */
  readonly bytesRead: number;
  /** Buckets of series written because they are over. */
  readonly closed: number;
  /** Buckets of series written again because of late rows. */
  readonly late: number;
}

/** Rolls up what is new. Keep it between passes: what is open need then not be read again. */
export interface Rollup {
  /**
   * Reads what was committed since the last run, and writes what is over.
   * @throws LarderError when the journal cannot be read or written; the next run begins where the last commit stands.
   */
  run(): Promise<RollupReport>;
}

const NOTHING_CLOSED = Number.MIN_SAFE_INTEGER;
const DEFAULT_GRACE_MS = 300_000;
const DEFAULT_MAX_OPEN = 500;
/** As sinks take them: a large batch of the journal is then one piece. */
const PIECE = { maxLines: 10_000, maxBytes: 2_000_000 } as const;
/** The cursor is committed at the latest after this many bytes, so that a restart does not read them again. */
const COMMIT_BYTES = 16 * 1024 * 1024;

/** Opens roll-ups where the last commit stands; everything is computed anew when there is none. */
export function openRollup(options: RollupOptions): Rollup {
  const writers = [options.journal, ...(options.writers ?? [])];
  const read = (stream: string): JournalReader =>
    openReader(
      streamFolder(options.stateDir, stream),
      stream,
      writers.find((writer) => writer.stream === stream),
    );
  const raw = ROLLED_STREAMS.map(read);
  const written = read(options.journal.stream);
  let state = restore(options);
  /** A journal can be put back while nobody runs; from then on places only grow. */
  let stands = false;
  return {
    async run() {
      const limitMs = options.nowMs() - (options.graceMs ?? DEFAULT_GRACE_MS);
      // a clock that was set back: what was closed in the future would be late for ever
      const ahead = state !== undefined && state.closedMs > limitMs + 3_600_000;
      if (state === undefined || ahead || !(stands || (await standsInJournal(state, raw)))) state = fresh();
      stands = true;
      try {
        return await runOnce(state, options, raw, written, limitMs);
      } catch (error) {
        state = restore(options);
        throw error;
      }
    },
  };
}

interface State {
  readonly table: SeriesTable;
  readonly positions: Map<string, Position>;
  closedMs: number;
  /** Bytes read since the last commit. */
  uncommitted: number;
}

function fresh(): State {
  return {
    table: new SeriesTable(),
    positions: new Map(),
    closedMs: NOTHING_CLOSED,
    uncommitted: 0,
  };
}

/** False where the raw journal is not the one that was read: a backup was put back, and it ends before our places. */
async function standsInJournal({ positions }: State, raw: readonly JournalReader[]): Promise<boolean> {
  for (const reader of raw) {
    const position = positions.get(reader.stream);
    if (position !== undefined && !(await reader.canResume(position))) return false;
  }
  return true;
}

function restore({ journal, timeZone }: RollupOptions): State | undefined {
  const table = new SeriesTable();
  const cursor = restoreCursor(journal.cursors[ROLLUP_CURSOR], timeZone, table);
  if (cursor === undefined) return undefined;
  return { ...fresh(), table, positions: new Map(cursor.positions), closedMs: cursor.closedMs };
}

async function runOnce(
  state: State,
  options: RollupOptions,
  raw: readonly JournalReader[],
  written: JournalReader,
  limitMs: number,
): Promise<RollupReport> {
  const room = Buffer.allocUnsafeSlow(PIECE.maxBytes);
  const lines = new RollupLines();
  let late = new LateBuckets(options.timeZone);
  const report = { bytesRead: 0, closed: 0, late: 0 };
  const commitUpTo = async (closeMs: number): Promise<void> => {
    lines.clear();
    report.late += await late.recompute(raw, written, lines);
    report.closed += await commit(state, options, closeMs, lines);
    late = new LateBuckets(options.timeZone);
  };
  for (const reader of raw) {
    const known = state.positions.get(reader.stream);
    let position = known ?? (await reader.start());
    let beheaded = known === undefined && position.segment > 0;
    for (;;) {
      const piece = await reader.readPiece(position, PIECE, room);
      if (piece === undefined) break;
      if (beheaded) state.closedMs = Math.max(state.closedMs, endOfFirstDay(piece.lines, options));
      beheaded = false;
      const newestMs = addPiece(state, piece.lines, late, options.timeZone);
      position = piece.next;
      state.positions.set(reader.stream, position);
      state.uncommitted += piece.lines.length;
      report.bytesRead += piece.lines.length;
      if (countExcess(state) > (options.maxOpen ?? DEFAULT_MAX_OPEN)) {
        await commitUpTo(Math.min(newestMs, limitMs));
      }
    }
  }
  await commitUpTo(limitMs);
  return report;
}

/**
 * Where the journal has forgotten its beginning, its first day may be only part of a day: it is taken for closed, so
 * that its rows count as late and cannot make smaller what was written when all of it was there.
 */
function endOfFirstDay(lines: Buffer, { timeZone }: RollupOptions): number {
  const line = lines.toString("utf8", 0, lines.indexOf("\n"));
  const ms = Number(line.slice(line.lastIndexOf(" ") + 1));
  return Number.isSafeInteger(ms) ? nextBucket(ms, "day", timeZone) : NOTHING_CLOSED;
}

/** Adds the lines of a piece to open buckets and marks the closed ones they are late for; returns their newest time. */
function addPiece(state: State, lines: Buffer, late: LateBuckets, zone: string): number {
  let newestMs = Number.MIN_SAFE_INTEGER;
  const tellLate: TellLate = (key, ms, unit) => late.add(key, ms, unit);
  state.table.readLines(lines, (series, values, ms) => {
    if (ms > newestMs) newestMs = ms;
    series.add(values, ms, zone, state.closedMs, tellLate);
  });
  return newestMs;
}

/** Open buckets beside those that each series has open anyway. */
function countExcess(state: State): number {
  let excess = 0;
  for (const series of state.table.all()) excess += Math.max(0, series.openCount - UNITS.length);
  return excess;
}

/**
 * Writes the buckets that are over, with the cursor; nothing when there is nothing worth it.
 * @param lines of late buckets, which go with them
 */
async function commit(state: State, options: RollupOptions, closeMs: number, lines: RollupLines): Promise<number> {
  const closedMs = Math.max(state.closedMs, closeMs);
  let closed = 0;
  for (const series of state.table.all()) {
    for (const unit of UNITS) {
      for (const [from, sums] of series.close(unit, closedMs, options.timeZone)) {
        series.write(unit, from, sums, lines);
        series.giveBack(sums);
        closed++;
      }
    }
  }
  state.closedMs = closedMs;
  const { batch } = lines;
  if (batch.lineCount === 0 && state.uncommitted < COMMIT_BYTES) return 0;
  const cursor = { timeZone: options.timeZone, closedMs, positions: state.positions };
  await options.journal.append({
    ...batch,
    cursors: { [ROLLUP_CURSOR]: cursorJson(cursor, state.table) },
  });
  state.uncommitted = 0;
  return closed;
}
