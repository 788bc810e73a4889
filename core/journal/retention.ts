/**
 * What of a stream may be removed: whole segments, oldest first, by days and by bytes.
 *
 * A segment that a reader still needs survives the limit of days; the limit of bytes is the disk's, and wins. Bytes that
 * go before a sink has taken them are counted by `lostBefore` of the reader and reported.
 *
 * The limit of days is never applied on the word of the clock alone: age is measured against a time that the journal
 * itself proves (`proven-time.ts`), so that a clock that is wrong for a while removes nothing.
 *
 * @module
 */

import { type Disk, realDisk } from "../disk.ts";
import { committedEnd, endRoom } from "./committed-end.ts";
import { withSegment } from "./open-segment.ts";
import type { Position } from "./position.ts";
import { listSegments, packedPath, segmentPath } from "./segment-names.ts";

export interface RetentionLimits {
  /** Segments whose newest line is older than this many days go. */
  readonly keepDays: number;
  /** The stream never keeps more than this, even if a sink still needs it: its share of what the journal may take. */
  readonly keepBytes: number;
}

/** A segment as the decision sees it. */
export interface SegmentFacts {
  readonly number: number;
  readonly bytes: number;
  /** Time of its newest line; undefined when it holds none, or nobody knows. */
  readonly lineMs: number | undefined;
  /** When its last batch was written; undefined when nobody knows. */
  readonly writtenMs: number | undefined;
}

/** What time it is, for a decision that cannot be taken back. */
export interface RetentionClock {
  readonly nowMs: number;
  /** The latest instant that is sure to have passed. Asked only when the clock alone would have something removed. */
  provenMs(): Promise<number>;
}

export interface RetentionOptions {
  readonly limits: RetentionLimits;
  /** The oldest position a sink has yet to read; undefined when nobody waits. */
  readonly needed: Position | undefined;
  readonly clock: RetentionClock;
  readonly disk?: Disk;
}

/** What was removed, and what a clock nobody can confirm yet would have removed besides. */
export interface RetentionReport {
  readonly removedBytes: number;
  readonly removedSegments: number;
  /** Segments that are too old by the clock alone. */
  readonly heldBack: number;
}

const DAY_MS = 86_400_000;
/** By age no more than this many segments go in one pass: a mistake is noticed before everything is gone. */
const MOST_BY_AGE = 8;

/** The segments to remove. Pure. The last one, which is being written, always stays. */
export function segmentsToRemove(
  segments: readonly SegmentFacts[],
  { limits, needed, nowMs }: Pick<RetentionOptions, "limits" | "needed"> & { readonly nowMs: number },
): number[] {
  const removable = segments.slice(0, -1);
  const excess = segments.reduce((total, { bytes }) => total + bytes, 0) - limits.keepBytes;
  const newest = newestTimes(segments, nowMs);
  const going: number[] = [];
  let freed = 0;
  let byAge = 0;
  for (const [i, { number, bytes }] of removable.entries()) {
    const tooMuch = freed < excess;
    const wanted = needed !== undefined && number >= needed.segment;
    const old = nowMs - (newest[i] ?? nowMs) > limits.keepDays * DAY_MS;
    if (!tooMuch && (wanted || !old || byAge >= MOST_BY_AGE)) break;
    if (!tooMuch) byAge++;
    going.push(number);
    freed += bytes;
  }
  return going;
}

/**
 * How new each segment is. One whose lines or marks have a time still to come, from a clock that was wrong, is as new as
 * the segment after it: it was written before that.
 */
function newestTimes(segments: readonly SegmentFacts[], nowMs: number): number[] {
  const newest: number[] = [];
  let after = nowMs;
  for (const { lineMs, writtenMs } of [...segments].reverse()) {
    const known = [lineMs, writtenMs].find((ms) => ms !== undefined && ms <= nowMs);
    after = known ?? after;
    newest.unshift(after);
  }
  return newest;
}

/** Applies the limits to a stream's folder. */
export async function applyRetention(folder: string, options: RetentionOptions): Promise<RetentionReport> {
  const { limits, needed, clock, disk = realDisk } = options;
  const segments = await factsOf(folder);
  const byClock = segmentsToRemove(segments, { limits, needed, nowMs: clock.nowMs });
  if (byClock.length === 0) return { removedBytes: 0, removedSegments: 0, heldBack: 0 };
  const provenMs = Math.min(clock.nowMs, await clock.provenMs());
  const going = segmentsToRemove(segments, { limits, needed, nowMs: provenMs });
  for (const number of going) {
    for (const path of [segmentPath(folder, number), packedPath(folder, number)]) await disk.remove(path);
  }
  if (going.length > 0) await disk.syncFolder(folder);
  const removed = segments.filter(({ number }) => going.includes(number));
  return {
    removedBytes: removed.reduce((total, { bytes }) => total + bytes, 0),
    removedSegments: removed.length,
    heldBack: byClock.length - going.length,
  };
}

async function factsOf(folder: string): Promise<SegmentFacts[]> {
  const segments: SegmentFacts[] = [];
  // memory of each segment's own would pile up before it is collected
  const room = endRoom();
  for (const number of await listSegments(folder)) {
    const facts = await withSegment({ folder, number }, undefined, async (content) => {
      const commit = content.facts ?? (await committedEnd(content, room)).commit;
      return { number, bytes: content.diskBytes, lineMs: commit?.span?.toMs, writtenMs: commit?.at };
    });
    if (facts !== undefined) segments.push(facts);
  }
  return segments;
}
