/**
 * Whole lines out of a stretch of a segment: as many as a piece may have, or all of them, in buffers.
 *
 * @module
 */
import { COMMIT_PREFIX } from "./commit.ts";
import type { Piece, PieceLimits, Position } from "./position.ts";
import type { SegmentContent, Stretch } from "./segment-content.ts";

const NEWLINE = 0x0a;
const HASH = 0x23;
const CHUNK_BYTES = 1024 * 1024;

/** Whether a place is at the beginning of a line. */
export async function endsLine(content: SegmentContent, offset: number): Promise<boolean> {
  return offset === 0 || (await content.read(offset - 1, 1))[0] === NEWLINE;
}

/** Whole lines from a stretch, about `maxBytes` of them, at least one line. */
export async function readLines(
  content: SegmentContent,
  { from, to }: Stretch,
  { maxBytes, room }: { readonly maxBytes: number; readonly room?: Buffer | undefined },
): Promise<Buffer> {
  let length = Math.min(to - from, maxBytes);
  for (;;) {
    const bytes = await content.read(from, length, room);
    const newline = bytes.lastIndexOf(NEWLINE);
    if (newline >= 0 || length >= to - from) return bytes.subarray(0, newline + 1);
    length = Math.min(to - from, length * 2);
  }
}

/** Takes the lines of a piece out of whole lines, leaving marks out. */
export function cutPiece(bytes: Buffer, from: Position, limits: PieceLimits): Piece {
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

/** A stretch in buffers of whole lines, marks included. */
export async function* linesOf(content: SegmentContent, { from, to }: Stretch): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for (let at = from; at < to; ) {
    const bytes = await content.read(at, Math.min(CHUNK_BYTES, to - at));
    if (bytes.length === 0) break;
    at += bytes.length;
    const joined = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const newline = joined.lastIndexOf(NEWLINE);
    rest = joined.subarray(newline + 1);
    if (newline >= 0) yield joined.subarray(0, newline + 1);
  }
}
