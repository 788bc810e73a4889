/**
 * A segment looked at from its beginning to its end: which bytes of it are whole batches, and which are not.
 *
 * Every batch is checked against the CRC-32 of its mark. Memory is that of one step and the longest mark, whatever the
 * size of segment and batches.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { COMMIT_PREFIX, headMatches, type MarkHead, markHead, parseCommit, type WrittenWhen } from "./commit.ts";
import type { SegmentContent } from "./segment-content.ts";

/** A stretch of a segment, in bytes of its content. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

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

const STEP = 256 * 1024;
/** A line that is longer is not a mark, whatever it begins with. */
const MARK_MAX_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;
const DAY_MS = 86_400_000;

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
export async function scanSegment(content: SegmentContent, known = EMPTY_MAP): Promise<SegmentMap> {
  const found = new Findings(known);
  for await (const mark of marksFrom(content, known.end)) {
    const head = markHead(mark.line);
    const start = head === undefined ? undefined : await batchStart(content, mark, head, found.end);
    if (head === undefined || start === undefined) found.addBad();
    else found.addWhole(start, mark, head);
  }
  return found.map(content.size);
}

/** Where the batch of a mark begins; undefined when it is not whole. */
async function batchStart(
  content: SegmentContent,
  mark: Mark,
  head: MarkHead,
  wholeEnd: number,
): Promise<number | undefined> {
  const start = mark.start - head.bytes;
  if (start < wholeEnd) return undefined;
  const crc = start === mark.base ? mark.crc : await crcOf(content, start, mark.start);
  return crc !== undefined && headMatches(mark.line, head, crc) ? start : undefined;
}

/** CRC-32 of [from, to), in steps; undefined when the segment has become shorter meanwhile. */
export async function crcOf(
  content: SegmentContent,
  from: number,
  to: number,
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
  readonly #whole: Stretch[];
  readonly #damage: DamagedStretch[];
  readonly #days: Set<number>;
  #linesEnd: number;
  #line: Buffer | undefined;
  #firstMs: number | undefined;
  #lastMs: number | undefined;
  #bad = 0;
  readonly #known: SegmentMap;

  constructor(known: SegmentMap) {
    this.#known = known;
    this.end = known.end;
    this.#whole = [...known.whole];
    this.#damage = [...known.damage];
    this.#days = new Set(known.days);
    this.#linesEnd = known.linesEnd;
    this.#firstMs = known.firstMs;
    this.#lastMs = known.commit?.at;
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
    if (last?.to === start) this.#whole[this.#whole.length - 1] = { from: last.from, to: mark.end };
    else this.#whole.push({ from: start, to: mark.end });
    if (head.bytes > 0) this.#linesEnd = mark.start;
    this.#days.add(Math.floor(head.at / DAY_MS));
    this.#firstMs ??= head.at;
    this.#lastMs = head.at;
    this.#line = Buffer.from(mark.line);
    this.#bad = 0;
    this.end = mark.end;
  }

  map(size: number): SegmentMap {
    return {
      size,
      whole: this.#whole,
      damage: this.#damage,
      end: this.end,
      linesEnd: this.#linesEnd,
      firstMs: this.#firstMs,
      commit: this.#line === undefined ? this.#known.commit : parseCommit(this.#line.toString("utf8")),
      marksAfterEnd: this.#bad,
      days: this.#days,
    };
  }
}

/** A line that begins like a mark. */
interface Mark {
  readonly start: number;
  /** After its newline. */
  readonly end: number;
  /** Without its newline; good until the next mark is asked for. */
  readonly line: Buffer;
  /** Where the mark before it ends, and the CRC-32 of what lies between. */
  readonly base: number;
  readonly crc: number;
}

/** Lines that begin like a mark, in their order. */
async function* marksFrom(content: SegmentContent, from: number): AsyncGenerator<Mark> {
  const window = new Window(content, from);
  let base = from;
  let crc = 0;
  let hashed = from;
  let search = from;
  for (;;) {
    const start = window.indexOf(COMMIT_PREFIX, search);
    const starts = start >= 0 && (start === from || window.byte(start - 1) === NEWLINE);
    const newline = starts ? window.indexOf(NEWLINE, start) : -1;
    if (newline >= 0) {
      crc = crc32(window.bytes(hashed, start), crc);
      yield { start, end: newline + 1, line: window.bytes(start, newline), base, crc };
      search = newline + 1;
      base = search;
      hashed = search;
      crc = 0;
      continue;
    }
    const tooLong = starts && window.end - start > MARK_MAX_BYTES;
    if (start >= 0 && (!starts || tooLong)) {
      search = start + 1;
      continue;
    }
    // the beginning of a mark may lie at the very end; the byte before it says whether a line begins there
    search = start >= 0 ? start : Math.max(search, window.end - COMMIT_PREFIX.length + 1);
    crc = crc32(window.bytes(hashed, search), crc);
    hashed = search;
    if (!(await window.advance(search - 1))) return;
  }
}

/** The part of a segment that is in memory. */
class Window {
  readonly #content: SegmentContent;
  #room: Buffer;
  #from: number;
  #length = 0;

  constructor(content: SegmentContent, from: number) {
    this.#content = content;
    this.#from = from;
    this.#room = Buffer.allocUnsafe(Math.min(2 * STEP, Math.max(0, content.size - from)));
  }

  /** After the last byte in memory. */
  get end(): number {
    return this.#from + this.#length;
  }

  byte(offset: number): number | undefined {
    return this.#room[offset - this.#from];
  }

  bytes(from: number, to: number): Buffer {
    return this.#room.subarray(from - this.#from, to - this.#from);
  }

  indexOf(wanted: Buffer | number, from: number): number {
    const found = this.#room.subarray(0, this.#length).indexOf(wanted, from - this.#from);
    return found < 0 ? -1 : this.#from + found;
  }

  /** Forgets what lies before an offset and reads on; false at the end of the segment. */
  async advance(keepFrom: number): Promise<boolean> {
    const keep = Math.max(this.#from, keepFrom);
    const kept = this.end - keep;
    const length = Math.min(STEP, this.#content.size - this.end);
    if (length <= 0) return false;
    if (kept + length > this.#room.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * this.#room.length, kept + length));
      this.#room.copy(larger, 0, keep - this.#from, this.#length);
      this.#room = larger;
    } else {
      this.#room.copyWithin(0, keep - this.#from, this.#length);
    }
    const room = this.#room.subarray(kept, kept + length);
    const bytes = await this.#content.read(this.end, length, room);
    this.#from = keep;
    this.#length = kept + bytes.length;
    return bytes.length > 0;
  }
}
