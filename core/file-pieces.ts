/**
 * A file in pieces: what a read stream does, without the time a stream takes to set up.
 *
 * @module
 */
import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { openRegular, requireRegular } from "./regular-file.ts";

const PIECE_BYTES = 256 * 1024;

/**
 * What the file system says about a file. A pipe, a device and a folder are errors.
 * @throws LarderError `FILE_KIND`; the file system's own errors pass.
 */
export async function regularFile(path: string): Promise<Stats> {
  const found = await stat(path);
  requireRegular(found);
  return found;
}

/** The bytes of a file from `start` on; it is closed when the reader has enough. @throws as `regularFile` */
export async function* readPieces(path: string, start = 0): AsyncIterable<Buffer> {
  // it may be a pipe by now
  const { file } = await openRegular(path);
  try {
    const readAt = (position: number) => file.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, position);
    let position = start;
    let next = readAt(position);
    for (;;) {
      const { buffer, bytesRead } = await next;
      if (bytesRead === 0) return;
      position += bytesRead;
      // the next piece is on its way while the reader is busy with this one
      next = readAt(position);
      next.catch(() => undefined);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    // waits for a read that is under way
    await file.close();
  }
}
