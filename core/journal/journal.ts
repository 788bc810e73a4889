/**
 * The writer of one stream of the journal.
 *
 * Promise: exactly once. A batch is one write, its lines and then a commit mark with every source's cursor, and then
 * fdatasync; opening cuts off whatever follows the last whole mark. A source that resumes from `cursors` can neither
 * lose nor repeat a row, wherever its predecessor died. One writer per stream: opening takes the stream's lock.
 *
 * A write or a sync that failed is not forgotten: the kernel may have dropped what it held, and say yes the next time.
 * The file is closed, opened again and cut to the last mark the disk has acknowledged; `cursors` are those of that mark.
 *
 * Reading is `reader.ts`; what may be removed is `retention.ts`.
 *
 * @module
 */

import { dirname } from "node:path";
import { type Disk, realDisk, writeAll } from "../disk.ts";
import { errorText, LarderError } from "../errors.ts";
import { makeFolder } from "../files.ts";
import { acquireLock, type Lock } from "../lock.ts";
import { type Cursors, commitLine, joinSpans, type Span } from "./commit.ts";
import { checkFormats, FORMAT, stampFormat } from "./format.ts";
import { writeError } from "./journal-errors.ts";
import type { WriterEnds, WrittenEnd } from "./segment-maps.ts";
import { type StreamName, streamFolder, unwrittenText } from "./streams.ts";
import { createSegment, type LeftAt, leaveTail, openTail, reopenTail, type Tail } from "./tail.ts";

export type { Cursors, Json, Span } from "./commit.ts";
export { joinSpans } from "./commit.ts";
export { checkJournal, type StreamHealth } from "./health.ts";
export type { JournalReader, SegmentInfo } from "./journal-reader.ts";
export { asCount, asList, asObject, asText } from "./json-parts.ts";
export { lastCommit } from "./last-commit.ts";
export type { Loss } from "./losses.ts";
export { mayHold } from "./name-set.ts";
export { packSegments } from "./pack-segments.ts";
export { type Piece, type PieceLimits, type Position, resumeAt, type StreamReader } from "./position.ts";
export { ProvenTime } from "./proven-time.ts";
export { openReader } from "./reader.ts";
export { applyRetention, type RetentionClock } from "./retention.ts";
export { loadSuspects, scrubJournal } from "./scrub.ts";
export { streamShare } from "./stream-share.ts";
export { DERIVED_STREAMS, RAW_STREAMS, STREAMS, type StreamName, streamFolder } from "./streams.ts";
export type { LeftAt } from "./tail.ts";

/** Lines that count together, or not at all. */
export interface Batch {
  /** Whole lines of line protocol in milliseconds, each ended by a newline; may be empty when only cursors move. */
  readonly lines: string | Uint8Array;
  readonly lineCount: number;
  /** Times of the lines; undefined when there are none. */
  readonly span: Span | undefined;
  /** Cursors that are true once the batch is committed; the others stay as they are. */
  readonly cursors?: Cursors;
}

export interface JournalOptions {
  /** A new segment is begun past this size. Default 8 MiB. */
  readonly segmentBytes?: number;
  readonly nowMs?: () => number;
  readonly disk?: Disk;
  /** Where this process left the stream: its end, and the cursors there, are then not read again. */
  readonly leftAt?: LeftAt | undefined;
}

/** An open stream. */
export interface Journal extends WriterEnds {
  readonly stream: string;
  /** The cursors of the last commit. */
  readonly cursors: Cursors;
  /**
   * Commits a batch.
   * @throws LarderError `JOURNAL_FULL` or `JOURNAL_WRITE`; the batch then does not count, and what was committed stays.
   */
  append(batch: Batch): Promise<void>;
  /** The end of what is committed in a segment this writer has appended to, which its readers need not look for. */
  endOf(segment: number): WrittenEnd | undefined;
  /** Resolves to where the stream was left, for `JournalOptions.leftAt`. */
  close(): Promise<LeftAt | undefined>;
}

const DEFAULT_SEGMENT_BYTES = 8 * 1024 * 1024;

/**
 * Opens a stream for writing: takes its lock, cuts off what was never committed, and goes on at its end.
 * @throws LarderError `STATE_NEWER` when a later program has written in this state folder; `LOCKED` when another process writes it; `JOURNAL_OPEN` when the folder cannot be used.
 */
export async function openJournal(
  stateDir: string,
  stream: StreamName,
  options: JournalOptions = {},
): Promise<Journal> {
  const folder = streamFolder(stateDir, stream);
  let lock: Lock | undefined;
  try {
    await checkFormats(dirname(folder));
    await makeFolder(folder);
    lock = await acquireLock(folder, `writer of the ${stream} journal`, options.nowMs);
    const disk = options.disk ?? realDisk;
    await stampFormat(folder, FORMAT, { disk });
    return new StreamWriter({ folder, stream, lock, options }, await openTail(disk, folder, options.leftAt));
  } catch (error) {
    await lock?.release();
    if (error instanceof LarderError) throw error;
    throw new LarderError(`Cannot open the journal "${folder}": ${errorText(error)}`, {
      code: "JOURNAL_OPEN",
      state: "nothing was changed",
      next: "give this user the right to write there, or choose another stateDir",
      cause: error,
    });
  }
}

interface Opened {
  readonly folder: string;
  readonly stream: StreamName;
  readonly lock: Lock;
  readonly options: JournalOptions;
}

class StreamWriter implements Journal {
  readonly stream: StreamName;
  readonly #folder: string;
  readonly #lock: Lock;
  readonly #disk: Disk;
  readonly #nowMs: () => number;
  readonly #segmentBytes: number;
  readonly #ends = new Map<number, WrittenEnd>();
  #tail: Tail;
  /** Whether the end of the file is not known to be what was committed: a write failed. */
  #doubtful = false;
  cursors: Cursors;

  constructor({ folder, stream, lock, options }: Opened, tail: Tail) {
    this.stream = stream;
    this.#folder = folder;
    this.#lock = lock;
    this.#disk = options.disk ?? realDisk;
    this.#nowMs = options.nowMs ?? Date.now;
    this.#segmentBytes = options.segmentBytes ?? DEFAULT_SEGMENT_BYTES;
    this.#tail = tail;
    this.cursors = tail.cursors;
    this.#publish(tail);
  }

  async append(batch: Batch): Promise<void> {
    try {
      if (this.#doubtful) await this.#recover();
      await this.#appendTo(batch);
    } catch (error) {
      this.#doubtful = true;
      // what cannot be mended now is mended before the next batch
      await this.#recover().catch(() => {});
      throw error instanceof LarderError ? error : writeError(this.#folder, unwrittenText(this.stream), error);
    }
  }

  endOf(segment: number): WrittenEnd | undefined {
    return this.#ends.get(segment);
  }

  async close(): Promise<LeftAt | undefined> {
    await this.#tail.file.close().catch(() => {});
    const leftAt = this.#doubtful ? undefined : await leaveTail(this.#folder, this.#tail);
    await this.#lock.release();
    return leftAt;
  }

  async #appendTo(batch: Batch): Promise<void> {
    if (this.#tail.size >= this.#segmentBytes) {
      const { number, size, file, cursors } = this.#tail;
      this.#tail = { ...(await createSegment(this.#disk, this.#folder, number + size)), cursors };
      await file.close();
    }
    const tail = this.#tail;
    const cursors = { ...this.cursors, ...batch.cursors };
    const span = joinSpans(tail.commit?.span, batch.span);
    // a mark nobody can read would take everything before it along
    const times = batch.span === undefined ? [] : [batch.span.fromMs, batch.span.toMs];
    if (!times.every(Number.isSafeInteger))
      throw new RangeError(`the times ${times.join(" to ")} are not whole milliseconds`);
    const lines = typeof batch.lines === "string" ? Buffer.from(batch.lines) : batch.lines;
    const commit = { lines: batch.lineCount, at: this.#nowMs(), span, cursors };
    const mark = Buffer.from(commitLine(lines, commit));
    await writeAll(tail.file, lines, mark);
    await tail.file.datasync();
    const { from = tail.size, linesEnd = 0 } = this.#ends.get(tail.number) ?? {};
    const offset = tail.size + lines.length + mark.length;
    this.#tail = { ...tail, size: offset, commit, cursors };
    this.cursors = cursors;
    const newLinesEnd = lines.length > 0 ? tail.size + lines.length : linesEnd;
    this.#ends.set(tail.number, { from, offset, linesEnd: newLinesEnd, commit });
  }

  /** Goes back to the last mark the disk has acknowledged and still has. */
  async #recover(): Promise<void> {
    await this.#tail.file.close().catch(() => {});
    const tail = await reopenTail(this.#disk, this.#folder, this.#tail);
    // the disk has less than it acknowledged: nothing we knew of this segment is certain
    if (tail.number !== this.#tail.number || tail.size < this.#tail.size) this.#ends.clear();
    this.#tail = tail;
    this.cursors = tail.cursors;
    this.#doubtful = false;
    if (!this.#ends.has(tail.number)) this.#publish(tail);
  }

  /** What readers need to know of a segment nothing has been appended to yet. */
  #publish({ number, size, commit }: Tail): void {
    this.#ends.set(number, { from: size, offset: size, linesEnd: 0, commit });
  }
}
