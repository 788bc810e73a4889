/**
 * The end of what is committed in a segment, found from behind, at the cost of its last batch.
 *
 * @module
 */
import { COMMIT_PREFIX, commitMatches, type KnownCommit, parseCommit } from "./commit.ts";
import type { SegmentContent } from "./segment-content.ts";
import { crcOf } from "./segment-scan.ts";

const STEP = 256 * 1024;

/** The end of what is committed in a segment. */
export interface CommittedEnd {
  /** Bytes up to and including the newline of the last good mark; 0 when there is none. */
  readonly offset: number;
  readonly commit: KnownCommit | undefined;
}

/**
 * The last mark of a segment whose batch is whole: what comes after it was never committed, or is damaged. Costs the
 * tail of the segment and the last batch.
 * @param room from `endRoom`, for a caller that looks at many segments, one after the other
 */
export async function committedEnd(content: SegmentContent, room = endRoom()): Promise<CommittedEnd> {
  let end = content.size;
  for (;;) {
    const mark = await lastMark(content, end, room);
    if (mark === undefined) return { offset: 0, commit: undefined };
    const commit = parseCommit(mark.line);
    if (commit !== undefined && commit.bytes <= mark.start) {
      const crc = await crcOf(content, { from: mark.start - commit.bytes, to: mark.start }, room);
      if (crc !== undefined && commitMatches(mark.line, commit, crc)) return { offset: mark.end, commit };
    }
    end = mark.start;
  }
}

/** Memory to look for a committed end with. */
export function endRoom(): Buffer {
  return Buffer.allocUnsafe(STEP);
}

/** The last line before `end` that begins like a mark and is ended by a newline. */
async function lastMark(
  content: SegmentContent,
  end: number,
  room: Buffer,
): Promise<{ start: number; end: number; line: string } | undefined> {
  let from = end;
  let tail: Buffer = Buffer.alloc(0);
  while (from > 0) {
    const start = Math.max(0, from - STEP);
    // the first step lies in the room; what is added later needs memory of its own
    tail =
      tail.length === 0
        ? await content.read(start, from - start, room)
        : Buffer.concat([await content.read(start, from - start), tail]);
    from = start;
    const found = findMark(tail, from === 0);
    if (found !== undefined) {
      return {
        start: from + found.start,
        end: from + found.end,
        line: tail.toString("utf8", found.start, found.end - 1),
      };
    }
  }
  return undefined;
}

/** Searches a tail backwards; a mark at its very beginning counts only when that is the beginning of the file. */
function findMark(tail: Buffer, wholeFile: boolean): { start: number; end: number } | undefined {
  let at = tail.lastIndexOf(COMMIT_PREFIX);
  while (at >= 0) {
    const lineStart = at === 0 ? wholeFile : tail[at - 1] === 0x0a;
    const newline = lineStart ? tail.indexOf(0x0a, at) : -1;
    if (newline >= 0) return { start: at, end: newline + 1 };
    if (at === 0) return undefined;
    at = tail.lastIndexOf(COMMIT_PREFIX, at - 1);
  }
  return undefined;
}
