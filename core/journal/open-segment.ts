/**
 * Opening a segment, in whichever form its file is.
 *
 * @module
 */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, type Stats, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { errorCode, errorText, LarderError } from "../errors.ts";
import { END_BYTES, type PackedFacts, readEnd } from "./gzip-members.ts";
import { readError } from "./journal-errors.ts";
import { AT_ONCE_MAX_BYTES, packedContent } from "./packed-content.ts";
import { plainContent, type SegmentContent } from "./segment-content.ts";
import { packedPath, type SegmentFile, segmentPath } from "./segment-names.ts";

/**
 * Opens a segment for reading; undefined when it is gone. One that is there in both forms, because packing it was
 * interrupted, is read as it was.
 * @throws LarderError `JOURNAL_READ` when it is there and cannot be read.
 */
export async function openSegment(folder: string, number: number): Promise<SegmentContent | undefined> {
  return (
    (await openContent(segmentPath(folder, number), plainContent)) ??
    (await openContent(packedPath(folder, number), packedContent))
  );
}

/**
 * What the last bytes of a packed segment say; undefined where it is not packed, or has to be opened to know. Asked at once
 * rather than in turns: a journal of years has hundreds of segments, and five turns for each were a third of a second.
 */
export function packedFacts(
  folder: string,
  { number, isPacked }: SegmentFile,
): (PackedFacts & { diskBytes: number }) | undefined {
  if (!isPacked) return undefined;
  let file: number | undefined;
  try {
    file = openSync(packedPath(folder, number), "r");
    const { size } = fstatSync(file);
    const end = Buffer.alloc(Math.min(END_BYTES, size));
    if (readSync(file, end, 0, end.length, size - end.length) < end.length) return undefined;
    const facts = readEnd(end);
    return facts === undefined ? undefined : { ...facts, diskBytes: size };
  } catch {
    // the error is reported where it is opened
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * The whole file of a packed segment, at once for the same reason; undefined where it is not packed, larger than those we
 * write, or has to be opened to know.
 */
export function packedFile(folder: string, number: number): Buffer | undefined {
  if (existsSync(segmentPath(folder, number))) return undefined;
  const path = packedPath(folder, number);
  try {
    return statSync(path).size > AT_ONCE_MAX_BYTES ? undefined : readFileSync(path);
  } catch {
    // the error is reported where it is opened
    return undefined;
  }
}

type MakeContent = (path: string, file: FileHandle, stats: Stats) => SegmentContent | Promise<SegmentContent>;

/** Opens a file as the content of a segment; undefined when it is gone. */
export async function openContent(path: string, make: MakeContent): Promise<SegmentContent | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const stats = await file.stat();
    if (!stats.isFile()) throw readError(path, "it is not a file");
    return await make(path, file, stats);
  } catch (error) {
    await file?.close();
    if (errorCode(error) === "ENOENT") return undefined;
    throw error instanceof LarderError ? error : readError(path, errorText(error), error);
  }
}

/** Which segment. */
export interface SegmentPlace {
  readonly folder: string;
  readonly number: number;
}

/** Opens a segment, lets it be read and closes it; `none` when it is gone. */
export async function withSegment<Result>(
  { folder, number }: SegmentPlace,
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
