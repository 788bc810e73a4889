/**
 * The names of segments: each is called after the bytes of the stream before it, `000000008388671.lp`, and with `.gz` when
 * it is packed.
 *
 * @module
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, errorText } from "../errors.ts";
import { checkFormat } from "./format.ts";
import { readError } from "./journal-errors.ts";

const SEGMENT_NAME = /^(\d{15})\.lp(\.gz)?$/;

/**
 * The segments in a folder by their number, ascending; empty when there is no such folder.
 * @throws LarderError `STATE_NEWER`, `JOURNAL_READ`
 */
export async function listSegments(folder: string): Promise<number[]> {
  return (await listSegmentFiles(folder)).map(({ number }) => number);
}

/** A segment, and whether only its packed form is there. */
export interface SegmentFile {
  readonly number: number;
  readonly isPacked: boolean;
}

/** The same with the form each is in. */
export async function listSegmentFiles(folder: string): Promise<SegmentFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw readError(folder, errorText(error), error);
  }
  await checkFormat(folder, names);
  return segmentFilesAmong(names);
}

/** The segments among the names in a folder, in whichever order it gives them. */
export function segmentFilesAmong(names: readonly string[]): SegmentFile[] {
  const found = new Map<number, SegmentFile>();
  for (const name of names) {
    const [, digits, packed] = SEGMENT_NAME.exec(name) ?? [];
    const number = Number(digits);
    // one whose packing was interrupted is there in both forms, and read as it was
    if (digits !== undefined && (packed === undefined || !found.has(number))) {
      found.set(number, { number, isPacked: packed !== undefined });
    }
  }
  return [...found.values()].sort((a, b) => a.number - b.number);
}

/** Path of a segment. */
export function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(15, "0")}.lp`);
}

/** Path of a segment that is packed. */
export function packedPath(folder: string, number: number): string {
  return `${segmentPath(folder, number)}.gz`;
}
