/**
 * A segment looked at from its beginning to its end: which bytes of it are whole batches, and which are not.
 *
 * Every batch is checked against the CRC-32 of its mark. Memory is that of one step and the longest mark, whatever the
 * size of segment and batches.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { headMatches, type MarkHead, markHead, parseCommit, type WrittenWhen } from "./commit.ts";
import { type Mark, MarkLines, SegmentWindow } from "./mark-lines.ts";
import type { SegmentContent, Stretch } from "./segment-content.ts";

/** A stretch that is not what was written. */
export interface DamagedStretch extends Stretch {
  /** Batches it held, as far as their marks can be recognised; at least 1. */
  readonly batches: number;
  /** When the last whole batch before it was written, and the first after it; undefined where there is none. */
  readonly afterMs: number | undefined;
  readonly beforeMs: number | undefined;
}

/** What a scan found. */
export interface SegmentMap {
  /** Bytes of the content. */
  readonly size: number;
  /** Whole batches with their marks; those that touch are one stretch. */
  readonly whole: readonly Stretch[];
  /** What lies between them, and before the first. What follows the last is `size - end` bytes. */
  readonly damage: readonly DamagedStretch[];
  /** After the last good mark; 0 when there is none. */
  readonly end: number;
  /** Where the lines of the last whole batch that has any end: only marks follow. */
  readonly linesEnd: number;
  /** When the first whole batch was written, Unix milliseconds. */
  readonly firstMs: number | undefined;
  /** The last good mark. */
  readonly commit: WrittenWhen | undefined;
  /** Lines beginning like a mark after `end`: a batch that was committed once, and is not whole. */
  readonly marksAfterEnd: number;
  /** Days (since 1970, UTC) on which whole batches were written. */
  readonly days: ReadonlySet<number>;
}

/** How much is read at once. */
const STEP = 256 * 1024;
const DAY_MS = 86_400_000;

/** The map of a segment that is not looked at before a place, which must be at the beginning of a line. */
export function mapFrom(place: number): SegmentMap {
  return { ...EMPTY_MAP, size: place, end: place };
}

export const EMPTY_MAP: SegmentMap = {
  size: 0,
  whole: [],
  damage: [],
  end: 0,
  linesEnd: 0,
  firstMs: undefined,
  commit: undefined,
  marksAfterEnd: 0,
  days: new Set(),
};

/**
 * Scans a segment.
 * @param known the map of its beginning, from an earlier scan: only what follows its end is looked at
 */
export async function scanSegment(content: SegmentContent, known: SegmentMap = EMPTY_MAP): Promise<SegmentMap> {
  const window = new SegmentWindow(content, known.end, STEP);
  const found = new Findings(known);
  const marks = new MarkLines(window, known.end);
  do {
    // without waiting for anything: there are thousands of batches in a segment, and nearly all are whole
    for (let mark = marks.next(); mark !== undefined; mark = marks.next()) {
      const head = markHead(mark.line);
      if (head === undefined) {
        found.addBad();
      } else if (mark.start - head.bytes === mark.base && headMatches(mark.line, head, mark.crc)) {
        found.addWhole(mark.base, mark, head);
      } else if (await isWholeElsewhere(content, mark, head, found.lowest)) {
        found.addWhole(mark.start - head.bytes, mark, head);
      } else {
        found.addBad();
      }
    }
  } while (await window.advance(marks.keepFrom));
  return await found.map(content);
}

/** Whether a batch that does not begin where the mark before it ends is whole all the same: there is damage between. */
async function isWholeElsewhere(content: SegmentContent, mark: Mark, head: MarkHead, lowest: number): Promise<boolean> {
  const start = mark.start - head.bytes;
  if (start < lowest || start === mark.base) return false;
  // the line lies in memory that reading may use again
  const line = Buffer.from(mark.line);
  const crc = await crcOf(content, { from: start, to: mark.start });
  return crc !== undefined && headMatches(line, head, crc);
}

/** CRC-32 of [from, to), in steps; undefined when the segment has become shorter meanwhile. */
export async function crcOf(
  content: SegmentContent,
  { from, to }: { readonly from: number; readonly to: number },
  room: Buffer = Buffer.allocUnsafe(Math.min(STEP, to - from)),
): Promise<number | undefined> {
  let crc = 0;
  for (let at = from; at < to; ) {
    const bytes = await content.read(at, Math.min(STEP, to - at), room);
    if (bytes.length === 0) return undefined;
    crc = crc32(bytes, crc);
    at += bytes.length;
  }
  return crc;
}

/** What has been found up to `end`. */
class Findings {
  end: number;
  readonly #known: SegmentMap;
  readonly #whole: { from: number; to: number }[];
  readonly #damage: DamagedStretch[];
  readonly #days: Set<number>;
  #linesEnd: number;
  #firstMs: number | undefined;
  #lastMs: number | undefined;
  #lastMark: Stretch | undefined;
  #bad = 0;

  constructor(known: SegmentMap) {
    this.#known = known;
    this.end = known.end;
    this.#whole = known.whole.map((stretch) => ({ ...stretch }));
    this.#damage = [...known.damage];
    this.#days = new Set(known.days);
    this.#linesEnd = known.linesEnd;
    this.#firstMs = known.firstMs;
    this.#lastMs = known.commit?.at;
  }

  /** Where the next batch can begin at the earliest: the first of all may have begun before the place of the scan. */
  get lowest(): number {
    return this.#whole.length === 0 ? 0 : this.end;
  }

  /** A line that begins like a mark, and whose batch is not whole. */
  addBad(): void {
    this.#bad++;
  }

  addWhole(start: number, mark: Mark, head: MarkHead): void {
    if (start > this.end) {
      const batches = Math.max(1, this.#bad);
      this.#damage.push({ from: this.end, to: start, batches, afterMs: this.#lastMs, beforeMs: head.at });
    }
    const last = this.#whole.at(-1);
    if (last?.to === start) last.to = mark.end;
    else this.#whole.push({ from: Math.max(start, this.end), to: mark.end });
    if (head.bytes > 0) this.#linesEnd = mark.start;
    this.#days.add(Math.floor(head.at / DAY_MS));
    this.#firstMs ??= head.at;
    this.#lastMs = head.at;
    this.#lastMark = { from: mark.start, to: mark.end - 1 };
    this.#bad = 0;
    this.end = mark.end;
  }

  async map(content: SegmentContent): Promise<SegmentMap> {
    return {
      size: content.size,
      whole: this.#whole,
      damage: this.#damage,
      end: this.end,
      linesEnd: this.#linesEnd,
      firstMs: this.#firstMs,
      commit: await this.#commit(content),
      marksAfterEnd: this.#bad,
      days: this.#days,
    };
  }

  /** The last good mark: its cursors and times are read once, not those of each. */
  async #commit(content: SegmentContent): Promise<WrittenWhen | undefined> {
    if (this.#lastMark === undefined) return this.#known.commit;
    const { from, to } = this.#lastMark;
    return parseCommit((await content.read(from, to - from)).toString("utf8"));
  }
}
