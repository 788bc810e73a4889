/**
 * The content of a segment: bytes at offsets, whatever form its file has.
 *
 * @module
 */
import type { Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { errorCode, errorText, LarderError } from "../errors.ts";
import { readError } from "./journal-errors.ts";
import { segmentPath } from "./segment-names.ts";

/** An open segment. */
export interface SegmentContent {
  readonly path: string;
  /** Bytes of its content when it was opened. */
  readonly size: number;
  /** Changes when the file is written or replaced. */
  readonly stamp: string;
  /** Bytes its file takes of the disk. */
  readonly diskBytes: number;
  /**
   * Exactly `length` bytes at an offset; fewer only when the segment has become shorter meanwhile. Bytes the disk cannot
   * give are zeros, which no checksum fits.
   * @param room taken for them where it is large enough
   */
  read(offset: number, length: number, room?: Buffer): Promise<Buffer>;
  close(): Promise<void>;
}

/**
 * Opens a segment for reading; undefined when it is gone.
 * @throws LarderError `JOURNAL_READ` when it is there and cannot be read.
 */
export async function openSegment(folder: string, number: number): Promise<SegmentContent | undefined> {
  const path = segmentPath(folder, number);
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const stats = await file.stat();
    if (stats.isFile()) return plainContent(path, file, stats);
    await file.close();
    throw readError(path, "it is not a file");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error instanceof LarderError ? error : readError(path, errorText(error), error);
  }
}

/** Opens a segment, lets it be read and closes it; `none` when it is gone. */
export async function withSegment<Result>(
  folder: string,
  number: number,
  none: Result,
  use: (content: SegmentContent) => Promise<Result>,
): Promise<Result> {
  const content = await openSegment(folder, number);
  if (content === undefined) return none;
  try {
    return await use(content);
  } finally {
    await content.close();
  }
}

function plainContent(path: string, file: FileHandle, { size, ino, mtimeMs }: Stats): SegmentContent {
  return {
    path,
    size,
    stamp: `${ino} ${mtimeMs}`,
    diskBytes: size,
    read: async (offset, length, room) => await readFrom(file, offset, length, room),
    close: async () => await file.close(),
  };
}

async function readFrom(file: FileHandle, offset: number, length: number, room?: Buffer): Promise<Buffer> {
  const buffer = room !== undefined && room.length >= length ? room : Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await readSome(file, buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** The smallest stretch a disk gives or does not give. */
const SECTOR = 4096;

/** A read that a broken disk does not end: what it cannot give is filled with zeros, in small steps. */
async function readSome(
  file: FileHandle,
  buffer: Buffer,
  at: number,
  length: number,
  position: number,
): Promise<{ bytesRead: number }> {
  try {
    return await file.read(buffer, at, length, position);
  } catch (error) {
    if (errorCode(error) !== "EIO") throw error;
    const step = Math.min(length, SECTOR - (position % SECTOR));
    if (step < length) return await readSome(file, buffer, at, step, position);
    buffer.fill(0, at, at + step);
    return { bytesRead: step };
  }
}
