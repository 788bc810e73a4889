/**
 * The writer of one stream of the journal.
 *
 * Promise: exactly once. A batch is one write, its lines and then a commit mark with every source's cursor, and then
 * fdatasync; opening cuts off whatever follows the last whole mark. A source that resumes from `cursors` can neither
 * lose nor repeat a row, wherever its predecessor died. One writer per stream: opening takes the stream's lock.
 *
 * Reading is `reader.ts`; what may be removed is `retention.ts`.
 *
 * @module
 */
import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, errorText, LarderError } from "../errors.ts";
import { makeFolder, syncFolder } from "../files.ts";
import { acquireLock, type Lock } from "../lock.ts";
import { type Cursors, commitLine, type Span } from "./commit.ts";
import { type CommittedEnd, committedEnd, listSegments, segmentPath } from "./segment.ts";

/** The streams there are, one writer each. */
export const STREAMS = ["collector", "precache", "receiver", "rollup"] as const;
export type StreamName = (typeof STREAMS)[number];

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
}

/** An open stream. */
export interface Journal {
  readonly stream: string;
  /** The cursors of the last commit. */
  readonly cursors: Cursors;
  /**
   * Commits a batch.
   * @throws LarderError `JOURNAL_FULL` or `JOURNAL_WRITE`; the batch then does not count, and what was committed stays.
   */
  append(batch: Batch): Promise<void>;
  /** The end of what is committed in a segment this writer has appended to, which its readers need not look for. */
  endOf(segment: number): CommittedEnd | undefined;
  close(): Promise<void>;
}

interface Tail {
  file: FileHandle;
  number: number;
  size: number;
  span: Span | undefined;
}

const DEFAULT_SEGMENT_BYTES = 8 * 1024 * 1024;

/** Folder of a stream: `<stateDir>/journal/<stream>`. */
export function streamFolder(stateDir: string, stream: string): string {
  return join(stateDir, "journal", stream);
}

/**
 * Opens a stream for writing: takes its lock, cuts off what was never committed, and stands at its end.
 * @throws LarderError `LOCKED` when another process writes it; `JOURNAL_OPEN` when the folder cannot be used.
 */
export async function openJournal(
  stateDir: string,
  stream: StreamName,
  options: JournalOptions = {},
): Promise<Journal> {
  const folder = streamFolder(stateDir, stream);
  let lock: Lock | undefined;
  try {
    await makeFolder(folder);
    lock = await acquireLock(folder, `writer of the ${stream} journal`, options.nowMs);
    return await openStream(folder, stream, lock, options);
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

async function openStream(folder: string, stream: string, lock: Lock, options: JournalOptions): Promise<Journal> {
  const segmentBytes = options.segmentBytes ?? DEFAULT_SEGMENT_BYTES;
  const nowMs = options.nowMs ?? Date.now;
  const opened = await openTail(folder);
  let tail = opened.tail;
  let cursors = opened.cursors;
  let broken: unknown;
  const ends = new Map<number, CommittedEnd>();

  return {
    stream,
    get cursors() {
      return cursors;
    },
    async append(batch) {
      if (broken !== undefined) throw writeError(folder, broken);
      if (tail.size >= segmentBytes) {
        const next = await createSegment(folder, tail.number + tail.size);
        await tail.file.close();
        tail = next;
      }
      const merged = { ...cursors, ...batch.cursors };
      const span = joinSpans(tail.span, batch.span);
      const lines = typeof batch.lines === "string" ? Buffer.from(batch.lines, "utf8") : batch.lines;
      const commit = { lines: batch.lineCount, at: nowMs(), span, cursors: merged };
      const mark = commitLine(lines, commit);
      try {
        tail.size += await writeWhole(tail, lines, Buffer.from(mark, "utf8"));
      } catch (error) {
        await tail.file.truncate(tail.size).catch((truncateError: unknown) => {
          broken = truncateError;
        });
        throw writeError(folder, error);
      }
      tail.span = span;
      cursors = merged;
      ends.set(tail.number, { offset: tail.size, commit });
    },
    endOf: (segment) => ends.get(segment),
    async close() {
      await tail.file.close();
      await lock.release();
    },
  };
}

/** The last segment, repaired, with the cursors of its last mark; the first segment when there is none. */
async function openTail(folder: string): Promise<{ tail: Tail; cursors: Cursors }> {
  const segments = await listSegments(folder);
  let cut = false;
  for (let i = segments.length - 1; i >= 0; i--) {
    const number = segments[i] ?? 0;
    const path = segmentPath(folder, number);
    const { size } = await stat(path);
    const end = await committedEnd(path, size);
    // a segment just begun may hold no mark yet; the cursors are then in the one before it
    if (end.commit === undefined && i > 0) {
      if (size > 0) await truncateTo(path, 0);
      cut = true;
      continue;
    }
    if (size > end.offset) await truncateTo(path, end.offset);
    const cursors = end.commit?.cursors ?? {};
    if (!cut) {
      const file = await open(path, constants.O_WRONLY | constants.O_APPEND);
      return { tail: { file, number, size: end.offset, span: end.commit?.span }, cursors };
    }
    const last = segments[segments.length - 1] ?? 0;
    const file = await open(segmentPath(folder, last), constants.O_WRONLY | constants.O_APPEND);
    return { tail: { file, number: last, size: 0, span: undefined }, cursors };
  }
  return { tail: await createSegment(folder, 0), cursors: {} };
}

async function createSegment(folder: string, number: number): Promise<Tail> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL;
  const file = await open(segmentPath(folder, number), flags, 0o640);
  await syncFolder(folder);
  return { file, number, size: 0, span: undefined };
}

async function truncateTo(path: string, size: number): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.truncate(size);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Lines and mark in one write, then fdatasync. */
async function writeWhole(tail: Tail, lines: Uint8Array, mark: Uint8Array): Promise<number> {
  const size = lines.length + mark.length;
  let { bytesWritten } = await tail.file.writev([lines, mark]);
  while (bytesWritten < size) {
    const rest =
      bytesWritten < lines.length ? [lines.subarray(bytesWritten), mark] : [mark.subarray(bytesWritten - lines.length)];
    bytesWritten += (await tail.file.writev(rest)).bytesWritten;
  }
  await tail.file.datasync();
  return size;
}

function joinSpans(a: Span | undefined, b: Span | undefined): Span | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { fromMs: Math.min(a.fromMs, b.fromMs), toMs: Math.max(a.toMs, b.toMs) };
}

function writeError(folder: string, cause: unknown): LarderError {
  const full = errorCode(cause) === "ENOSPC" || errorCode(cause) === "EDQUOT";
  return new LarderError(`Cannot write to the journal "${folder}": ${full ? "the disk is full" : errorText(cause)}`, {
    code: full ? "JOURNAL_FULL" : "JOURNAL_WRITE",
    state: "nothing was lost: what was committed stays, and the rows will be read again from where the journal stands",
    next: full ? "make room on that disk; the next pass goes on by itself" : "check the disk and the folder's owner",
    retryable: true,
    cause,
  });
}
