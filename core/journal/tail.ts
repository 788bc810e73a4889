/**
 * The end of a stream, where its writer goes on: the last segment, cut to the last whole mark.
 *
 * @module
 */
import { constants } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Disk, DiskFile } from "../disk.ts";
import { COMMIT_PREFIX, type Cursors, type KnownCommit } from "./commit.ts";
import { type CommittedEnd, committedEnd } from "./committed-end.ts";
import { lastCommit } from "./last-commit.ts";
import { openContent, withSegment } from "./open-segment.ts";
import { plainContent, type SegmentContent } from "./segment-content.ts";
import { listSegments, segmentPath } from "./segment-names.ts";

/** Where the next batch goes. */
export interface Tail {
  readonly file: DiskFile;
  readonly number: number;
  /** Bytes of the segment that are committed. */
  readonly size: number;
  /** The last mark of the segment; undefined while it has none. */
  readonly commit: KnownCommit | undefined;
  /** The cursors of the last mark of the stream. */
  readonly cursors: Cursors;
}

/** Where a writer left a stream: who goes on there in the same process need not look for it, if nobody wrote meanwhile. */
export interface LeftAt extends Omit<Tail, "file"> {
  /** Changes when the segment is written or replaced. */
  readonly stamp: string;
}

const NOTHING: CommittedEnd = { offset: 0, commit: undefined };

/** The end of a stream; the first segment when there is none. Only the last segment is ever cut. */
export async function openTail(disk: Disk, folder: string, leftAt?: LeftAt): Promise<Tail> {
  const numbers = await listSegments(folder);
  const last = numbers.at(-1);
  if (last === undefined) return await createSegment(disk, folder, 0);
  if (leftAt?.number === last && (await stampOf(folder, leftAt)) === leftAt.stamp) {
    const file = await disk.open(segmentPath(folder, last), constants.O_WRONLY | constants.O_APPEND);
    return { ...leftAt, file };
  }
  if (!(await isPlain(folder, last))) return await afterPacked(disk, folder, last);
  const end = await cutToEnd(disk, folder, last, Number.POSITIVE_INFINITY);
  // a writer that was killed may have begun it and no more
  if (end.commit === undefined) await disk.syncFolder(folder);
  const file = await disk.open(segmentPath(folder, last), constants.O_WRONLY | constants.O_APPEND);
  const cursors = end.commit?.cursors ?? (await cursorsBefore(folder, last));
  return { file, number: last, size: end.offset, commit: end.commit, cursors };
}

/**
 * The end of a stream after a write failed: that of the disk, which may have less than it acknowledged, and never more than
 * what was committed.
 */
export async function reopenTail(disk: Disk, folder: string, known: Tail): Promise<Tail> {
  const numbers = await listSegments(folder);
  if (numbers.at(-1) !== known.number) return await openTail(disk, folder);
  const end = await cutToEnd(disk, folder, known.number, known.size);
  const file = await disk.open(segmentPath(folder, known.number), constants.O_WRONLY | constants.O_APPEND);
  const cursors = end.commit?.cursors ?? (await cursorsBefore(folder, known.number));
  return { file, number: known.number, size: end.offset, commit: end.commit, cursors };
}

/** Where a tail is left; undefined where the disk has more or less than what was committed. */
export async function leaveTail(folder: string, { number, size, commit, cursors }: Tail): Promise<LeftAt | undefined> {
  const stamp = await stampOf(folder, { number, size });
  return stamp === undefined ? undefined : { number, size, commit, cursors, stamp };
}

/** Of a segment that is as long as it is expected. */
async function stampOf(folder: string, { number, size }: Pick<Tail, "number" | "size">): Promise<string | undefined> {
  const found = await stat(segmentPath(folder, number)).catch(() => undefined);
  return found?.isFile() === true && found.size === size ? `${found.ino} ${found.mtimeMs}` : undefined;
}

async function isPlain(folder: string, number: number): Promise<boolean> {
  const plain = await openContent(segmentPath(folder, number), plainContent);
  await plain?.close();
  return plain !== undefined;
}

/** The last segment is packed, as where a part of a backup was put back: the stream goes on behind it. */
async function afterPacked(disk: Disk, folder: string, last: number): Promise<Tail> {
  const size = await withSegment({ folder, number: last }, 0, async (content) => content.size);
  const cursors = await cursorsBefore(folder, Number.POSITIVE_INFINITY);
  return { ...(await createSegment(disk, folder, last + Math.max(1, size))), cursors };
}

/** A new, empty segment. */
export async function createSegment(disk: Disk, folder: string, number: number): Promise<Tail> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL;
  const path = segmentPath(folder, number);
  const file = await disk.open(path, flags, 0o640);
  try {
    await disk.syncFolder(folder);
  } catch (error) {
    // a later sync need not bring back what this one lost: who went on here would lose what was acknowledged
    await file.close();
    await disk.remove(path);
    throw error;
  }
  return { file, number, size: 0, commit: undefined, cursors: {} };
}

/** A segment just begun may hold no mark yet: the cursors are then in one before it. */
async function cursorsBefore(folder: string, number: number): Promise<Cursors> {
  return (await lastCommit(folder, number))?.cursors ?? {};
}

/** Cuts a segment to its last whole mark, at most to `limit` bytes. */
async function cutToEnd(disk: Disk, folder: string, number: number, limit: number): Promise<CommittedEnd> {
  const { end, size } = await withSegment({ folder, number }, { end: NOTHING, size: 0 }, async (content) => {
    const found = await committedEnd({ ...content, size: Math.min(content.size, limit) });
    // what a failed write left is not damage
    if (limit === Number.POSITIVE_INFINITY) await keepCutBatch(folder, number, content, found.offset);
    return { end: found, size: content.size };
  });
  if (size > end.offset) {
    const file = await disk.open(segmentPath(folder, number), constants.O_RDWR);
    try {
      await file.truncate(end.offset);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
  return end;
}

/** Files beside the segments with what was cut off, though it had been committed once. */
export const CUT_SUFFIX = ".cut";
/** More of it than this helps nobody. */
const CUT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * A crash leaves part of a batch, without its mark. Bytes with a mark were committed once and have changed since: they
 * are kept for anyone who looks after it, while their rows are read again.
 */
async function keepCutBatch(folder: string, number: number, content: SegmentContent, from: number): Promise<void> {
  if (content.size - from > CUT_MAX_BYTES) return;
  const bytes = await content.read(from, content.size - from);
  const mark = bytes.indexOf(COMMIT_PREFIX);
  if (mark < 0 || bytes.indexOf(0x0a, mark) < 0) return;
  const path = join(folder, `${String(number).padStart(15, "0")}.${from}${CUT_SUFFIX}`);
  await writeFile(path, bytes, { mode: 0o640, flush: true });
}
