/**
 * The lines of a segment that begin like a mark, found in a window that moves over it.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { COMMIT_PREFIX } from "./commit.ts";
import type { SegmentContent } from "./segment-content.ts";

/** A line that is longer is not a mark, whatever it begins with. */
const MARK_MAX_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

/** A line that begins like a mark. */
export interface Mark {
  readonly start: number;
  /** After its newline. */
  readonly end: number;
  /** Without its newline; good until the next mark is asked for. */
  readonly line: Buffer;
  /** Where the mark before it ends, and the CRC-32 of what lies between. */
  readonly base: number;
  readonly crc: number;
}

/** Lines that begin like a mark, in their order, as far as the window reaches. */
export class MarkLines {
  readonly #window: SegmentWindow;
  readonly #from: number;
  /** Where the mark before ends; CRC-32 of [base, hashed). */
  #base: number;
  #crc = 0;
  #hashed: number;
  #search: number;

  constructor(window: SegmentWindow, from: number) {
    this.#window = window;
    this.#from = from;
    this.#base = from;
    this.#hashed = from;
    this.#search = from;
  }

  /** What must stay in memory: the byte before a mark says whether a line begins there. */
  get keepFrom(): number {
    return this.#search - 1;
  }

  /** The next one; undefined when more must be read first. */
  next(): Mark | undefined {
    const window = this.#window;
    for (;;) {
      const start = window.indexOf(COMMIT_PREFIX, this.#search);
      const starts = start >= 0 && (start === this.#from || window.byte(start - 1) === NEWLINE);
      const newline = starts ? window.indexOf(NEWLINE, start) : -1;
      if (newline >= 0) return this.#take(start, newline);
      if (start >= 0 && (!starts || window.end - start > MARK_MAX_BYTES)) {
        this.#search = start + 1;
        continue;
      }
      // the beginning of a mark may lie at the very end
      this.#search = start >= 0 ? start : Math.max(this.#search, window.end - COMMIT_PREFIX.length + 1);
      this.#crc = crc32(window.bytes(this.#hashed, this.#search), this.#crc);
      this.#hashed = this.#search;
      return undefined;
    }
  }

  #take(start: number, newline: number): Mark {
    const crc = crc32(this.#window.bytes(this.#hashed, start), this.#crc);
    const mark = { start, end: newline + 1, line: this.#window.bytes(start, newline), base: this.#base, crc };
    this.#base = newline + 1;
    this.#hashed = newline + 1;
    this.#search = newline + 1;
    this.#crc = 0;
    return mark;
  }
}

/** The part of a segment that is in memory. */
export class SegmentWindow {
  readonly #content: SegmentContent;
  readonly #step: number;
  #room: Buffer;
  #from: number;
  #length = 0;

  /** @param step how many bytes are read at once */
  constructor(content: SegmentContent, from: number, step: number) {
    this.#content = content;
    this.#step = step;
    this.#from = from;
    const { bytes, size } = content;
    this.#room = bytes?.subarray(from, size) ?? Buffer.allocUnsafe(Math.min(2 * step, Math.max(0, size - from)));
    this.#length = bytes === undefined ? 0 : this.#room.length;
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
    const length = Math.min(this.#step, this.#content.size - this.end);
    if (length <= 0) return false;
    if (kept + length > this.#room.length) {
      // enough, as it held two steps at least
      const larger = Buffer.allocUnsafe(2 * this.#room.length);
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
