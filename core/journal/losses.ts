/**
 * What a stream has lost to its disk: batches that changed, and segments or parts of them that are gone. Pure.
 *
 * A segment is called after the bytes of the stream before it, so that a hole shows in the names.
 *
 * @module
 */
import { joinSpans, type Span } from "./commit.ts";
import type { SegmentMap } from "./segment-scan.ts";

/** `changed`: bytes are there and are not what was written. `missing`: they are not there. */
export type LossKind = "changed" | "missing";

/** A stretch of a stream that does not count. */
export interface Loss {
  readonly kind: LossKind;
  /** The segment it begins in, and where in its content. */
  readonly segment: number;
  readonly offset: number;
  readonly bytes: number;
  /** Batches that were in it, as far as their marks can be recognised; undefined where nothing is left of them. */
  readonly batches: number | undefined;
  /** It was written after this instant and before that one, Unix milliseconds; undefined where nobody knows. */
  readonly writtenAfterMs: number | undefined;
  readonly writtenBeforeMs: number | undefined;
  /** Times its lines may have had: those of the segments around it. */
  readonly span: Span;
}

/** A segment of which is known what of it is whole. */
export interface KnownSegment {
  readonly number: number;
  readonly map: SegmentMap;
}

/** Any time there is. */
const ALWAYS: Span = { fromMs: -8.64e15, toMs: 8.64e15 };

/**
 * What is lost in a segment and between it and the next.
 * @param next undefined for the last segment, whose end may just be being written
 * @param before times of the segment before it
 */
export function lossesOf(
  { number, map }: KnownSegment,
  next: KnownSegment | undefined,
  before: Span | undefined,
): Loss[] {
  const around = joinSpans(map.commit?.span, next?.map.commit?.span);
  const span = (map.commit === undefined ? joinSpans(before, around) : around) ?? ALWAYS;
  const lastMs = map.commit?.at;
  const nextMs = next?.map.firstMs;
  const losses: Loss[] = map.damage.map(({ from, to, batches, afterMs, beforeMs }) => ({
    kind: "changed",
    segment: number,
    offset: from,
    bytes: to - from,
    batches,
    writtenAfterMs: afterMs,
    writtenBeforeMs: beforeMs,
    span,
  }));
  const here = { segment: number, writtenAfterMs: lastMs, writtenBeforeMs: nextMs, span };
  const rest = map.size - map.end;
  if (rest > 0 && (next !== undefined || map.marksAfterEnd > 0)) {
    losses.push({ ...here, kind: "changed", offset: map.end, bytes: rest, batches: Math.max(1, map.marksAfterEnd) });
  }
  const hole = next === undefined ? 0 : next.number - (number + map.size);
  if (hole > 0) losses.push({ ...here, kind: "missing", offset: map.size, bytes: hole, batches: undefined });
  return losses;
}
