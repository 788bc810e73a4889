/**
 * One pass: sources ▶ journal ▶ ship.
 *
 * This file owns the order of these steps and nothing else. A source that fails is reported and the others go on;
 * a journal that cannot be written ends the pass, because nothing may be read that cannot be kept. Shipping runs beside
 * reading, so that a back-fill of years flows through at the speed of the slower of the two.
 *
 * @module
 */
import { errorText, LarderError } from "../core/errors.ts";
import { readLines } from "../core/history/history.ts";
import type { Batch, Journal } from "../core/journal/journal.ts";
import type { Log } from "../core/log.ts";
import type { RejectedRow, SetAside } from "./set-aside.ts";
import type { Shipper, ShipReport } from "./ship/ship.ts";
import {
  CLOCK_AHEAD_MS,
  newestReported,
  type Source,
  type SourceBatch,
  type SourceContext,
  type Understood,
} from "./sources/sources.ts";

export interface PassOptions {
  readonly stateDir: string;
  readonly journal: Journal;
  readonly sources: readonly Source[];
  readonly shippers: readonly Shipper[];
  /** Escaped tags of every line. */
  readonly tagText: string;
  /** What runs between reading and the last shipping: roll-ups, self-knowledge. */
  readonly afterReading?: (report: PassReading) => Promise<void>;
  /** Shipping is waited for this long at most. */
  readonly shipSeconds: number;
  /** As long as a server keeps taking lines, give it that time again: for a single pass that is to leave nothing behind. */
  readonly untilStalled?: boolean;
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly log: Log;
  /** Keeps rows of a source that cannot become lines. */
  readonly setAside: SetAside;
}

/** What came of one source. */
export interface SourceReport {
  readonly name: string;
  readonly place: string;
  readonly rows: number;
  readonly lines: number;
  /** Newest time of its lines, those of a clock far ahead of ours left out. */
  readonly newestMs: number | undefined;
  /** Rows that could not become lines. */
  readonly rejected: number;
  /** Of a source that reads texts. */
  readonly understood?: Understood | undefined;
  /** Those of them that were not kept either, because the file for them is full. */
  readonly unkept: number;
  readonly problem: LarderError | undefined;
}

export interface PassReading {
  readonly startedMs: number;
  readonly sources: readonly SourceReport[];
}

export interface PassReport extends PassReading {
  readonly sinks: readonly ShipReport[];
  readonly seconds: number;
}

/**
 * Runs a pass.
 * @throws LarderError when the journal cannot be written; what was committed before stays and is shipped next time.
 */
export async function runPass(options: PassOptions): Promise<PassReport> {
  const startedMs = options.nowMs();
  pumpAll(options);
  const sources: SourceReport[] = [];
  for (const source of options.sources) {
    if (options.signal.aborted) break;
    sources.push(await readSource(source, options));
  }
  await options.afterReading?.({ startedMs, sources });
  pumpAll(options);
  const sinks = await Promise.all(options.shippers.map((shipper) => finishShipping(shipper, options)));
  return { startedMs, sources, sinks, seconds: (options.nowMs() - startedMs) / 1000 };
}

async function readSource(source: Source, options: PassOptions): Promise<SourceReport> {
  const done = {
    rows: 0,
    lines: 0,
    rejected: 0,
    unkept: 0,
    newestMs: undefined as number | undefined,
    understood: undefined as Understood | undefined,
  };
  let rejected: RejectedRow[] = [];
  let problem: LarderError | undefined;
  // a batch is flushed to the disk while the next is read
  let writing: Promise<void> = Promise.resolve();
  const context = sourceContext(options, {
    reject: (row) => {
      rejected.push(row);
    },
    written: () => writing,
  });
  /** What was rejected is on the disk before the cursor passes it. */
  const keepRejected = async (): Promise<void> => {
    const rows = rejected;
    rejected = [];
    if (rows.length === 0) return;
    const kept = await options.setAside(source.name, rows);
    done.rejected += rows.length;
    done.unkept += rows.length - kept;
  };
  const batches = source.readAfter(options.journal.cursors[source.name], context)[Symbol.asyncIterator]();
  for (;;) {
    let batch: Awaited<ReturnType<typeof batches.next>>;
    try {
      batch = await batches.next();
      await keepRejected();
    } catch (error) {
      problem = asLarderError(source, error);
      break;
    }
    if (batch.done === true) break;
    const { lines, lineCount, rowCount, span, cursor, understood } = batch.value;
    const newestMs = newestOf(batch.value, options.nowMs());
    try {
      await writing;
    } catch (error) {
      await batches.return?.();
      throw error;
    }
    writing = options.journal
      .append({ lines, lineCount, span, cursors: { [source.name]: cursor } } satisfies Batch)
      .then(() => {
        done.rows += rowCount;
        done.lines += lineCount;
        done.understood = addUnderstood(done.understood, understood);
        if (newestMs !== undefined) done.newestMs = Math.max(done.newestMs ?? newestMs, newestMs);
        pumpAll(options);
      });
    // the next `await` rethrows it; this only avoids an unhandled rejection
    writing.catch(() => {});
  }
  await writing;
  return { name: source.name, place: source.place, ...done, problem };
}

function addUnderstood(a: Understood | undefined, b: Understood | undefined): Understood | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { lines: a.lines + b.lines, unknown: a.unknown + b.unknown, unnamed: a.unnamed + b.unnamed };
}

/** The newest time of a batch that is not in the future. */
function newestOf({ span, newestMs }: SourceBatch, nowMs: number): number | undefined {
  if (newestMs !== undefined) return newestMs;
  return span !== undefined && span.toMs <= nowMs + CLOCK_AHEAD_MS ? span.toMs : undefined;
}

async function finishShipping(shipper: Shipper, options: PassOptions): Promise<ShipReport> {
  const turn = (): Promise<ShipReport> =>
    shipper.finish(options.nowMs() + (options.signal.aborted ? 0 : options.shipSeconds * 1000));
  let report = await turn();
  let last = report;
  while (
    options.untilStalled === true &&
    last.backlogBytes > 0 &&
    last.shippedLines + last.expiredLines > 0 &&
    !options.signal.aborted
  ) {
    last = await turn();
    report = {
      ...last,
      shippedLines: report.shippedLines + last.shippedLines,
      shippedBytes: report.shippedBytes + last.shippedBytes,
      rejectedLines: report.rejectedLines + last.rejectedLines,
      expiredLines: report.expiredLines + last.expiredLines,
      lostBytes: report.lostBytes + last.lostBytes,
    };
  }
  return report;
}

/** What `readSource` does for the context of its source. */
interface Reading {
  /** A row was rejected. */
  reject(row: RejectedRow): void;
  /** Resolves when everything handed over is in the journal. */
  written(): Promise<void>;
}

function sourceContext(options: PassOptions, reading: Reading): SourceContext {
  return {
    tagText: options.tagText,
    signal: options.signal,
    log: options.log,
    nowMs: options.nowMs,
    cursors: options.journal.cursors,
    reportedMs: newestReported(options.journal.cursors),
    reject: (what, reason) => reading.reject({ what, reason }),
    async *alreadyTaken(measurements, fromMs, toMs) {
      await reading.written();
      for (const measurement of measurements) {
        yield* readLines(options.stateDir, { measurement, fromMs, toMs, streams: [options.journal.stream] });
      }
    },
  };
}

function pumpAll(options: PassOptions): void {
  for (const shipper of options.shippers) shipper.pump();
}

function asLarderError(source: Source, error: unknown): LarderError {
  if (error instanceof LarderError) return error;
  return new LarderError(`Cannot read ${source.name} from "${source.place}": ${errorText(error)}`, {
    code: "SOURCE_READ",
    state: "nothing was lost: the cursor stays at the end of the journal",
    retryable: true,
    cause: error,
  });
}
