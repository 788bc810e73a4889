/**
 * How much of the journal's room each stream may take. Where all together have too much, the largest give room first: a
 * stream that is small keeps all it has.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { errorCode } from "../errors.ts";
import { listSegmentFiles, packedPath, segmentPath } from "./segment-names.ts";
import { STREAMS, streamFolder } from "./streams.ts";

/** The most bytes each stream of a state folder may take, so that all of them take at most `keepBytes`. */
export async function streamShare(stateDir: string, keepBytes: number): Promise<number> {
  const folders = STREAMS.map((stream) => streamFolder(stateDir, stream));
  return fairShare(await Promise.all(folders.map(bytesOf)), keepBytes);
}

/** The highest limit with which sizes that are cut to it are together at most `most`. Pure. */
export function fairShare(sizes: readonly number[], most: number): number {
  let left = most;
  const ascending = [...sizes].sort((a, b) => a - b);
  for (const [i, size] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - i));
    if (size > share) return share;
    left -= size;
  }
  return most;
}

async function bytesOf(folder: string): Promise<number> {
  const files = await listSegmentFiles(folder);
  const sizes = await Promise.all(
    files.map(async ({ number, isPacked }) => await sizeOf((isPacked ? packedPath : segmentPath)(folder, number))),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Nothing for a file that was packed or removed meanwhile. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return 0;
    throw error;
  }
}
