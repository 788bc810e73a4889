/**
 * A segment: one file of a stream, and how to find the end of what is committed in it.
 *
 * @module
 */
import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { errorCode } from "../errors.ts";
import { COMMIT_PREFIX, type Commit, commitMatches, parseCommit } from "./commit.ts";

const SEGMENT_NAME = /^(\d{15})\.lp$/;
const STEP = 256 * 1024;

/** The end of what is committed in a segment. */
export interface CommittedEnd {
  /** Bytes up to and including the newline of the last good mark; 0 when there is none. */
  readonly offset: number;
  readonly commit: Pick<Commit, "at" | "cursors" | "span"> | undefined;
}

/** A segment is called after the bytes of the stream before it: `000000008388671.lp`. */
export function segmentName(number: number): string {
  return `${String(number).padStart(15, "0")}.lp`;
}

/** The segments in a folder by their number, ascending; empty when there is no such folder. */
export async function listSegments(folder: string): Promise<number[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
  return names
    .flatMap((name) => {
      const digits = SEGMENT_NAME.exec(name)?.[1];
      return digits === undefined ? [] : [Number(digits)];
    })
    .sort((a, b) => a - b);
}

/** Path of a segment. */
export function segmentPath(folder: string, number: number): string {
  return join(folder, segmentName(number));
}

/**
 * The last mark of a segment whose batch is whole, looking backwards from `size`: what comes after it was never
 * committed. Costs the tail of the file and the last batch, not the file.
 * @param room from `endRoom`, for whoever looks at many segments, one after the other
 */
export async function committedEnd(path: string, size: number, room = endRoom()): Promise<CommittedEnd> {
  const file = await open(path, "r");
  try {
    let end = size;
    for (;;) {
      const mark = await lastMark(file, end, room);
      if (mark === undefined) return { offset: 0, commit: undefined };
      const commit = parseCommit(mark.line);
      if (commit !== undefined && commit.bytes <= mark.start) {
        const crc = await crcOf(file, mark.start - commit.bytes, mark.start, room);
        if (crc !== undefined && commitMatches(mark.line, commit, crc)) return { offset: mark.end, commit };
      }
      end = mark.start;
    }
  } finally {
    await file.close();
  }
}

/** Memory to look for a committed end with. */
export function endRoom(): Buffer {
  return Buffer.allocUnsafe(STEP);
}

/** CRC-32 of [from, to), in steps; undefined when the file has become shorter meanwhile. */
async function crcOf(file: FileHandle, from: number, to: number, room: Buffer): Promise<number | undefined> {
  let crc = 0;
  for (let at = from; at < to; ) {
    const bytes = await readExactly(file, at, Math.min(STEP, to - at), room);
    if (bytes.length === 0) return undefined;
    crc = crc32(bytes, crc);
    at += bytes.length;
  }
  return crc;
}

/** The last line before `end` that begins like a mark and is ended by a newline. */
async function lastMark(
  file: FileHandle,
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
        ? await readExactly(file, start, from - start, room)
        : Buffer.concat([await readExactly(file, start, from - start), tail]);
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

/**
 * Exactly `length` bytes; fewer only when the file has become shorter meanwhile.
 * @param room taken for them where it is large enough
 */
export async function readExactly(file: FileHandle, position: number, length: number, room?: Buffer): Promise<Buffer> {
  const buffer = room !== undefined && room.length >= length ? room : Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
