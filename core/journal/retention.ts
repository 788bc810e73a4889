/**
 * What of a stream may be removed: whole segments, oldest first, by days and by bytes.
 *
 * A segment that a reader still needs survives the limit of days; the limit of bytes is the disk's, and wins. Bytes that
 * go before a sink has taken them are counted by `lostBefore` of the reader and reported.
 *
 * @module
 */
import { rm, stat } from "node:fs/promises";
import { syncFolder } from "../files.ts";
import type { Position } from "./position.ts";
import { committedEnd, endRoom, listSegments, segmentPath } from "./segment.ts";

export interface RetentionLimits {
  /** Segments whose newest line is older than this many days go. */
  readonly keepDays: number;
  /** The stream never keeps more than this, whoever still needs it. */
  readonly keepBytes: number;
}

/** A segment as the decision sees it. */
export interface SegmentFacts {
  readonly number: number;
  readonly bytes: number;
  /** Time of its newest line, or of its last commit when it holds none. */
  readonly newestMs: number;
}

const DAY_MS = 86_400_000;

/**
 * The segments to remove. Pure. The last one, which is being written, always stays.
 * @param needed the oldest position a sink has yet to read; undefined when nobody waits.
 */
export function segmentsToRemove(
  segments: readonly SegmentFacts[],
  limits: RetentionLimits,
  needed: Position | undefined,
  nowMs: number,
): number[] {
  const removable = segments.slice(0, -1);
  const excess = segments.reduce((total, { bytes }) => total + bytes, 0) - limits.keepBytes;
  const going: number[] = [];
  let freed = 0;
  for (const { number, bytes, newestMs } of removable) {
    const tooMuch = freed < excess;
    const wanted = needed !== undefined && number >= needed.segment;
    const old = nowMs - newestMs > limits.keepDays * DAY_MS;
    if (!tooMuch && (wanted || !old)) break;
    going.push(number);
    freed += bytes;
  }
  return going;
}

/** Applies the limits to a stream's folder; returns the number of bytes removed. */
export async function applyRetention(
  folder: string,
  limits: RetentionLimits,
  needed: Position | undefined,
  nowMs: number,
): Promise<number> {
  const segments: SegmentFacts[] = [];
  // memory of each segment's own would pile up before it is collected
  const room = endRoom();
  for (const number of await listSegments(folder)) {
    const path = segmentPath(folder, number);
    const { size } = await stat(path);
    const { commit } = await committedEnd(path, size, room);
    segments.push({ number, bytes: size, newestMs: commit?.span?.toMs ?? commit?.at ?? nowMs });
  }
  const going = segmentsToRemove(segments, limits, needed, nowMs);
  for (const number of going) await rm(segmentPath(folder, number), { force: true });
  if (going.length > 0) await syncFolder(folder);
  return segments.filter(({ number }) => going.includes(number)).reduce((total, { bytes }) => total + bytes, 0);
}
