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
    for (let position = start; ; ) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
