/**
 * Times of which raw rows are gone: by age, or because a part of the journal is damaged. Of a bucket that reaches into
 * them, what was written when all of it was there is the better witness.
 *
 * @module
 */

import type { JournalReader } from "../../core/journal/journal.ts";
import { lineEnd, lineTime } from "../../core/line/line.ts";
import type { DayZones } from "../../core/time/day-zones.ts";

const FIRST_LINE_BYTES = 64 * 1024;
const NOTHING_CLOSED = Number.MIN_SAFE_INTEGER;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

class RawGaps {
  readonly #wholeFromMs: number;
  readonly #spans: readonly Span[];

  /** @param spans inclusive at both ends */
  constructor(wholeFromMs: number, spans: readonly Span[]) {
    this.#wholeFromMs = wholeFromMs;
    this.#spans = spans;
  }

  /** Whether rows of [fromMs, toMs) may be gone. */
  touches(fromMs: number, toMs: number): boolean {
    return fromMs < this.#wholeFromMs || this.#spans.some((span) => span.fromMs < toMs && span.toMs >= fromMs);
  }
}

/** Finds the gaps of raw streams. @param asked only these times matter */
export async function findRawGaps(raw: readonly JournalReader[], days: DayZones, asked: Span): Promise<RawGaps> {
  const spans: Span[] = [];
  for (const reader of raw) spans.push(...(await reader.incompleteSpans(asked)));
  return new RawGaps(await wholeFrom(raw, days), spans);
}

/** From when on the journal has every raw row: where retention has removed segments, the first day may be only part of a day. */
async function wholeFrom(raw: readonly JournalReader[], days: DayZones): Promise<number> {
  let fromMs = Number.NEGATIVE_INFINITY;
  for (const reader of raw) {
    const start = await reader.start();
    if (start.segment === 0) continue;
    const first = await reader.readPiece(start, { maxLines: 1, maxBytes: FIRST_LINE_BYTES });
    if (first !== undefined) fromMs = Math.max(fromMs, endOfFirstDay(first.lines, days));
  }
  return fromMs;
}

/**
 * Where the journal has forgotten its beginning, its first day may be only part of a day: it is taken for closed, so
 * that its rows count as late and cannot make smaller what was written when all of it was there.
 */
export function endOfFirstDay(lines: Buffer, days: DayZones): number {
  const ms = lineTime(lines, 0, lineEnd(lines, 0));
  return ms === undefined ? NOTHING_CLOSED : days.next(ms, "day");
}
