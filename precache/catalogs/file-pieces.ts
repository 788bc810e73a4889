/**
 * A file in pieces: what a read stream does, without the time a stream takes to set up.
 *
 * @module
 */
import { open } from "node:fs/promises";

const PIECE_BYTES = 256 * 1024;

/** The bytes of a file from `start` on; it is closed when the reader has enough. @throws Node's errors of the file */
export async function* readPieces(path: string, start = 0): AsyncIterable<Buffer> {
  const file = await open(path, "r");
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
