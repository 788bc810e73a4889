/**
 * Reading a stream: committed bytes from a position on, and all its lines in a span of time.
 *
 * A reader takes no lock. It may run in another process than the writer: in the last segment it sees only what stands
 * before the last whole commit mark, in all others everything.
 *
 * @module
 */
import { open } from "node:fs/promises";
import { COMMIT_PREFIX, type Span } from "./commit.ts";
import { CommittedEnds } from "./committed-ends.ts";
import type { Journal } from "./journal.ts";
import type { Piece, PieceLimits, Position, StreamReader } from "./position.ts";
import { listSegments, readExactly, segmentPath } from "./segment.ts";

const NEWLINE = 0x0a;
const HASH = 0x23;
/** Longer stretches hold lines: no mark is as long. */
const MARK_MAX_BYTES = 64 * 1024;

/** A reader of a stream, with what history needs beside what shipping needs. */
export interface JournalReader extends StreamReader {
  /** Committed lines as text, in the order written, of every segment that may hold times within the span. */
  chunks(span: Span | undefined): AsyncIterable<string>;
}

/**
 * Opens a stream for reading; a stream nobody has written yet reads as empty.
 * @param writer the stream's writer where it is in this process: what it has just committed need not be checked again
 */
export function openReader(folder: string, stream: string, writer?: Pick<Journal, "endOf">): JournalReader {
  const ends = new CommittedEnds(folder, writer);

  async function readPiece(from: Position, limits: PieceLimits, room?: Buffer): Promise<Piece | undefined> {
    let position = from;
    for (;;) {
      const { offset } = await ends.of(position.segment);
      if (position.offset < offset) {
        const stretch = { begin: position.offset, end: offset };
        const bytes = await readLines(segmentPath(folder, position.segment), stretch, limits.maxBytes, room);
        const piece = cutPiece(bytes, position, limits);
        if (piece.lineCount > 0) return piece;
        position = piece.next;
        continue;
      }
      const next = (await listSegments(folder)).find((number) => number > position.segment);
      if (next === undefined) return undefined;
      position = { segment: next, offset: 0 };
    }
  }

  return {
    stream,
    async start() {
      return { segment: (await listSegments(folder))[0] ?? 0, offset: 0 };
    },
    async canResume(from) {
      const segments = await listSegments(folder);
      const first = segments[0];
      if (first === undefined) return from.segment === 0 && from.offset === 0;
      if (from.segment < first) return true;
      if (!segments.includes(from.segment)) return false;
      const { offset } = await ends.of(from.segment);
      if (from.offset > offset) return false;
      return from.offset === 0 || (await endsLine(segmentPath(folder, from.segment), from.offset));
    },
    readPiece,
    async backlogBytes(from) {
      let total = 0;
      for (const number of await listSegments(folder)) {
        if (number < from.segment) continue;
        const { offset } = await ends.of(number);
        const begin = number === from.segment ? from.offset : 0;
        if (!(await onlyMarks(segmentPath(folder, number), begin, offset))) total += Math.max(0, offset - begin);
      }
      return total;
    },
    async lostBefore(from) {
      const first = (await listSegments(folder))[0];
      return first === undefined ? 0 : Math.max(0, first - (from.segment + from.offset));
    },
    async *chunks(span) {
      for (const number of await listSegments(folder)) {
        const { offset, commit } = await ends.of(number);
        if (commit === undefined || !overlaps(commit.span, span)) continue;
        yield* textOf(segmentPath(folder, number), offset);
      }
    },
  };
}

function overlaps(held: Span | undefined, asked: Span | undefined): boolean {
  if (held === undefined) return false;
  return asked === undefined || (held.fromMs <= asked.toMs && held.toMs >= asked.fromMs);
}

/** Whether the byte before a place ends a line. */
async function endsLine(path: string, offset: number): Promise<boolean> {
  const file = await open(path, "r");
  try {
    return (await readExactly(file, offset - 1, 1))[0] === NEWLINE;
  } finally {
    await file.close();
  }
}

/** Whole lines from a place, about `maxBytes` of them, at least one line. */
async function readLines(
  path: string,
  { begin, end }: { readonly begin: number; readonly end: number },
  maxBytes: number,
  room?: Buffer,
): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    let length = Math.min(end - begin, maxBytes);
    for (;;) {
      const bytes = await readExactly(file, begin, length, room);
      const newline = bytes.lastIndexOf(NEWLINE);
      if (newline >= 0 || length >= end - begin) return bytes.subarray(0, newline + 1);
      length = Math.min(end - begin, length * 2);
    }
  } finally {
    await file.close();
  }
}

/** Takes the lines of a piece out of whole lines, leaving marks out. */
function cutPiece(bytes: Buffer, from: Position, limits: PieceLimits): Piece {
  const runs: Buffer[] = [];
  let runStart = 0;
  let lineStart = 0;
  let lineCount = 0;
  while (lineStart < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, lineStart);
    const isMark =
      bytes[lineStart] === HASH && bytes.subarray(lineStart, lineStart + COMMIT_PREFIX.length).equals(COMMIT_PREFIX);
    // a mark right after the last line belongs to the piece: who has read all lines has nothing left
    if (lineCount >= limits.maxLines && !isMark) break;
    if (isMark) {
      if (lineStart > runStart) runs.push(bytes.subarray(runStart, lineStart));
      runStart = newline + 1;
    } else {
      lineCount++;
    }
    lineStart = newline + 1;
    // large batches go as they are; only small ones are worth being put together
    if (isMark && (lineCount >= limits.maxLines / 2 || lineStart >= limits.maxBytes / 2)) break;
  }
  if (lineStart > runStart) runs.push(bytes.subarray(runStart, lineStart));
  const lines = runs.length === 1 ? (runs[0] ?? bytes) : Buffer.concat(runs);
  return { lines, lineCount, next: { segment: from.segment, offset: from.offset + lineStart } };
}

/** Whether no line is left in a stretch, only a mark: what a reader whose piece was full may leave behind. */
async function onlyMarks(path: string, begin: number, end: number): Promise<boolean> {
  if (begin >= end) return true;
  const limits = { maxLines: 1, maxBytes: MARK_MAX_BYTES };
  if (end - begin > MARK_MAX_BYTES) return false;
  const bytes = await readLines(path, { begin, end }, limits.maxBytes);
  return cutPiece(bytes, { segment: 0, offset: begin }, limits).lineCount === 0;
}

/** The committed text of a segment in chunks of whole lines, marks included. */
async function* textOf(path: string, end: number): AsyncGenerator<string> {
  const file = await open(path, "r");
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (let at = 0; at < end; ) {
      const bytes = await readExactly(file, at, Math.min(1024 * 1024, end - at));
      if (bytes.length === 0) break;
      at += bytes.length;
      const joined = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      const newline = joined.lastIndexOf(NEWLINE);
      rest = joined.subarray(newline + 1);
      if (newline >= 0) yield joined.toString("utf8", 0, newline + 1);
    }
  } finally {
    await file.close();
  }
}
