/**
 * The names of segments: each is called after the bytes of the stream before it, `000000008388671.lp`, and with `.gz` when
 * it is packed.
 *
 * @module
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, errorText } from "../errors.ts";
import { readError } from "./journal-errors.ts";

const SEGMENT_NAME = /^(\d{15})\.lp(?:\.gz)?$/;

/** The segments in a folder by their number, ascending; empty when there is no such folder. */
export async function listSegments(folder: string): Promise<number[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw readError(folder, errorText(error), error);
  }
  const numbers = names.flatMap((name) => {
    const digits = SEGMENT_NAME.exec(name)?.[1];
    return digits === undefined ? [] : [Number(digits)];
  });
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Path of a segment. */
export function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(15, "0")}.lp`);
}

/** Path of a segment that is packed. */
export function packedPath(folder: string, number: number): string {
  return `${segmentPath(folder, number)}.gz`;
}
