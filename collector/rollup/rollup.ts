/**
 * Roll-ups at the edge: `<name>_1h` and `<name>_1d`, and days in three numbers (`served_1d`, `fleet_1d`), so that a year of
 * a whole fleet is as quick to ask as a day.
 *
 * Sums of closed hours and closed local days are computed from the committed lines of the raw streams and written to the
 * stream `rollup`, stamped with the beginning of their bucket, tags kept. The open buckets' partial sums are in the
 * commit mark beside the lines: a restart neither loses nor repeats a row. A row that comes late for a closed bucket is
 * written as a further point of it: `rollup/late-rows.ts`. Where everything is computed again, buckets are compared with
 * what was written, and the difference is: `rollup/corrections.ts`.
 *
 * A reader of the stream `rollup` adds up the points of a bucket. Days are those of the zone that was used first, until
 * the admin names another: `core/time/day-zones.ts`.
 *
 * @module
 */

import { piecesFrom, ROLLUP_CURSOR } from "../../core/history/history.ts";
import { type Journal, type JournalReader, openReader, RAW_STREAMS, streamFolder } from "../../core/journal/journal.ts";
import type { Log } from "../../core/log.ts";
import { type ClosedBucket, corrections, type RollupStreams } from "./corrections.ts";
import { type LateAgain, lateAgain } from "./late-again.ts";
import type { LateRows } from "./late-rows.ts";
import { endOfFirstDay } from "./raw-gaps.ts";
import { nextAfter } from "./restore-days.ts";
import { cursorJson } from "./rollup-cursor.ts";
import { RollupLines } from "./rollup-lines.ts";
import { changeZone, cursorsAreValid, fresh, type RollupMemory, restore, type State } from "./rollup-state.ts";
import { type LateSums, UNITS } from "./series.ts";

export { restoreDays } from "./restore-days.ts";
export { RollupMemory } from "./rollup-state.ts";

/** Streams that are rolled up. */
const ROLLED_STREAMS = RAW_STREAMS;

export interface RollupOptions {
  readonly stateDir: string;
  /** Writers of raw streams in this process, whose readers are then the quicker. */
  readonly writers?: readonly Journal[];
  /** The stream `rollup`, open for writing. */
  readonly journal: Journal;
  /** Zone of local days, where none has been used yet. */
  readonly timeZone: string;
  /** Whether the admin has named it. Only then it replaces the one in use, from the end of a day on. */
  readonly zoneIsSet?: boolean;
  readonly log?: Log;
  readonly nowMs: () => number;
  /** A bucket is closed this long after its end. Default 300,000 ms: rows of its last minute are then there. */
  readonly graceMs?: number;
  /**
   * Buckets held open beside an hour and a day of each series, before those that are over are written. Default 500: what
   * lives longer outlives each search for garbage, and the memory of a back-fill grows with its length.
   */
  readonly maxOpen?: number;
  /** Late buckets held before they are computed again. Default 20,000. */
  readonly maxLate?: number;
  /** Characters of open sums from which on late rows wait for others. Default 256,000, of some hundred caches. */
  readonly waitFrom?: number;
  /** What roll-ups of this process knew that were opened before. */
  readonly memory?: RollupMemory;
}

/** What a run did. */
export interface RollupReport {
  /** Raw bytes that were new. */
  readonly bytesRead: number;
  /** Buckets of series written because they are over. */
  readonly closed: number;
  /** Buckets of series that late rows were for. */
  readonly late: number;
}

/** Rolls up what is new. Keep it between passes: what is open need then not be read again. */
export interface Rollup {
  /**
   * Reads what was committed since the last run, and writes what is over.
   * @throws LarderError when the journal cannot be read or written; the next run begins at the last commit.
   */
  run(): Promise<RollupReport>;
}

const DEFAULT_GRACE_MS = 300_000;
const DEFAULT_MAX_OPEN = 500;
/** Late buckets held before they are computed again: years that are imported are late for all of their hours. */
const MOST_LATE = 20_000;
/** As sinks take them: a large batch of the journal is then one piece. */
const PIECE = { maxLines: 10_000, maxBytes: 2_000_000 } as const;
/** The cursor is committed at the latest after this many bytes, so that a restart does not read them again. */
const COMMIT_BYTES = 16 * 1024 * 1024;

const WAIT_FROM = 256_000;
/** Of passes each minute, late rows are in the third at the latest. */
const WAIT_MS = 150_000;

/** Opens roll-ups at the last commit; everything is recomputed when there is none. */
export function openRollup(options: RollupOptions): Rollup {
  const writers = [options.journal, ...(options.writers ?? [])];
  const read = (stream: string): JournalReader =>
    openReader(
      streamFolder(options.stateDir, stream),
      stream,
      writers.find((writer) => writer.stream === stream),
    );
  const streams: RollupStreams = { raw: ROLLED_STREAMS.map(read), written: read(options.journal.stream) };
  let state = options.memory?.recall(options.journal) ?? restore(options);
  if (state.days.zone !== options.timeZone && options.zoneIsSet !== true) {
    const said = { zone: state.days.zone, here: options.timeZone };
    options.log?.warn("days of roll-ups go on in the zone they began in; name another in timezone to change it", said);
  }
  /** A journal can be put back while nobody runs; from then on places only grow. */
  let stands = false;
  return {
    async run() {
      const nowMs = options.nowMs();
      const limitMs = nowMs - (options.graceMs ?? DEFAULT_GRACE_MS);
      // a clock that was set back: what was closed in the future would be late forever
      const ahead = state.closedMs > limitMs + 3_600_000;
      if (ahead || !(stands || (await cursorsAreValid(state, streams.raw)))) state = fresh(state);
      stands = true;
      state = changeZone(state, options, nowMs);
      try {
        return await runOnce(state, options, streams, limitMs);
      } catch (error) {
        state = restore(options);
        throw error;
      } finally {
        options.memory?.keep(state, options.journal);
      }
    },
  };
}

async function runOnce(
  state: State,
  options: RollupOptions,
  streams: RollupStreams,
  limitMs: number,
): Promise<RollupReport> {
  const lines = new RollupLines();
  const again = state.again ? await lateAgain(streams, state) : undefined;
  const late = again ?? state.late;
  const report = { bytesRead: 0, closed: 0, late: 0 };
  const commitUpTo = async (closeMs: number, { mayWait = false } = {}): Promise<void> => {
    lines.clear();
    report.closed += await closeBuckets(state, closeMs, { streams, lines, again: again !== undefined });
    if (mayWait && again === undefined && lines.batch.lineCount === 0 && waits(state, options)) return;
    report.late += late.count;
    writeBuckets(state, again === undefined ? state.late.take(state.after) : await again.corrections(), lines);
    await commit(state, options, lines);
  };
  for (const reader of streams.raw) {
    const known = state.positions.get(reader.stream);
    const from = known ?? (await reader.start());
    let startTruncated = known === undefined && from.segment > 0;
    for await (const { lines: rows, next } of piecesFrom(reader, from, PIECE)) {
      // what other streams have of that day is open: it must not be late at the same time
      if (startTruncated) await commitUpTo(endOfFirstDay(rows, state.days));
      startTruncated = false;
      const newestMs = addPiece(state, rows, late);
      state.positions.set(reader.stream, next);
      state.uncommitted += rows.length;
      report.bytesRead += rows.length;
      if (countExcess(state) > (options.maxOpen ?? DEFAULT_MAX_OPEN) || late.count > (options.maxLate ?? MOST_LATE)) {
        await commitUpTo(Math.min(newestMs, limitMs));
      }
    }
  }
  if (state.again) state.changed = true;
  state.again = false;
  await commitUpTo(limitMs, { mayWait: true });
  return report;
}

/** Adds the lines of a piece to their buckets; returns their newest time. */
function addPiece(state: State, lines: Buffer, late: LateRows | LateAgain): number {
  let newestMs = Number.MIN_SAFE_INTEGER;
  const lateSums: LateSums = (bucket) => late.sumsOf(bucket);
  state.table.readLines(lines, (series, values, ms) => {
    if (ms > newestMs) newestMs = ms;
    series.add(values, ms, state.days, state.closedMs, lateSums);
  });
  return newestMs;
}

/** Open buckets beside those that each series has open anyway. */
function countExcess(state: State): number {
  let excess = 0;
  for (const series of state.table.all()) excess += Math.max(0, series.openCount - UNITS.length);
  return excess;
}

interface Closing {
  readonly streams: RollupStreams;
  readonly lines: RollupLines;
  /** Whether the sums are of everything that was read, though something of it may be written. */
  readonly again: boolean;
}

/**
 * Takes the buckets that are over into the lines; returns how many they are.
 *
 * What is written of a bucket and what is open of it are its sum together, at each commit. So those that were written by a
 * clock that was ahead are put right when everything has been computed again, though they are not over; what is open of
 * them from there on came later, and is written as rows that are late.
 */
async function closeBuckets(state: State, closeMs: number, { streams, lines, again }: Closing): Promise<number> {
  state.closedMs = Math.max(state.closedMs, closeMs);
  const computed = again && !state.again;
  const fresh: ClosedBucket[] = [];
  const reopened: ClosedBucket[] = [];
  for (const series of state.table.all()) {
    for (const unit of UNITS) {
      const writtenMs = state.written[unit];
      const isOver = ({ from, to }: { readonly from: number; readonly to: number }): boolean =>
        to <= state.closedMs || (computed && from < writtenMs);
      for (const bucket of series.close(unit, state.days, isOver))
        (bucket.from < writtenMs ? reopened : fresh).push({ series, bucket });
    }
  }
  const { after } = state;
  const rest = again
    ? await corrections(reopened, streams, state.days)
    : reopened.map(({ series, bucket }) => ({ series, bucket: { ...bucket, after } }));
  writeBuckets(state, [...fresh, ...rest], lines);
  for (const { series, bucket } of [...fresh, ...reopened]) series.giveBack(bucket.sums);
  return fresh.length + reopened.length;
}

function writeBuckets(state: State, buckets: readonly ClosedBucket[], lines: RollupLines): void {
  const { hour, day } = state.written;
  const ends = { hour, day };
  for (const { series, bucket } of buckets) {
    series.write(bucket, lines);
    ends[bucket.unit] = Math.max(ends[bucket.unit], bucket.to);
    if (bucket.after >= state.after) state.after = nextAfter(bucket.after);
  }
  state.written = ends;
}

/**
 * Whether late rows wait for the next run: each commit writes what is open, and that of a fleet is megabytes, for a row
 * of one cache. They wait until there is as much that is new, and two passes at most.
 */
function waits({ committed, uncommitted, changed }: State, options: RollupOptions): boolean {
  if (changed || committed === undefined || committed.cursorLength < (options.waitFrom ?? WAIT_FROM)) return false;
  const sinceMs = options.nowMs() - committed.atMs;
  return uncommitted < committed.cursorLength && sinceMs >= 0 && sinceMs < WAIT_MS;
}

/** Commits lines with the cursor; nothing when there is nothing worth it. */
async function commit(state: State, options: RollupOptions, lines: RollupLines): Promise<void> {
  const { batch } = lines;
  if (batch.lineCount === 0 && state.uncommitted < COMMIT_BYTES && !state.changed) return;
  const { days, written, after, closedMs, positions, again } = state;
  const cursor = { days, written, after, closedMs, positions, again };
  const json = cursorJson(cursor, state.table);
  await options.journal.append({ ...batch, cursors: { [ROLLUP_CURSOR]: json } });
  state.committed = { atMs: options.nowMs(), cursorLength: json.lines.hour.length + json.lines.day.length };
  state.uncommitted = 0;
  state.changed = false;
}
