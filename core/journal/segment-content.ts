/**
 * The content of a segment: bytes at offsets, whether its file is packed or not.
 *
 * @module
 */
import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { errorCode } from "../errors.ts";
import type { PackedFacts } from "./gzip-members.ts";

/** An open segment. */
export interface SegmentContent {
  readonly path: string;
  /** Bytes of its content when it was opened. */
  readonly size: number;
  /** What is known without reading it: only of a packed one. */
  readonly facts: PackedFacts | undefined;
  /** Changes when the file is written or replaced. */
  readonly stamp: string;
  /** Bytes its file takes of the disk. */
  readonly diskBytes: number;
  /** All of it, where it is in memory. */
  readonly bytes?: Buffer;
  /**
   * Exactly `length` bytes at an offset; fewer only when the segment has become shorter meanwhile. Bytes the disk cannot
   * give are zeros, which no checksum fits.
   * @param room taken for them where it is large enough
   */
  read(offset: number, length: number, room?: Buffer): Promise<Buffer>;
  close(): Promise<void>;
}

/** A stretch of a segment, in bytes of its content. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A file that is the content itself. */
export function plainContent(path: string, file: FileHandle, { size, ino, mtimeMs }: Stats): SegmentContent {
  return {
    path,
    size,
    facts: undefined,
    stamp: `${ino} ${mtimeMs}`,
    diskBytes: size,
    read: async (offset, length, room) => await readFrom(file, offset, length, room),
    close: async () => await file.close(),
  };
}

/** Exactly `length` bytes of a file; fewer only at its end. What the disk cannot give is zeros. */
export async function readFrom(file: FileHandle, offset: number, length: number, room?: Buffer): Promise<Buffer> {
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
